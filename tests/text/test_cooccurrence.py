from pathlib import Path

import numpy as np
import pytest

from summ.errors import ConfigError, DataError
from summ.text import cooccurrence
from summ.text.cooccurrence import _count, _factorise, count_embeddings
from summ.text.corpus import prepare
from summ.text.prose import Prose, prepare_prose
from tests.text.conftest import invented_sentences, write_lines


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
    contexts = counts.sum(axis=0) ** 0.75
    with np.errstate(divide="ignore"):
        information = np.log(counts / np.outer(counts.sum(axis=1), contexts / contexts.sum()))
    left = np.linalg.svd(np.maximum(information, 0.0))[0][:, :4]
    ours = _factorise(counts.astype(np.float32), 4, seed=1)
    assert ours.std() == pytest.approx(1.0, rel=1e-2)
    # The same directions, up to sign and scale.
    cosines = (ours / np.linalg.norm(ours, axis=0) * left).sum(axis=0)
    np.testing.assert_allclose(np.abs(cosines), 1.0, atol=1e-3)


def test_common_pieces_get_shorter_vectors(prose: Path) -> None:
    opened = Prose.open(prose)
    counted = count_embeddings([prose], opened.vocabulary, 16, seed=1)
    vectors = counted.vectors
    assert vectors.shape == (opened.vocabulary.size, 16) and np.isfinite(vectors).all()
    twice = count_embeddings([prose, prose], opened.vocabulary, 16, seed=1)
    np.testing.assert_allclose(twice.vectors, vectors, atol=1e-3)
    bare = _bare(prose, 16)
    share = opened.frequencies / opened.frequencies.sum()
    telling = 1e-3 / (1e-3 + share)
    np.testing.assert_allclose(vectors, bare * telling[:, None], atol=1e-5)
    telling[opened.vocabulary.eos] = 0.0
    np.testing.assert_allclose(counted.telling, telling, atol=1e-6)
    assert not vectors[opened.vocabulary.eos].any()


def _bare(prose: Path, width: int) -> np.ndarray:
    opened = Prose.open(prose)
    size = opened.vocabulary.size
    pairs, singles = np.zeros(size**2, dtype=np.float32), np.zeros(size)
    _count(opened.sentences, opened.vocabulary.eos, pairs, singles)
    square = pairs.reshape(size, size)
    return _factorise(square + square.T, width, seed=1)


def test_corpora_that_do_not_fit_are_refused(
    prose: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vocabulary = Prose.open(prose).vocabulary
    source = write_lines(tmp_path / "b.txt", invented_sentences(300, 10))
    prepare([source], [source], tmp_path / "other", 450)
    with pytest.raises(ConfigError, match="another vocabulary"):
        count_embeddings([tmp_path / "other"], vocabulary, 4, seed=1)
    empty = tmp_path / "empty"
    vocabulary.save(empty / "vocabulary")
    with pytest.raises(DataError, match="no corpus here"):
        count_embeddings([empty], vocabulary, 4, seed=1)
    monkeypatch.setattr(cooccurrence, "_LARGEST", 100)
    with pytest.raises(ConfigError, match="too many"):
        count_embeddings([prose], vocabulary, 4, seed=1)
