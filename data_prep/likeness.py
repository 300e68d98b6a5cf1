"""Choosing among many sentences those that are like a few: Moore & Lewis (2010, ACL), with words.

Headlines of a business wire teach the talk of markets, whatever the documents tell of.  A few
sentences from the place that summaries are wanted for say which of them to keep.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"[^\W\d]+|\d|[^\w\s]")
_KNOWN = 0.7  # weight of the few sentences' own words; the rest keeps an unseen word possible
_SHARPNESS = 6.0  # of the fall in the share that is kept, a nat a word
_WHOLLY = 0.75  # quantile of likeness from which all are kept

Counts = Counter[str]


def count_words(sentences: Iterable[str]) -> Counts:
    """How often each word, digit and mark occurs; in lower case."""
    return Counter(word for sentence in sentences for word in _words(sentence))


def likeness(sentences: Iterable[str], few: Counts, many: Counts) -> NDArray[np.float64]:
    r"""How much likelier each sentence's words are among the few than among the many.  Shape (N,)

    In nats a word; 0 for a sentence without words:

    .. math:: \frac1n \sum_i \log(\lambda \, p_{few}(w_i) / p_{many}(w_i) + 1 - \lambda)
    """
    all_few, all_many = max(1, few.total()), max(1, many.total())
    lifts = {
        word: np.log(_KNOWN * (few[word] / all_few) / (count / all_many) + 1 - _KNOWN)
        for word, count in many.items()
    }
    return np.array([_mean([lifts.get(word, 0.0) for word in _words(s)]) for s in sentences])


def kept(likenesses: NDArray[np.float64], seed: int) -> NDArray[np.bool_]:
    """Which of them to keep: the likest quarter, and ever fewer of those below.  Shape (N,)"""
    if not len(likenesses):
        return np.zeros(0, dtype=bool)
    short = likenesses - np.quantile(likenesses, _WHOLLY)
    streams = np.random.default_rng(seed).random(len(likenesses))
    return np.asarray(streams < np.exp(np.minimum(0.0, _SHARPNESS * short)))


def choose_like(few: Iterable[str], many: Callable[[], Iterable[str]], seed: int) -> Iterator[str]:
    """Those of the many that are like the few, in their order; ``many`` are read three times."""
    scores = likeness(many(), count_words(few), count_words(many()))
    for sentence, keep in zip(many(), kept(scores, seed), strict=True):
        if keep:
            yield sentence


def _words(sentence: str) -> list[str]:
    return ["#" if word.isdigit() else word for word in _WORD.findall(sentence.lower())]


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0
