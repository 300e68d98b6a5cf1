"""Which sentences of long documents to keep: central, early, dense and not said twice.

A sentence is central if the others say similar things (degree centrality: Erkan & Radev 2004,
LexRank, Section 3), for its length; dense if many of its words are words that the text repeats
(Nenkova & Vanderwende 2005, SumBasic).  To both is added where it stands: earlier sentences are
preferred, most of all the first, unless its paragraph goes on (the lead of news stands alone).

Sentences are picked one by one, less a penalty for what was picked before (maximal marginal
relevance, Carbonell & Goldstein 1998), and what repeats a picked sentence is never picked;
headings, courtesies and what minutes say of the meeting itself are left out; a sentence that says
what its text is for gets a bonus (abstracts begin with what was known before), in minutes one that
says what was decided (cue phrases: Edmundson 1969).

Vectors of an encoder are compared as in PacSum (Zheng & Lapata 2019, arXiv:1906.03508, Section 3
and equation (4)): similarity to what follows counts for a sentence, similarity to what came before
against it.

Similarity is the cosine of sentence vectors, from an encoder or, without one, TF-IDF.

Axes: N sentences of all documents, V word types, D width of an encoder's vector.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy.typing import NDArray

from summ.pipelines.keepable import keepable, parts_of_quotations
from summ.pipelines.unmet_references import UnmetReferences
from summ.text.languages.language import language
from summ.text.minutes import is_about_meeting, states_decision
from summ.text.own_voice import is_own_voice
from summ.text.pointing_back import points_back
from summ.text.purpose import states_purpose, tells_results
from summ.text.stems import stem
from summ.text.taken_as_known import taken_as_known
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
        length: the power of a sentence's words by which its centrality is divided.
        repeated: of the share of its words that the text repeats, each times how often; the largest
            is 1.
        early: of the logarithm of a sentence's place, against it.
        behind: bonus of a sentence right behind a picked one.  Unless it is None, a sentence that
            points back is picked only there, and a part of a longer quotation never.
        known: against a sentence that begins with a thing as if it were known (*The fossil is*),
            while no picked sentence before it names the thing.
        voice: against a quotation in which somebody speaks of himself.
        begun: what a first sentence gets in place of ``lead`` where its paragraph goes on.
        purpose: bonus of a sentence that says what the text is for (*we propose*), or, in minutes,
            what was decided.
    """

    following: float
    preceding: float
    threshold: float | None
    lead: float
    redundancy: float
    purpose: float = 2.0
    length: float = 0.0
    repeated: float = 0.0
    early: float = 0.0
    begun: float | None = None
    behind: float | None = None
    known: float = 0.0
    voice: float = 0.0


# Without a threshold the sums take linear time.  Chosen on halves of the sets of docs/results.md.
TFIDF = Weights(
    following=1.0,
    preceding=1.0,
    threshold=None,
    lead=2.0,
    redundancy=1.5,
    length=0.3,
    repeated=0.5,
    early=0.12,
    begun=0.55,
    behind=0.3,
    known=0.4,
    voice=1.0,
    purpose=4.0,
)
ENCODED = Weights(following=1.0, preceding=-0.5, threshold=0.2, lead=1.0, redundancy=0.5)
# Of several documents, what all of them say counts, wherever they say it.
TFIDF_OF_SEVERAL = Weights(following=1.0, preceding=1.0, threshold=None, lead=0.1, redundancy=0.5)
ENCODED_OF_SEVERAL = replace(ENCODED, preceding=1.0, lead=0.1)
# The share of an abstract's sentences that say what it is for.
_LEAST_PURPOSE = 0.1
# What was tried says less of it than what is proposed.
_OF_RESULTS = 0.75
# Sentences that share this much of their TF-IDF vectors say the same.
_SAME = 0.85
# Similarities are formed for so many pairs at once; beyond so many sentences, not at all.
_PAIRS = 4_000_000
_MOST_ENCODED = 20_000
_TERM = re.compile(r"\w+")


