"""What ROUGE does not see: copying, repetition, length, faithfulness, broken endings.

Words are those of ``tokenizer.words_of`` (lower-cased, unstemmed).  Every rate is a share between
0 and 1.  Figures that need the source are None where there is none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import stats

from summ.evaluation.significance import FloatArray
from summ.evaluation.summaries.faithfulness import unsupported_names, unsupported_numbers
from summ.evaluation.summaries.rouge_tokenizer import words_of
from summ.text.languages.en import BREAKING_OFF, FUNCTION_WORDS
from summ.text.words import count_words

_WORD = re.compile(r"[\w#]+")
_LONGEST_NGRAM = 4


@dataclass(frozen=True)
class Quality:
    """Figures of one system over all lines.

    Attributes:
        copy_rate: share of all summary words that occur in their source.
        novel_ngrams: share of all summary n-grams that do not occur in their source, for n = 1 to 4
            (See et al. 2017, section 5).
        repeat_rate: share of summaries in which a word, of any kind, stands more than once.
        repeat_rate_content: the same, not counting English function words.
        repeated_words: share of all summary words that stood before in the same summary.
        compression_ratio: words of the summary over words of the source, mean over lines.
        hallucination_rate: share of summaries with a number or a name that is not in the source
            (see ``faithfulness``); ``unsupported_numbers`` and ``unsupported_names``: of each kind.
        dangling_rate: share of summaries that end in an article, preposition or conjunction
            (English).
        empty_rate: share of summaries without a word.
        lengths: how many summaries have how many words.
        lines: values of single lines, by name.
    """

    copy_rate: float | None
    novel_ngrams: tuple[float, ...] | None
    repeat_rate: float
    repeat_rate_content: float
    repeated_words: float
    compression_ratio: float | None
    hallucination_rate: float | None
    unsupported_numbers: float | None
    unsupported_names: float | None
    dangling_rate: float
    empty_rate: float
    lengths: Mapping[int, int]
    lines: Mapping[str, FloatArray] = field(repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready, without the values of single lines."""
        values = {name: value for name, value in vars(self).items() if name != "lines"}
        values["novel_ngrams"] = None if self.novel_ngrams is None else list(self.novel_ngrams)
        values["lengths"] = {str(words): count for words, count in sorted(self.lengths.items())}
        return values


def quality(predictions: Sequence[str], sources: Sequence[str] | None = None) -> Quality:
    """Measures summaries against their sources, without references.

    Args:
        predictions: the summaries, one a line.
        sources: what was summarized, line by line.
    """
    words = [words_of(prediction) for prediction in predictions]
    lengths = [count_words(prediction) for prediction in predictions]
    repeated = np.array([len(line) - len(set(line)) for line in words])
    lines = {
        "words": np.array(lengths, dtype=np.float64),
        "repeats": (repeated > 0).astype(np.float64),
        "repeats_content": np.array([_repeats_content(line) for line in words], dtype=np.float64),
        "dangling": np.array([_dangles(line) for line in predictions], dtype=np.float64),
    }
    against = None if sources is None else _against_sources(predictions, words, lengths, sources)
    if against is not None:
        lines |= against.lines
    return Quality(
        copy_rate=None if against is None else 1 - against.novel_ngrams[0],
        novel_ngrams=None if against is None else against.novel_ngrams,
        repeat_rate=float(lines["repeats"].mean()),
        repeat_rate_content=float(lines["repeats_content"].mean()),
        repeated_words=float(repeated.sum() / max(1, sum(map(len, words)))),
        compression_ratio=None if against is None else mean_of_known(against.lines["compression"]),
        hallucination_rate=None
        if against is None
        else mean_of_known(against.lines["hallucinates"]),
        unsupported_numbers=None if against is None else mean_of_known(against.lines["numbers"]),
        unsupported_names=None if against is None else mean_of_known(against.lines["names"]),
        dangling_rate=float(lines["dangling"].mean()),
        empty_rate=float(np.mean([not line for line in words])),
        lengths=dict(Counter(lengths)),
        lines=lines,
    )


@dataclass(frozen=True)
class _AgainstSources:
    novel_ngrams: tuple[float, ...]
    lines: Mapping[str, FloatArray]


def _against_sources(
    predictions: Sequence[str],
    words: Sequence[Sequence[str]],
    lengths: Sequence[int],
    sources: Sequence[str],
) -> _AgainstSources:
    """The figures that need the source."""
    totals = np.zeros((_LONGEST_NGRAM, 2))  # novel, all
    rows = []
    for prediction, summary, length, text in zip(predictions, words, lengths, sources, strict=True):
        source = words_of(text)
        counts = [_novel(summary, source, n) for n in range(1, _LONGEST_NGRAM + 1)]
        totals += counts
        numbers = bool(unsupported_numbers(prediction, text))
        names = bool(unsupported_names(prediction, text))
        whole = count_words(text)
        copied = 1 - counts[0][0] / counts[0][1] if counts[0][1] else np.nan
        ratio = length / whole if whole else np.nan
        rows.append((copied, ratio, numbers, names, numbers or names))
    columns = np.array(rows, dtype=np.float64).T
    named = ("copy_rate", "compression", "numbers", "names", "hallucinates")
    # Nothing said is nothing new.
    novel = tuple(float(new / whole) if whole else 0.0 for new, whole in totals)
    return _AgainstSources(novel, dict(zip(named, columns, strict=True)))


def _novel(summary: Sequence[str], source: Sequence[str], n: int) -> tuple[int, int]:
    """How many n-grams of the summary are not in the source, of how many."""
    there = set(zip(*(source[start:] for start in range(n)), strict=False))
    ngrams = list(zip(*(summary[start:] for start in range(n)), strict=False))
    return sum(ngram not in there for ngram in ngrams), len(ngrams)


def _repeats_content(words: Sequence[str]) -> bool:
    content = [word for word in words if word not in FUNCTION_WORDS]
    return len(set(content)) < len(content)


def _dangles(summary: str) -> bool:
    """Whether the last word is one that cannot end a sentence."""
    # Masked numbers (##) are words here, though ROUGE does not see them.
    found = _WORD.findall(summary.lower())
    return bool(found) and found[-1] in BREAKING_OFF


def mean_of_known(values: FloatArray) -> float | None:
    """The mean over lines where the figure exists; None where it exists nowhere."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None


def agreement(figures: Mapping[str, FloatArray]) -> dict[str, dict[str, float | None]]:
    """Spearman rank correlation of every two figures over the lines where both exist.

    A figure that does not vary correlates with nothing: None.
    """
    return {a: {b: _spearman(figures[a], figures[b]) for b in figures} for a in figures}


def _spearman(a: FloatArray, b: FloatArray) -> float | None:
    both = np.isfinite(a) & np.isfinite(b)
    if both.sum() < 2 or np.ptp(a[both]) == 0 or np.ptp(b[both]) == 0:
        return None
    return float(stats.spearmanr(a[both], b[both]).statistic)
