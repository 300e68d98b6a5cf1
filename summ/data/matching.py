r"""Matches: a document and a human sentence that seem to tell of the same event.

No file pairs a document with its summary, and a document's own headline may well have been taken
out.  But what happened is reported more than once, and a large pile of headlines holds what others
wrote above *their* reports of it.  Such a headline is found by the words that both share:

.. math:: s(x, h) = \cos(x, h) \cdot \mathrm{coverage}(x, h)

with the cosine of TF-IDF vectors, and coverage the share of the sentence's squared weights that the
document has, too: a sentence that tells more than the document is no lesson in leaving out.

Source: the idea is that of mining parallel sentences from piles that are not parallel, as Schwenk
et al. (2019, arXiv:1911.04944), with word overlap in place of their embeddings.

Axes: N documents, M sentences, W words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from summ.data.corpus import Corpus
from summ.data.shards import Texts
from summ.errors import DataError
from summ.text.vocabulary import Vocabulary

_PORTION = 1000  # documents compared at once: their products with all sentences are in memory
_COMMON = 250  # a word that more than one sentence in so many has finds nothing
_NOT_COMMON = 100  # nor is a word common that no more sentences than this have
MATCHES = "matches.npz"  # in the folder of the corpus


@dataclass(frozen=True)
class Matches:
    """Pairs of rows of a corpus, a document at most once, the best first.

    Attributes:
        documents: rows of ``corpus.documents``.  (P,)
        sentences: the rows of ``corpus.sentences`` that match them best.  (P,)
        scores: how well; 1 for texts of the same words.  (P,)
    """

    documents: NDArray[np.int64]
    sentences: NDArray[np.int64]
    scores: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.scores)

    def save(self, path: Path) -> None:
        """Writes the pairs; the file appears whole or not at all.

        Raises:
            DataError: it cannot be written.
        """
        unfinished = path.with_name(path.name + ".tmp")
        try:
            with unfinished.open("wb") as file:
                np.savez(file, **vars(self))
            unfinished.replace(path)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            raise DataError(f"{path}: cannot be written ({error.strerror}).") from error

    @staticmethod
    def load(path: Path, corpus: Corpus) -> Matches:
        """Reads what ``save`` wrote.

        Raises:
            DataError: it is missing or damaged, or names rows that the corpus does not have.
        """
        try:
            with np.load(path, allow_pickle=False) as stored:
                matches = Matches(stored["documents"], stored["sentences"], stored["scores"])
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise DataError(f"{path}: no matches here. Find them with `summ match`.") from error
        highest = [rows.max(initial=-1) for rows in (matches.documents, matches.sentences)]
        if highest[0] >= len(corpus.documents) or highest[1] >= len(corpus.sentences):
            raise DataError(f"{path}: does not fit its corpus. Find them again with `summ match`.")
        return matches


def find_matches(
    corpus: Corpus,
    least: float,
    progress: Callable[[str], None] | None = None,
) -> Matches:
    """The best match of every document that has one, by TF-IDF over stems.

    Args:
        least: the lowest score of a match; above 0.
        progress: is told how far the search has come.
    """
    say = progress or (lambda _: None)
    say("reading words")
    sides = _Sides.of(corpus)
    found: list[tuple[NDArray[np.int64], NDArray[np.float32]]] = []
    for start in range(0, len(corpus.documents), _PORTION):
        found.append(sides.best(start))
        if start % (50 * _PORTION) == 0:
            say(f"matching: {start} of {len(corpus.documents)} documents")
    sentences = np.concatenate([rows for rows, _ in found])
    scores = np.concatenate([values for _, values in found])
    documents = np.flatnonzero(scores >= least)
    order = documents[np.argsort(-scores[documents], kind="stable")]
    return Matches(order.astype(np.int64), sentences[order], scores[order])


@dataclass(frozen=True)
class _Sides:
    """Both sides as TF-IDF, each word once.

    Attributes:
        documents, sentences: which words a text has, times the weights of the words.
        rare: the sentences' part in words that tell something.
        document_norms, sentence_norms: squared lengths, never 0.
    """

    documents: Any
    sentences: Any
    rare: Any
    document_norms: NDArray[np.float32]
    sentence_norms: NDArray[np.float32]

    @staticmethod
    def of(corpus: Corpus) -> _Sides:
        stems = _Stems(corpus.vocabulary)
        sentences = _presence(corpus.sentences, stems)
        documents = _presence(corpus.documents, stems)
        words = len(stems.numbers)
        sentences.resize(len(corpus.sentences), words)
        frequencies = np.bincount(sentences.indices, minlength=words)
        weights = np.log((len(corpus.sentences) + 1) / (frequencies + 1)).astype(np.float32)
        common = frequencies > max(_NOT_COMMON, len(corpus.sentences) / _COMMON)
        documents, sentences = (
            (side @ sparse.diags_array(weights)).tocsr() for side in (documents, sentences)
        )
        rare = (sentences @ sparse.diags_array((~common).astype(np.float32))).tocsr()
        rare.eliminate_zeros()
        norms = [
            np.maximum(np.asarray(side.multiply(side).sum(axis=1)).ravel(), 1e-6)
            for side in (documents, sentences)
        ]
        return _Sides(documents, sentences, rare.T.tocsr(), norms[0], norms[1])

    def best(self, start: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The best sentence of each document of a portion, and its score (0: there is none)."""
        portion = self.documents[start : start + _PORTION]
        products = (portion @ self.rare).tocsr()
        norms = self.document_norms[start : start + _PORTION]
        # cosine * coverage, both by the words that tell something.
        products.data **= 2
        products.data /= self.sentence_norms[products.indices] ** 1.5
        rows = np.zeros(portion.shape[0], dtype=np.int64)
        for row, (begin, end) in enumerate(zip(products.indptr, products.indptr[1:], strict=False)):
            if begin < end:
                rows[row] = products.indices[begin + int(products.data[begin:end].argmax())]
        # The score itself is by all words.
        shared = np.asarray(portion.multiply(self.sentences[rows]).sum(axis=1)).ravel()
        scores = shared**2 / (self.sentence_norms[rows] ** 1.5 * norms**0.5)
        return rows, np.where(np.diff(products.indptr) > 0, scores, 0.0).astype(np.float32)