def rank_sentences(
    documents: Sequence[Sequence[str]],
    count: int,
    encode: Encode | None = None,
    stop_words: frozenset[str] = frozenset(),
    code: str = "en",
    begun: bool = False,
    room: int | None = None,
) -> list[int]:
    """The most informative sentences, each the best beside those before it.

    Without an encoder, linear in the length of the documents for a fixed ``count``.

    Args:
        documents: lists of sentences, to be summarized together.
        count: how many to rank at most.
        encode: makes vectors of sentences; None compares their words (TF-IDF).
        stop_words: lower-case words that are not compared.
        code: of the language (ISO 639-1), by which words tell what a text repeats.
        begun: whether the first sentence of a single document only begins its first paragraph,
            which goes on; otherwise it may be a lead.
        room: words that the first of them may have together: behind the best sentence, one that
            fits into the rest comes before others while there is one; None for any number.

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
        central = centrality(terms, owner, weights)
    else:
        weights, vectors = (ENCODED_OF_SEVERAL if several else ENCODED), encode(sentences)
        central = thresholded_centrality(vectors, owner, weights)
    lengths = np.array([count_words(sentence) for sentence in sentences])
    if weights.length:
        central = central / np.maximum(lengths, 1) ** weights.length
    relevance = _of_largest(central) - weights.early * np.log1p(place)
    bags = [terms_of(one) for one in sentences] if weights.repeated or weights.known else []
    telling = telling_stems(bags, code)
    if weights.repeated:
        relevance += weights.repeated * _of_largest(repeated(telling, list(map(len, bags))))
    relevance += _of_first(place, begun, weights)
    about = np.array([is_about_meeting(sentence) for sentence in sentences])
    relevance += weights.purpose * _purpose(sentences, about)
    free = keepable(sentences, about)
    back = np.zeros(len(sentences), dtype=bool)
    if weights.behind is not None:
        back = np.array([points_back(sentence, code) for sentence in sentences])
        whole = free & ~parts_of_quotations(sentences)
        free = whole if (whole & ~back).any() else free
    english = code == "en"
    if weights.voice and english:
        relevance[[is_own_voice(sentence) for sentence in sentences]] -= weights.voice
    known = [taken_as_known(one) for one in sentences] if weights.known and english else []
    references = UnmetReferences(known, telling) if known else None
    candidates = _Candidates(relevance, free, back, lengths, references)
    return _pick(vectors, terms, candidates, count, weights, room)


def _purpose(sentences: Sequence[str], about: Bool[np.ndarray, " N"]) -> Float[np.ndarray, " N"]:
    """Which sentences say what a text is for (1) or what it showed (less), or, where some are about
    a meeting, what it decided.

    None of a long report: there such words are said of others.
    """
    if about.any():
        return np.array([float(states_decision(sentence)) for sentence in sentences])
    purposes = np.array([states_purpose(sentence) for sentence in sentences])
    if purposes.mean() < _LEAST_PURPOSE:
        return np.zeros(len(sentences))
    results = np.array([tells_results(sentence) for sentence in sentences])
    return purposes * np.where(results, _OF_RESULTS, 1.0)


def _of_first(
    place: Int[np.ndarray, " N"], begun: bool, weights: Weights
) -> Float[np.ndarray, " N"]:
    """What sentences are worth more that stand first in a document, or near."""
    if begun and weights.begun is not None:
        return weights.begun * (place == 0)
    return weights.lead / (place + 1)


def _of_largest(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The values as shares of the largest."""
    largest = np.abs(values).max()
    return values / largest if largest > 0 else values


def telling_stems(bags: Sequence[Sequence[str]], code: str = "en") -> list[list[str]]:
    """Stems of the telling words of each sentence: of those that are no function words or numbers.

    Args:
        bags: the words of each sentence of a text (``terms_of``).
        code: of their language (ISO 639-1), for words that tell nothing, and stems.
    """
    stop_words = language(code).stop_words
    known = set(chain.from_iterable(bags)) - stop_words
    stems = {
        term: stem(term) if code == "en" else term for term in known if not term.isdigit()
    }  # each word once: stems take longer than all else
    return [[stems[term] for term in bag if term in stems] for bag in bags]


def repeated(telling: Sequence[Sequence[str]], sizes: Sequence[int]) -> Float[np.ndarray, " N"]:
    """How much of a sentence the text says again and again.

    The sum over its different telling words, each by its number in the text if that is above 1,
    over the number of all its words.

    Args:
        telling: the telling words of each sentence of a text.
        sizes: how many words each has, function words with them.
    """
    times = Counter(chain.from_iterable(telling))
    return np.array(
        [
            sum(times[term] for term in set(own) if times[term] > 1) / max(1, size)
            for own, size in zip(telling, sizes, strict=True)
        ],
        dtype=np.float64,
    )


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


@dataclass(frozen=True)
class _Candidates:
    """Sentences to pick from.

    Attributes:
        relevance: of each by itself.
        free: which may be picked.
        back: which need the one before them.
        lengths: in words.
        references: which need another; None if nothing is known of them.
    """

    relevance: NDArray[np.float64]
    free: NDArray[np.bool_]
    back: NDArray[np.bool_]
    lengths: NDArray[np.int64]
    references: UnmetReferences | None


def _pick(
    vectors: sparse.csr_array | NDArray[np.float32],
    terms: sparse.csr_array,
    among: _Candidates,
    count: int,
    weights: Weights,
    room: int | None,
) -> list[int]:
    """Greedy maximal marginal relevance among the free sentences, without repeats."""
    picked: list[int] = []
    nearest = np.zeros(len(among.relevance))
    behind = np.zeros(len(among.relevance), dtype=bool)
    free = among.free.copy()
    while len(picked) < count and free.any():
        able = free & (~among.back | behind)
        if not able.any() and picked:
            break
        if room is not None and picked and (able & (among.lengths <= room)).any():
            able &= among.lengths <= room
        score = among.relevance - weights.redundancy * nearest + (weights.behind or 0.0) * behind
        if among.references is not None:
            score -= weights.known * among.references.unmet()
        best = int(np.where(able if able.any() else free, score, -np.inf).argmax())
        behind[best + 1 : best + 2] = True
        picked.append(best)
        if among.references is not None:
            among.references.pick(best)
        if room is not None:
            room = max(0, room - int(among.lengths[best]))
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
