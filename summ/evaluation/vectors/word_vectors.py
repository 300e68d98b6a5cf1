"""Word vectors learned from a corpus by counting, and sentence vectors that are their averages.

The baseline that a sentence encoder has to beat with the same text to learn from.  Words that
occur near each other are counted, nearer ones more; the positive pointwise mutual information of
the counts is factorised:

    M[w, c] = max(0, log( #(w, c) * sum_c' #(c')^0.75 / (#(w) * #(c)^0.75) )),   M ~ U S V'
    vector of w = U[w]

Source: Levy, Goldberg & Dagan (2015, TACL 3), "Improving Distributional Similarity with Lessons
Learned from Word Embeddings", Sections 2 and 3: contexts smoothed by 0.75, eigenvalues left out
(their p = 0); there it does as well as word2vec's skip-gram.  Arora, Liang & Ma (2017, ICLR), "A
Simple but Tough-to-Beat Baseline for Sentence Embeddings", Algorithm 1, for the weighted average
(SIF).

Axes: W words, D columns, N texts.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from summ.data.files import write_file
from summ.errors import DataError
from summ.text.vocabulary import canonical

FloatArray = NDArray[np.float32]

FORMAT = "summ word vectors 1"
_SMOOTHING = 0.75
_SIF = 1e-3
# Power iterations and additional columns of the randomized factorisation (Halko, Martinsson &
# Tropp 2011, "Finding Structure with Randomness", Algorithm 4.4).
_ROUNDS = 4
_OVERSAMPLED = 32
_BREAK = -1


@dataclass(frozen=True)
class WordVectors:
    """Words, how often the corpus has each, and their vectors.

    Attributes:
        counts: occurrences in the corpus.  (W,)
        vectors: (W, D)
        folding: whether the words are those of canonical text (``summ.text.folding``).
        origin: what they were learned from and how, for the reader.
    """

    words: Sequence[str] = field(repr=False)
    counts: NDArray[np.int64] = field(repr=False)
    vectors: FloatArray = field(repr=False)
    folding: bool = True
    origin: str = ""

    def average(self, texts: Sequence[str]) -> FloatArray:
        """Mean of a text's word vectors; zeros where no word is known.  (N, D)"""
        return self._averages(texts, np.ones(len(self.words)))

    def weighted(self, texts: Sequence[str]) -> FloatArray:
        """SIF: common words count less, and what all these texts share is taken out.  (N, D)

        Word w has weight a / (a + p(w)), a = 0.001, and a vector of length 1, so that nothing
        else weighs; then the projection on the first singular vector of the texts is removed.
        """
        share = self.counts / self.counts.sum()
        lengths = np.linalg.norm(self.vectors, axis=1)
        rows = self._averages(texts, _SIF / (_SIF + share) / np.where(lengths > 0, lengths, 1))
        # D x D, because there may be many more texts than columns.
        _, axes = np.linalg.eigh(rows.T.astype(np.float64) @ rows)
        common = axes[:, -1].astype(np.float32)
        return rows - np.outer(rows @ common, common)

    def _averages(self, texts: Sequence[str], weights: NDArray[np.float64]) -> FloatArray:
        from scipy.sparse import csr_matrix

        number = {word: place for place, word in enumerate(self.words)}
        places, ends = array("l"), array("l", [0])
        for text in texts:
            found = (number.get(word) for word in canonical(text, self.folding).split())
            places.extend(place for place in found if place is not None)
            ends.append(len(places))
        lengths = np.diff(np.asarray(ends))
        values = weights[np.asarray(places, dtype=np.int64)]
        values /= np.repeat(np.maximum(lengths, 1), lengths)
        shape = (len(texts), len(self.words))
        rows = csr_matrix((values.astype(np.float32), places, ends), shape=shape)
        return np.asarray(rows @ self.vectors, dtype=np.float32)

    def save(self, path: Path) -> None:
        """Writes one .safetensors file, whole.

        Raises:
            DataError: it cannot be written.
        """
        from safetensors.numpy import save

        described = {"format": FORMAT, "folding": json.dumps(self.folding), "origin": self.origin}
        tensors: dict[str, NDArray[Any]]
        tensors = {"vectors": np.ascontiguousarray(self.vectors), "counts": self.counts}
        content = save(tensors, {**described, "words": "\n".join(self.words)})
        write_file(path, content)

    @staticmethod
    def load(path: Path) -> WordVectors:
        """Reads what ``save`` wrote.

        Raises:
            DataError: it is missing, damaged, or no such file.
        """
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(path, framework="numpy") as stored:
                described = stored.metadata() or {}
                if described.get("format") != FORMAT:
                    raise DataError(f"{path}: holds no word vectors of summ ({FORMAT}).")
                tensors = {name: stored.get_tensor(name) for name in ("vectors", "counts")}
        except (OSError, SafetensorError) as error:
            reason = " ".join(str(error).split())[:200]
            raise DataError(f"{path}: cannot be read as word vectors ({reason}).") from error
        words = described["words"].split("\n")
        if not len(words) == len(tensors["vectors"]) == len(tensors["counts"]):
            raise DataError(f"{path}: damaged, words and vectors are not as many. Learn again.")
        folding = bool(json.loads(described["folding"]))
        return WordVectors(words, **tensors, folding=folding, origin=described["origin"])


