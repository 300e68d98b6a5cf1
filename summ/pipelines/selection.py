"""Which sentences of long documents to keep: position-aware centrality without redundancy.

A sentence is central if the others say similar things.  Inside a document, similarity to what
follows counts for a sentence and similarity to what came before counts less or against it, since
text puts the news first and then elaborates; in documents that are summarized together,
similarity always counts for it, since what several report matters.

Source: Zheng & Lapata (2019, arXiv:1906.03508), PacSum, Section 3 and equation (4), for one
document.  Departures: the first sentences of a document get a bonus, as lead is what every news
selector must beat (a small one where documents are several); sentences are picked one by one, less
a penalty for what was picked before (maximal marginal relevance, Carbonell & Goldstein 1998), and
what repeats a picked sentence is never picked; headings, courtesies and what minutes say of the
meeting itself are left out; a sentence that says what its text is for gets a bonus (abstracts begin
with what was known before), in minutes one that says what was decided (cue phrases: Edmundson
1969).

Similarity is the cosine of sentence vectors, from an encoder or, without one, TF-IDF.

Axes: N sentences of all documents, V word types, D width of an encoder's vector.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy.typing import NDArray

from summ.text.minutes import is_about_meeting, states_decision
from summ.text.purpose import states_purpose
from summ.text.salutations import is_courtesy
from summ.text.words import count_words, is_unsegmented

if TYPE_CHECKING:
    from scipy import sparse

# From N texts to (N, D) vectors of length 1, zeros where there is nothing to read.
Encode = Callable[[Sequence[str]], NDArray[np.float32]]


@dataclass(frozen=True)
class Weights:
    """How the relevance of a sentence is put together.

    Attributes:
        following: of similarity to what follows in the document, and to other documents.
        preceding: of similarity to what came before.
        threshold: how much of the range of all similarities is no similarity (beta); 0 to 1.
        lead: bonus of a first sentence, half for the second, a third for the third, ...; the
            largest centrality is 1.
        redundancy: of the penalty for similarity to what was already picked.
        purpose: bonus of a sentence that says what the text is for (*we propose*), or, in minutes,
            what was decided.
    """

    following: float
    preceding: float
    threshold: float | None
    lead: float
    redundancy: float
    purpose: float = 2.0


# Without a threshold the sums take linear time.
TFIDF = Weights(following=1.0, preceding=-0.5, threshold=None, lead=1.0, redundancy=0.5)
ENCODED = Weights(following=1.0, preceding=-0.5, threshold=0.2, lead=1.0, redundancy=0.5)
# Of several documents, what all of them say counts, wherever they say it.
TFIDF_OF_SEVERAL = replace(TFIDF, preceding=1.0, lead=0.1)
ENCODED_OF_SEVERAL = replace(ENCODED, preceding=1.0, lead=0.1)
# Headings, bylines and captions are shorter than this and say little alone.
_FEWEST_WORDS = 5
# The share of an abstract's sentences that say what it is for.
_LEAST_PURPOSE = 0.1
# Sentences that share this much of their TF-IDF vectors say the same.
_SAME = 0.85
# Similarities are formed for so many pairs at once; beyond so many sentences, not at all.
_PAIRS = 4_000_000
_MOST_ENCODED = 20_000
_TERM = re.compile(r"\w+")
# A mark that ends a sentence, in any script, and what may stand behind it.
_END = re.compile(r"[.!?…。！？।॥؟۔։።፧။៖។៕༎།…](?:[\"'”’»)\]」』】\s]|\[\d+\])*$")


def rank_sentences(
    documents: Sequence[Sequence[str]],
    count: int,
    encode: Encode | None = None,
    stop_words: frozenset[str] = frozenset(),
) -> list[int]:
    """The most informative sentences, each the best beside those before it.

    Without an encoder, linear in the length of the documents for a fixed ``count``.

    Args:
        documents: lists of sentences, to be summarized together.
        count: how many to rank at most.
        encode: makes vectors of sentences; None compares their words (TF-IDF).
        stop_words: lower-case words that are not compared.

    Returns:
        Different positions in the concatenation of all documents, the best first; fewer than
        ``count`` where the rest are headings or repeat what is ranked.
    """
    sentences = [sentence for document in documents for sentence in document]
    if not sentences:
        return []
    owner = np.repeat(np.arange(len(documents)), [len(document) for document in documents])
    place = np.concatenate([np.arange(len(document)) for document in documents])
    terms = tfidf(sentences, stop_words)
    several = sum(map(bool, documents)) > 1
    if encode is None or len(sentences) > _MOST_ENCODED:
        weights, vectors = (TFIDF_OF_SEVERAL if several else TFIDF), terms
        relevance = centrality(terms, owner, weights)
    else:
        weights, vectors = (ENCODED_OF_SEVERAL if several else ENCODED), encode(sentences)
        relevance = thresholded_centrality(vectors, owner, weights)
    largest = np.abs(relevance).max()
    relevance = relevance / largest if largest > 0 else relevance
    relevance = relevance + weights.lead / (place + 1)
    about = np.array([is_about_meeting(sentence) for sentence in sentences])
    matters = states_decision if about.any() else states_purpose
    purposes = np.array([matters(sentence) for sentence in sentences])
    if about.any() or purposes.mean() >= _LEAST_PURPOSE:  # in long reports others say it of others
        relevance[purposes] += weights.purpose
    free = keepable(sentences, about)
    return _pick(vectors, terms, relevance, free, count, weights.redundancy)


def keepable(sentences: Sequence[str], about: Bool[np.ndarray, " N"]) -> Bool[np.ndarray, " N"]:
    """Which sentences may stand in a summary: no headings, courtesies or talk of the meeting; all
    of them where nothing else is left.

    Args:
        about: those that are about the meeting that the text is of.
    """
    free = np.array([count_words(sentence) >= _FEWEST_WORDS for sentence in sentences])
    ended = np.array([_END.search(sentence) is not None for sentence in sentences])
    if 2 * ended[free].sum() > free.sum():
        free &= ended  # among sentences, what has no full stop is a heading
    telling = free & ~about & np.array([not is_courtesy(sentence) for sentence in sentences])
    free = telling if telling.any() else free
    return free if free.any() else np.ones(len(sentences), dtype=bool)


def tfidf(sentences: Sequence[str], stop_words: frozenset[str] = frozenset()) -> sparse.csr_array:
    """Unit TF-IDF vectors of sentences, (N, V); the document frequency is within ``sentences``.

    ``tf * (log((1 + N) / (1 + df)) + 1)``, each row of length 1 (or 0 without terms).
    """
    from scipy import sparse  # a text of one sentence does without

    vocabulary: dict[str, int] = {}
    rows: list[int] = []
    columns: list[int] = []
    for row, sentence in enumerate(sentences):
        for term in terms_of(sentence):
            if term in stop_words:
                continue
            rows.append(row)
            columns.append(vocabulary.setdefault(term, len(vocabulary)))
    shape = (len(sentences), max(1, len(vocabulary)))
    # Converting to rows sums the entries of a repeated term.
    counts = sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=shape)
    frequency = np.bincount(counts.indices, minlength=shape[1])
    idf = np.log((1 + shape[0]) / (1 + frequency)) + 1
    counts.data *= idf[counts.indices]
    norms = np.sqrt(counts.multiply(counts).sum(axis=1))
    norms[norms == 0] = 1.0
    return sparse.csr_array(sparse.diags_array(1 / norms) @ counts)


def centrality(
    vectors: sparse.csr_array, owner: Int[np.ndarray, " N"], weights: Weights
) -> Float[np.ndarray, " N"]:
    """``F * (similarity to later and to others' sentences) + P * (to earlier ones)``, summed.

    Each sum is the product of a sentence with a sum of the others' vectors, so that the N x N
    similarities are never formed.

    Args:
        vectors: of length 1, those of a document one after the other.
        owner: the document of each sentence, ascending from 0.
        weights: without a threshold.
    """
    everything = np.asarray(vectors.sum(axis=0)).ravel()
    sums = np.zeros(vectors.shape[0])
    for document in range(int(owner[-1]) + 1):
        own = owner == document
        block = vectors[own]
        others = everything - np.asarray(block.sum(axis=0)).ravel()
        sums[own] = _own_centrality(block, weights) + weights.following * (block @ others)
    return sums


def _own_centrality(vectors: sparse.csr_array, weights: Weights) -> NDArray[np.float64]:
    """The part of one document."""
    entries = vectors.tocoo()
    order = np.lexsort((entries.row, entries.col))
    row, column, value = entries.row[order], entries.col[order], entries.data[order]
    if not len(value):
        return np.zeros(vectors.shape[0])
    running = np.cumsum(value) - value
    first = np.searchsorted(column, column)  # where each term's entries begin
    before = running - running[first]
    total = np.bincount(column, weights=value)[column]
    after = total - before - value
    combined = weights.following * after + weights.preceding * before
    sums = np.bincount(row, weights=value * combined, minlength=vectors.shape[0])
    return sums.astype(np.float64)


def thresholded_centrality(
    vectors: Float[np.ndarray, "N D"], owner: Int[np.ndarray, " N"], weights: Weights
) -> Float[np.ndarray, " N"]:
    """The same sums over similarities less a threshold, negative ones left out.

    ``max(0, e - (min e + beta * (max e - min e)))``, minimum and maximum over all pairs; in
    quadratic time, block by block.

    Source: Zheng & Lapata (2019), Section 3, similarity matrix; over the pairs of different
    sentences, where the authors' code takes in the diagonal.
    """
    beta = weights.threshold or 0.0
    if len(vectors) < 2:
        return np.zeros(len(vectors))
    low, high = np.inf, -np.inf
    for rows, similarity in _similarities(vectors):
        itself = np.arange(len(vectors)) == rows[:, None]
        low = min(low, float(similarity.min(where=~itself, initial=np.inf)))
        high = max(high, float(similarity.max(where=~itself, initial=-np.inf)))
    sums = np.zeros(len(vectors))
    places = np.arange(len(vectors))
    for rows, similarity in _similarities(vectors):
        edges = np.maximum(similarity - (low + beta * (high - low)), 0.0)
        earlier = (owner == owner[rows, None]) & (places < rows[:, None])
        signs = np.where(earlier, weights.preceding, weights.following)
        signs[places == rows[:, None]] = 0.0
        sums[rows] = (edges * signs).sum(axis=1)
    return sums


def _similarities(
    vectors: Float[np.ndarray, "N D"],
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """Some rows at a time: their positions, and their inner products with all sentences."""
    block = max(1, _PAIRS // len(vectors))
    for start in range(0, len(vectors), block):
        rows = np.arange(start, min(start + block, len(vectors)))
        yield rows, (vectors[rows] @ vectors.T).astype(np.float64)


def _pick(
    vectors: sparse.csr_array | NDArray[np.float32],
    terms: sparse.csr_array,
    relevance: NDArray[np.float64],
    free: NDArray[np.bool_],
    count: int,
    redundancy: float,
) -> list[int]:
    """Greedy maximal marginal relevance among the free sentences, without repeats."""
    picked: list[int] = []
    nearest = np.zeros(len(relevance))
    free = free.copy()
    while len(picked) < count and free.any():
        score = np.where(free, relevance - redundancy * nearest, -np.inf)
        best = int(score.argmax())
        picked.append(best)
        shared = terms @ terms[[best]].toarray()[0]
        free &= shared < _SAME
        free[best] = False
        nearest = np.maximum(nearest, shared if vectors is terms else vectors @ vectors[best])
    return picked


def terms_of(sentence: str) -> list[str]:
    """Lower-cased words; pairs of neighbouring characters for scripts without spaces."""
    terms: list[str] = []
    for run in _TERM.findall(sentence.lower()):
        if is_unsegmented(run) and len(run) > 1:
            terms.extend(run[i : i + 2] for i in range(len(run) - 1))
        else:
            terms.append(run)
    return terms
