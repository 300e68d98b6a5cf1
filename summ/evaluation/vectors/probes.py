"""Classification probes: how well a linear classifier predicts labels from sentence vectors.

Nested cross-validation with logistic regression, as in the papers that the figures are compared
with: ten outer folds, C from 2^0 to 2^8 chosen for each of them by cross-validation inside its
training part alone; or, where a test set is given, by ten folds of the training set.

Axes: N texts, D columns, R resamples.

Source: Kiros et al. (2015, arXiv:1506.06726), Section 3.4, and their ``eval_classification``;
Conneau & Kiela (2018, arXiv:1803.05449), SentEval.  Unlike theirs, the inner folds are five (the
choice hardly changes, and takes half the time), several labels are predicted jointly (softmax),
and the classifier is fitted to its optimum.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from summ.evaluation.significance import FloatArray, bootstrap_means, interval
from summ.evaluation.vectors.logistic import Rows, fit_path, principal_axes, unit_rows
from summ.evaluation.vectors.probe_data import ClassificationProbe

STRENGTHS = tuple(2.0**power for power in range(9))
OUTER_FOLDS, INNER_FOLDS = 10, 5
# Of the papers' own folds.
FOLDS_SEED = 1234

Labels = NDArray[np.int64]


@dataclass(frozen=True)
class ClassificationFigures:
    """The figures of one system on one probe.

    Attributes:
        n: texts that were scored.
        accuracy: in percent.
        ci95: of the accuracy, percentile bootstrap over the scored texts.  It covers the choice
            of texts, not that of folds.
        majority: accuracy of always predicting the commonest label of the training texts.
        strengths: how often each C was chosen, one choice an outer fold.
        folds, inner_folds: of the evaluation and of the choice of C; 1 fold is a given test set.
        correct: 100 or 0 for each scored text.  (N,)
    """

    n: int
    accuracy: float
    ci95: tuple[float, float]
    majority: float
    strengths: dict[float, int]
    folds: int
    inner_folds: int
    correct: FloatArray = field(repr=False, compare=False)

    @property
    def value(self) -> float:
        """The figure that systems are compared by."""
        return self.accuracy

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; percent."""
        return {
            "n": self.n,
            "accuracy": self.accuracy,
            "ci95": list(self.ci95),
            "majority": self.majority,
            "strengths": {f"{strength:g}": times for strength, times in self.strengths.items()},
            "folds": self.folds,
            "inner_folds": self.inner_folds,
        }


def classify(
    probe: ClassificationProbe, vectors: Rows, *, seed: int = 1, resamples: int = 1000
) -> ClassificationFigures:
    """Evaluates vectors of all texts of a probe, in their order.

    Rows are normalised first, so that C means the same for every system.  If a label has fewer
    than ten texts, there are as many folds as it has texts.

    Args:
        vectors: (N, D), dense or a sparse matrix of scipy.
        seed, resamples: of the interval; the folds have the papers' seed.

    Raises:
        ConfigError: scikit-learn is not installed.
    """
    names, labels = np.unique(np.asarray(probe.labels, dtype=object), return_inverse=True)
    rows = principal_axes(unit_rows(vectors))
    splits = list(_splits(labels, probe.held_out))
    inner = OUTER_FOLDS if probe.held_out else INNER_FOLDS
    correct, strengths = evaluate_splits(rows, labels, len(names), splits, inner)
    commonest = [np.bincount(labels[train]).argmax() for train, _ in splits]
    by_majority = np.concatenate(
        [labels[test] == common for (_, test), common in zip(splits, commonest, strict=True)]
    )
    return ClassificationFigures(
        n=len(correct),
        accuracy=float(correct.mean()),
        ci95=interval(bootstrap_means(correct[:, None], resamples, seed))[0],
        majority=100 * float(by_majority.mean()),
        strengths=dict(sorted(Counter(strengths).items())),
        folds=len(splits),
        inner_folds=min(_possible(labels[train], inner) for train, _ in splits),
        correct=correct,
    )


def evaluate_splits(
    rows: Rows,
    labels: Labels,
    classes: int,
    splits: Sequence[tuple[Labels, Labels]],
    inner_folds: int,
) -> tuple[FloatArray, list[float]]:
    """Whether each held-out row is classified correctly, and the C that each split chose.

    Args:
        rows: float32.  (N, D)
        splits: numbers of the training rows and of the rows held out, in pairs.

    Returns:
        100 or 0 for every row that is held out in some split, in the order of the rows.
    """
    right = np.full(len(labels), np.nan)
    chosen = []
    for train, test in splits:
        strength = choose_strength(rows[train], labels[train], classes, inner_folds)
        classifier = next(fit_path(rows[train], labels[train], classes, [strength]))
        right[test] = 100 * (classifier.predict(rows[test]) == labels[test])
        chosen.append(strength)
    return right[~np.isnan(right)], chosen


def choose_strength(rows: Rows, labels: Labels, classes: int, folds: int) -> float:
    """The C with the highest mean accuracy over folds of these rows; of equals the smallest."""
    accuracy = np.zeros(len(STRENGTHS))
    for train, held in _folds(labels, _possible(labels, folds)):
        path = fit_path(rows[train], labels[train], classes, STRENGTHS)
        accuracy += [(one.predict(rows[held]) == labels[held]).mean() for one in path]
    return STRENGTHS[int(accuracy.argmax())]


def _splits(labels: Labels, held_out: int) -> Iterator[tuple[Labels, Labels]]:
    """The given split, or the outer folds."""
    if held_out:
        trained = len(labels) - held_out
        yield np.arange(trained), np.arange(trained, len(labels))
        return
    yield from _folds(labels, _possible(labels, OUTER_FOLDS))


def _possible(labels: Labels, folds: int) -> int:
    """As many folds as the rarest label has texts for, and two at least."""
    counts = np.bincount(labels)
    return max(2, min(folds, int(counts[counts > 0].min())))


def _folds(labels: Labels, folds: int) -> Iterator[tuple[Labels, Labels]]:
    from sklearn.model_selection import StratifiedKFold

    deal = StratifiedKFold(folds, shuffle=True, random_state=FOLDS_SEED)
    yield from deal.split(np.zeros(len(labels)), labels)