def learn_word_vectors(
    texts: Iterable[str],
    dimension: int,
    *,
    window: int = 5,
    most_words: int = 50_000,
    fewest_times: int = 5,
    folding: bool = True,
    seed: int = 1,
    origin: str = "",
    progress: Callable[[str], None] | None = None,
) -> WordVectors:
    """Counts and factorises.

    Args:
        texts: no window crosses from one to the next.
        dimension: D; that of the encoder it is compared with.
        window: farthest word that is counted; one at distance d counts (window + 1 - d) / window,
            as word2vec's random windows do on average.
        most_words, fewest_times: the commonest words are kept, if they occur often enough.
        folding: read canonical text.
        seed: of the randomized factorisation.
        origin: kept with the vectors.
        progress: is told about each pass.

    Raises:
        DataError: the texts have fewer words than the vectors would have columns.
        ConfigError: scikit-learn is not installed.
    """
    say = progress or (lambda _: None)
    say("reading the words")
    words, counts, stream = _read(texts, most_words, fewest_times, folding)
    if len(words) <= dimension:
        raise DataError(
            f"word vectors: {len(words)} words occur {fewest_times} times, which is too few for "
            f"{dimension} columns. Give more text or fewer columns."
        )
    say(f"counting neighbours of {len(words):,} words in {len(stream):,} places")
    near = _neighbours(stream, len(words), window)
    say(f"factorising {near.nnz:,} counts")
    return WordVectors(
        words, counts, _factorise(_information(near), dimension, seed), folding, origin
    )


def _read(
    texts: Iterable[str], most_words: int, fewest_times: int, folding: bool
) -> tuple[list[str], NDArray[np.int64], NDArray[np.int32]]:
    """The kept words, commonest first, their counts, and the texts as numbers of words.

    Words that are not kept leave no gap, as in word2vec; breaks between texts are -1.
    """
    number: dict[str, int] = {}
    places = array("i")
    for text in texts:
        for word in canonical(text, folding).split():
            places.append(number.setdefault(word, len(number)))
        places.append(_BREAK)
    stream = np.asarray(places, dtype=np.int32)
    counts = np.bincount(stream[stream >= 0], minlength=len(number))
    order = np.argsort(-counts, kind="stable")[:most_words]
    kept = order[counts[order] >= fewest_times]
    renumbered = np.full(len(number) + 1, -2, dtype=np.int32)
    renumbered[kept] = np.arange(len(kept))
    renumbered[_BREAK] = _BREAK
    stream = renumbered[stream]
    names = list(number)
    return [names[place] for place in kept], counts[kept], stream[stream >= _BREAK]


def _neighbours(stream: NDArray[np.int32], words: int, window: int) -> Any:
    """How often, weighted by nearness, each word stands near each other one: symmetric, sparse."""
    from scipy.sparse import csr_matrix

    total = csr_matrix((words, words), dtype=np.float32)
    crossed = np.cumsum(stream == _BREAK)
    for distance in range(1, window + 1):
        one, other = stream[:-distance], stream[distance:]
        together = (crossed[:-distance] == crossed[distance:]) & (one >= 0) & (other >= 0)
        nearness = np.full(int(together.sum()), (window + 1 - distance) / window, dtype=np.float32)
        total = total + csr_matrix(
            (nearness, (one[together], other[together])), shape=(words, words)
        )
    return (total + total.T).tocsr()


def _information(near: Any) -> Any:
    """Positive pointwise mutual information with smoothed contexts, in place of the counts."""
    of_words = np.asarray(near.sum(axis=1), dtype=np.float64).ravel()
    of_contexts = of_words**_SMOOTHING
    coordinates = near.tocoo()
    value = np.log(coordinates.data.astype(np.float64)) + np.log(of_contexts.sum())
    value -= np.log(of_words[coordinates.row]) + np.log(of_contexts[coordinates.col])
    near = near.copy()
    near.data = np.maximum(value, 0).astype(np.float32)
    near.eliminate_zeros()
    return near


def _factorise(matrix: Any, dimension: int, seed: int) -> FloatArray:
    """U of the largest singular values.  (W, D)"""
    from sklearn.utils.extmath import randomized_svd

    left, _, _ = randomized_svd(
        matrix,
        dimension,
        n_oversamples=_OVERSAMPLED,
        n_iter=_ROUNDS,
        power_iteration_normalizer="QR",
        random_state=seed,
    )
    return np.asarray(left, dtype=np.float32)
