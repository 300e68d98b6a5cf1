"""Matches: what the search finds, against every pair compared; and the file it is kept in."""

import math
from pathlib import Path

import numpy as np
import pytest
import snowballstemmer

from summ.data import matching
from summ.data.corpus import Corpus, prepare
from summ.data.matching import MATCHES, Matches, find_matches
from summ.errors import DataError
from tests.data.conftest import write_lines

EVENTS = [
    ("The parliament of Verania rejected the new fuel tax late on Monday.", "Verania rejects tax"),
    ("Striker Jana Holub scored twice as Dravo won the cup.", "Holub scores as Dravo wins cup"),
    ("A storm killed seven people on the eastern islands.", "Storm kills seven on islands"),
]


def stems(corpus: Corpus, ids: np.ndarray) -> set[str]:
    stem = snowballstemmer.stemmer("english").stemWord
    words = corpus.vocabulary.decode(ids.tolist()).split()
    return {stem(word) for word in words if any(c.isalpha() for c in word)}


def compare_all(corpus: Corpus) -> np.ndarray:
    """The score of every pair by its definition.  (N, M)"""
    documents, sentences = (
        [stems(corpus, side.ids(row)) for row in range(len(side))]
        for side in (corpus.documents, corpus.sentences)
    )
    total = len(sentences)
    frequency = {w: sum(w in s for s in sentences) for w in set().union(*documents, *sentences)}
    squared = {w: math.log((total + 1) / (f + 1)) ** 2 for w, f in frequency.items()}

    def norm(words: set[str]) -> float:
        return sum(squared[word] for word in words)

    scores = np.zeros((len(documents), total))
    for row, document in enumerate(documents):
        for column, sentence in enumerate(sentences):
            shared = norm(document & sentence)
            if shared:
                cosine = shared / math.sqrt(norm(document) * norm(sentence))
                scores[row, column] = cosine * shared / norm(sentence)
    return scores


def test_every_document_finds_its_best_sentence(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "_NOT_COMMON", 1000)  # so that no word is left out
    monkeypatch.setattr(matching, "_PORTION", 64)
    found = find_matches(corpus, least=0.05)
    scores = compare_all(corpus)
    assert set(found.documents) == set(np.flatnonzero(scores.max(axis=1) >= 0.05))
    assert 20 < len(found) < 600
    best = scores[found.documents]
    np.testing.assert_allclose(found.scores, best.max(axis=1), rtol=1e-4)  # float32
    picked = best[np.arange(len(found)), found.sentences]
    np.testing.assert_allclose(picked, best.max(axis=1), rtol=1e-4)
    assert (np.diff(found.scores) <= 0).all()


def test_common_words_find_nothing(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "_NOT_COMMON", 0)
    monkeypatch.setattr(matching, "_COMMON", 10**9)
    assert len(find_matches(corpus, least=0.01)) == 0


def test_reports_of_one_event_meet(tmp_path: Path) -> None:
    documents = write_lines(tmp_path / "d.txt", [document for document, _ in EVENTS] * 20)
    sentences = write_lines(tmp_path / "s.txt", [headline for _, headline in EVENTS[::-1]])
    prepare([documents], [sentences], tmp_path / "corpus", 400)
    found = find_matches(Corpus.open(tmp_path / "corpus"), least=0.2)
    assert len(found) == 60
    assert all(found.documents % 3 + found.sentences == 2)


def test_matches_are_read_as_written(corpus: Corpus, tmp_path: Path) -> None:
    found = find_matches(corpus, least=0.05)
    found.save(tmp_path / MATCHES)
    again = Matches.load(tmp_path / MATCHES, corpus)
    for name, values in vars(found).items():
        assert np.array_equal(values, vars(again)[name])


def test_what_is_no_file_of_matches_is_told(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no matches here.*summ match"):
        Matches.load(tmp_path / MATCHES, corpus)
    (tmp_path / MATCHES).write_bytes(b"no archive")
    with pytest.raises(DataError, match=r"no matches here.*summ match"):
        Matches.load(tmp_path / MATCHES, corpus)
    beyond = np.array([len(corpus.documents)])
    Matches(beyond, np.array([0]), np.ones(1, dtype=np.float32)).save(tmp_path / MATCHES)
    with pytest.raises(DataError, match="does not fit its corpus"):
        Matches.load(tmp_path / MATCHES, corpus)
    with pytest.raises(DataError, match="cannot be written"):
        find_matches(corpus, least=0.05).save(tmp_path / "nowhere" / MATCHES)
