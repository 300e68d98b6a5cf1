from pathlib import Path

import numpy as np
import pytest

from summ.data.corpus import prepare
from summ.data.prose import Prose, prepare_prose
from summ.errors import ConfigError, DataError
from summ.families.sentence import counted_embeddings as cooccurrence
from summ.families.sentence.counted_embeddings import _count, _factorise, count_pieces
from tests.data.conftest import invented_sentences, write_lines


@pytest.fixture(scope="module")
def prose(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("counted")
    source = write_lines(place / "a.txt", invented_sentences(400, 9))
    prepare_prose([source], place / "prose", 500)
    return place / "prose"


def test_pairs_are_counted_as_enumeration_counts_them(
    prose: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Prose.open(prose)
    size = opened.vocabulary.size
    expected = np.zeros((size, size))
    for row in range(len(opened.sentences)):
        ids = opened.sentences.ids(row)
        for i, left in enumerate(ids):
            for distance, right in enumerate(ids[i + 1 : i + 6], start=1):
                expected[left, right] += 1 / distance
    found, singles = np.zeros(size**2, dtype=np.float32), np.zeros(size)
    monkeypatch.setattr(cooccurrence, "_PORTION", 7)
    _count(opened.sentences, opened.vocabulary.eos, found, singles)
    np.testing.assert_allclose(found.reshape(size, size), expected, rtol=1e-5)
    assert (singles == opened.frequencies).all()


def test_factors_are_the_singular_vectors_of_the_information() -> None:
    rng = np.random.default_rng(3)
    half = rng.poisson(2.0, size=(30, 30)) * (rng.random((30, 30)) < 0.5)
    counts = (half + half.T).astype(np.float64)
    left = np.linalg.svd(_information(counts))[0][:, :4]
    ours = _factorise(counts.astype(np.float32), 4, seed=1)
    assert ours.std() == pytest.approx(1.0, rel=1e-2)
    # The same directions, up to sign and scale.
    cosines = (ours / np.linalg.norm(ours, axis=0) * left).sum(axis=0)
    np.testing.assert_allclose(np.abs(cosines), 1.0, atol=1e-3)


def test_common_pieces_tell_less(prose: Path) -> None:
    opened = Prose.open(prose)
    counts = count_pieces([prose], opened.vocabulary)
    share = opened.frequencies / opened.frequencies.sum()
    for half in (1e-3, 1e-2):
        expected = half / (half + share)
        expected[opened.vocabulary.eos] = 0.0
        np.testing.assert_allclose(counts.telling(half), expected, atol=1e-6)
    assert (
        count_pieces([prose, prose], opened.vocabulary).telling(1e-3) == counts.telling(1e-3)
    ).all()


def test_contexts_are_what_stands_around_or_what_stands_on_each_side(prose: Path) -> None:
    counts = count_pieces([prose], Prose.open(prose).vocabulary)
    left, right = counts.pairs.T, counts.pairs
    around = counts.vectors(8, "around", seed=1)
    np.testing.assert_allclose(around, _factorise(left + right, 8, seed=1), atol=1e-4)
    sides = counts.vectors(8, "sides", seed=1)
    exact = np.linalg.svd(_information(np.concatenate([right, left], axis=1)))[0][:, :2]
    cosines = (sides[:, :2] / np.linalg.norm(sides[:, :2], axis=0) * exact).sum(axis=0)
    np.testing.assert_allclose(np.abs(cosines), 1.0, atol=1e-2)  # a randomised factorisation
    assert sides.shape == around.shape and not np.allclose(sides, around, atol=0.1)


def _information(counts: np.ndarray) -> np.ndarray:
    contexts = counts.sum(axis=0) ** 0.75
    odds = np.outer(counts.sum(axis=1), contexts / contexts.sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num(np.maximum(np.log(counts / odds), 0.0), nan=0.0)


def test_corpora_that_do_not_fit_are_refused(
    prose: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vocabulary = Prose.open(prose).vocabulary
    source = write_lines(tmp_path / "b.txt", invented_sentences(300, 10))
    prepare([source], [source], tmp_path / "other", 450)
    with pytest.raises(ConfigError, match="another vocabulary"):
        count_pieces([tmp_path / "other"], vocabulary)
    empty = tmp_path / "empty"
    vocabulary.save(empty / "vocabulary")
    with pytest.raises(DataError, match="no corpus here"):
        count_pieces([empty], vocabulary)
    monkeypatch.setattr(cooccurrence, "_LARGEST", 100)
    with pytest.raises(ConfigError, match="too many"):
        count_pieces([prose], vocabulary)
