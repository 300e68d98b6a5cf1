"""Similarity probes: do sentence vectors agree with human scores of similarity?

The cosine of each pair against the human score: Spearman's rank correlation, which is reported,
and Pearson's.  Nothing is trained.

Axes: N pairs, D columns, K systems, R resamples.

Source: Agirre et al. (2014), SemEval-2014 Task 10; Reimers et al. (2016), "Task-Oriented
Intrinsic Evaluation of Semantic Textual Similarity", for ranks instead of Pearson's r.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from summ.evaluation.significance import FloatArray, interval
from summ.evaluation.vectors.logistic import Rows, unit_rows
from summ.evaluation.vectors.probe_data import SimilarityProbe

# Resamples are ranked in blocks of about this many numbers.
_BLOCK = 1_000_000


@dataclass(frozen=True)
class SimilarityFigures:
    """The figures of one system on one probe, or on one of its tasks.

    Attributes:
        n: pairs.
        spearman, pearson: of cosine and human score, -1 to 1; None where all cosines are equal.
        ci95: of Spearman's, percentile bootstrap over pairs.
        tasks: the same for each task alone.
        cosines: of the pairs; 0 where a sentence has no vector.  (N,)
        scores: of humans.  (N,)
    """

    n: int
    spearman: float | None
    pearson: float | None
    ci95: tuple[float, float] | None
    cosines: FloatArray = field(repr=False, compare=False)
    scores: FloatArray = field(repr=False, compare=False)
    tasks: Mapping[str, SimilarityFigures] = field(default_factory=dict)

    @property
    def value(self) -> float | None:
        """The figure that systems are compared by."""
        return self.spearman

    @property
    def task_mean(self) -> float | None:
        """Mean Spearman correlation of the tasks, with equal weights."""
        values = [one.spearman for one in self.tasks.values()]
        known = [value for value in values if value is not None]
        return float(np.mean(known)) if known and len(known) == len(values) else None

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; correlations between -1 and 1."""
        tasks = {name: one.to_dict() for name, one in self.tasks.items()}
        several = {"task_mean": self.task_mean, "tasks": tasks} if tasks else {}
        return {
            "n": self.n,
            "spearman": self.spearman,
            "pearson": self.pearson,
            "ci95": None if self.ci95 is None else list(self.ci95),
            **several,
        }


def similarity(
    probe: SimilarityProbe, vectors: Rows, *, seed: int = 1, resamples: int = 1000
) -> SimilarityFigures:
    """Evaluates vectors of a probe's sentences, in the order of ``probe.texts``.

    Args:
        vectors: (2 N, D), dense or a sparse matrix of scipy.
        seed, resamples: of the intervals.
    """
    rows = unit_rows(vectors)
    first, second = rows[: len(probe)], rows[len(probe) :]
    products = first * second if isinstance(rows, np.ndarray) else first.multiply(second)
    cosines = np.asarray(products.sum(axis=1), dtype=np.float64).ravel()
    scores = np.asarray(probe.scores, dtype=np.float64)
    tasks = {}
    for name in dict.fromkeys(probe.tasks or ()):
        lines = np.flatnonzero(np.asarray(probe.tasks, dtype=object) == name)
        tasks[name] = _figures(cosines[lines], scores[lines], seed, resamples)
    return replace(_figures(cosines, scores, seed, resamples), tasks=tasks)


def _figures(
    cosines: FloatArray, scores: FloatArray, seed: int, resamples: int
) -> SimilarityFigures:
    spearman, pearson = correlation(ranks(cosines), ranks(scores)), correlation(cosines, scores)
    bounds = None
    if not np.isnan(spearman):
        drawn = bootstrap_spearman([cosines], scores, resamples, seed)
        known = drawn[~np.isnan(drawn[:, 0])]
        bounds = interval(known)[0] if len(known) else None
    return SimilarityFigures(
        n=len(scores),
        spearman=None if np.isnan(spearman) else float(spearman),
        pearson=None if np.isnan(pearson) else float(pearson),
        ci95=bounds,
        cosines=cosines,
        scores=scores,
    )


def ranks(values: FloatArray) -> FloatArray:
    """Ranks along the last axis; equal values share the mean of theirs."""
    from scipy.stats import rankdata

    return np.asarray(rankdata(values, axis=-1), dtype=np.float64)


def correlation(a: FloatArray, b: FloatArray) -> FloatArray:
    """Pearson's correlation along the last axis; nan where one of the two does not vary."""
    a = a - a.mean(axis=-1, keepdims=True)
    b = b - b.mean(axis=-1, keepdims=True)
    lengths = np.sqrt((a * a).sum(axis=-1) * (b * b).sum(axis=-1))
    return np.asarray((a * b).sum(axis=-1) / np.where(lengths > 0, lengths, np.nan))


def bootstrap_spearman(
    cosines: Sequence[FloatArray], scores: FloatArray, resamples: int, seed: int
) -> FloatArray:
    """Spearman's correlation on resampled pairs, the same pairs for all systems.  (R, K)

    Each resample draws N of the N pairs with replacement; nan where nothing varies in it.

    Args:
        cosines: of K systems, (N,) each.
    """
    n = len(scores)
    generator = np.random.default_rng(seed)
    found = np.empty((resamples, len(cosines)))
    block = max(1, _BLOCK // n)
    for start in range(0, resamples, block):
        rows = min(block, resamples - start)
        drawn = generator.integers(n, size=(rows, n))
        human = ranks(scores[drawn])
        for column, values in enumerate(cosines):
            found[start : start + rows, column] = correlation(ranks(values[drawn]), human)
    return found
