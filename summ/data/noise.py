"""Noise: a sentence hidden among other words, a document reduced to keywords.

Everything is counted in *words*: a piece that starts a word together with the pieces that
continue it.  A word is never torn apart.  Randomness comes from the generator that is passed in.

Source: the denoising warm start of Wang & Lee (2018, arXiv:1810.02851, Section 5) made stricter:
the sentence may lie anywhere in the text, in pieces.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from summ.config import NoiseConfig

Ids = NDArray[np.int32]

LONGEST_SPAN = 4
FEWEST_KEYWORDS = 3
MOST_KEYWORDS = 14


def word_bounds(ids: Ids, starts_word: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Where words begin, and the end: word ``i`` is ``ids[bounds[i]:bounds[i + 1]]``.

    The first piece begins a word, whatever it is.  No ids have no words: ``[0]``.
    """
    if not len(ids):
        return np.zeros(1, dtype=np.int64)
    begins = np.flatnonzero(starts_word[ids[1:]]) + 1
    return np.concatenate(([0], begins, [len(ids)]))


def hide(
    sentence_ids: Ids,
    other_ids: Ids,
    starts_word: NDArray[np.bool_],
    config: NoiseConfig,
    rng: np.random.Generator,
) -> Ids:
    """The sentence in spans of 1 to 4 words, with spans of another text between and around them.

    A sentence of n words lies among ``u * n`` consecutive words of the other text, u uniform in
    ``config.extra_words`` (all of it, if it has fewer).  Each word of the sentence is dropped
    with probability ``drop_share``, but never all; the spans keep their order except with
    probability ``shuffle_share``.
    """
    bounds = word_bounds(sentence_ids, starts_word)
    words = len(bounds) - 1
    if words == 0:
        return sentence_ids
    kept = np.flatnonzero(rng.random(words) >= config.drop_share)
    if not len(kept):
        kept = rng.integers(words, size=1)
    spans = _spans(sentence_ids, bounds, kept, rng)
    if rng.random() < config.shuffle_share:
        spans = [spans[i] for i in rng.permutation(len(spans))]
    other, other_bounds = _excerpt(other_ids, starts_word, config.extra_words, words, rng)
    cuts = np.sort(rng.integers(0, len(other_bounds), size=len(spans)))
    parts: list[Ids] = []
    before = 0
    for cut, span in zip(other_bounds[cuts], spans, strict=True):
        parts += [other[before:cut], span]
        before = cut
    return np.concatenate([*parts, other[before:]])


def _spans(
    ids: Ids, bounds: NDArray[np.int64], kept: NDArray[np.int64], rng: np.random.Generator
) -> list[Ids]:
    """The kept words, in spans of one to four."""
    words = [ids[bounds[i] : bounds[i + 1]] for i in kept]
    sizes = rng.integers(1, LONGEST_SPAN + 1, size=len(words)).tolist()
    spans: list[Ids] = []
    start = 0
    while start < len(words):
        end = start + sizes[len(spans)]
        spans.append(np.concatenate(words[start:end]))
        start = end
    return spans


def _excerpt(
    ids: Ids,
    starts_word: NDArray[np.bool_],
    times: tuple[float, float],
    words: int,
    rng: np.random.Generator,
) -> tuple[Ids, NDArray[np.int64]]:
    """Consecutive words of a text, so many times as many as ``words``, and their bounds."""
    bounds = word_bounds(ids, starts_word)
    size = min(round(rng.uniform(*times) * words), len(bounds) - 1)
    first = int(rng.integers(0, len(bounds) - size))
    bounds = bounds[first : first + size + 1]
    return ids[bounds[0] : bounds[-1]], bounds - bounds[0]


def keywords(
    document_ids: Ids,
    starts_word: NDArray[np.bool_],
    commonness: NDArray[np.float64],
    config: NoiseConfig,
    rng: np.random.Generator,
) -> Ids:
    """A few words of a document, in order; the rarer a word, the likelier it is kept.

    A share of the words uniform in ``config.keyword_share``, at least 3 and at most 14, drawn
    without replacement with weight ``log(max(commonness) / commonness[first piece])``.

    Args:
        commonness: share of each piece among all pieces, above zero.  Shape (V,).

    Source: the draw is the Gumbel top-k trick, Vieira (2014); Kool et al. (2019,
    arXiv:1903.06059).
    """
    bounds = word_bounds(document_ids, starts_word)
    words = len(bounds) - 1
    share = rng.uniform(*config.keyword_share)
    count = min(max(round(share * words), FEWEST_KEYWORDS), MOST_KEYWORDS, words)
    if count == words:
        return document_ids
    first = document_ids[bounds[:-1]]
    weight = np.log(commonness.max() / commonness[first]) + 1e-3
    keys = np.log(weight) + rng.gumbel(size=words)
    chosen = np.sort(np.argpartition(-keys, count)[:count])
    return np.concatenate([document_ids[bounds[i] : bounds[i + 1]] for i in chosen])