class _Stems:
    """Numbers of words by their stems; marks and numbers have none."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        import snowballstemmer

        self.vocabulary = vocabulary
        self.numbers: dict[str, int] = {}
        self._known: dict[str, int | None] = {}
        self._stemmer = snowballstemmer.stemmer("english")

    def of(self, text: str) -> set[int]:
        found = set()
        for word in text.split():
            if word not in self._known:
                self._known[word] = self._number(word)
            number = self._known[word]
            if number is not None:
                found.add(number)
        return found

    def _number(self, word: str) -> int | None:
        if not any(character.isalpha() for character in word):
            return None
        stem = self._stemmer.stemWord(word)
        return self.numbers.setdefault(stem, len(self.numbers))


def _presence(texts: Texts, stems: _Stems) -> Any:
    """Which words each text has, as ones.  (rows, W so far)"""
    indices: list[NDArray[np.int32]] = []
    ends = [0]
    for text in _canonical(texts, stems.vocabulary):
        words = stems.of(text)
        indices.append(np.fromiter(sorted(words), dtype=np.int32, count=len(words)))
        ends.append(ends[-1] + len(words))
    columns = np.concatenate([np.zeros(0, dtype=np.int32), *indices])
    ones = np.ones(len(columns), dtype=np.float32)
    return sparse.csr_array((ones, columns, ends), shape=(len(texts), len(stems.numbers)))


def _canonical(texts: Texts, vocabulary: Vocabulary) -> Iterator[str]:
    for row in range(len(texts)):
        yield vocabulary.decode(texts.ids(row).tolist())
