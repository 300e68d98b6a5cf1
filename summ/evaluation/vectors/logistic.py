"""Logistic regression with an L2 penalty, at its optimum and fast: the classifier of the probes.

    minimise  1/n sum_i loss(x_i W + b, y_i)  +  ||W||^2 / (2 C n)

with the logistic loss for two labels (one column in W) and cross-entropy for K > 2 (K columns);
b is not penalised.  It is scikit-learn's ``LogisticRegression(C=C)``.  On rows of length 1 that
solver's default tolerance stops after a few steps, far from its optimum, so that the choice of C
would be a choice of where to stop; at the optimum it is three to eight times slower than this
(``benchmarks/probe_speed.py``), and a nested cross-validation fits some 500.

Here every variable is scaled by the curvature that its column gives the loss at most (1/4 of its
mean square for two labels, 1/2 for more; Boehning & Lindsay 1988, "Monotonicity of
Quadratic-Approximation Algorithms", and Boehning 1992 for K labels), and dense rows are turned to
their principal axes first, which the penalty does not notice.  L-BFGS then needs about six
evaluations.

Axes: N rows, D columns, K columns of W.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
# Dense float32 rows, or a sparse matrix of scipy, which has no type of its own here.
Rows = Any

# Of the scaled gradient, whose curvature is at most 1: the objective is then within D * 1e-10.
_TOLERANCE = 1e-5
_MOST_STEPS = 1000


@dataclass(frozen=True)
class Classifier:
    """A fitted classifier.

    Attributes:
        weights: W, one column for two labels and K for more.  (D, K)
        bias: b.  (K,)
    """

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def predict(self, rows: Rows) -> NDArray[np.int64]:
        """The number of the likeliest label of each row.  (N,)"""
        logits = rows @ self.weights + self.bias
        if logits.shape[1] == 1:
            return (logits[:, 0] > 0).astype(np.int64)
        return logits.argmax(axis=1)


def unit_rows(rows: Rows) -> Rows:
    """Rows of length 1, in float32; rows of zeros stay."""
    if isinstance(rows, np.ndarray):
        rows = rows.astype(np.float32)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / np.where(lengths > 0, lengths, 1)
    rows = rows.astype(np.float32).tocsr()
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1))).ravel()
    return rows.multiply(1 / np.where(lengths > 0, lengths, 1)[:, None]).tocsr()


def principal_axes(rows: Rows) -> Rows:
    """Dense rows, centred and turned to their principal axes; sparse ones as they are.

    Neither changes what a classifier with a free intercept and a rotation-blind penalty predicts,
    so that it may be done once, with the rows that are held out later.
    """
    if not isinstance(rows, np.ndarray):
        return rows
    centred = rows - rows.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T.astype(np.float64) @ centred)
    return centred @ axes.astype(np.float32)


def fit_path(
    rows: Rows, labels: NDArray[np.int64], classes: int, strengths: Sequence[float]
) -> Iterator[Classifier]:
    """Classifiers for each C in turn, each started from the one before.

    Args:
        rows: float32; (N, D).
        labels: 0 to ``classes`` - 1.  (N,)
        strengths: the values of C, smallest first for the shortest path.
    """
    squares = rows.multiply(rows) if not isinstance(rows, np.ndarray) else rows * rows
    curvature = np.asarray(squares.mean(axis=0), dtype=np.float64).ravel()
    columns = 1 if classes == 2 else classes
    start = np.zeros((rows.shape[1] + 1, columns))
    for strength in strengths:
        start = _minimise(rows, labels, strength, curvature, start)
        weights = start.astype(np.float32)
        yield Classifier(weights[:-1], weights[-1])


def _minimise(
    rows: Rows,
    labels: NDArray[np.int64],
    strength: float,
    curvature: FloatArray,
    start: FloatArray,
) -> FloatArray:
    """W with b as its last row.  (D + 1, K)"""
    from scipy.optimize import minimize

    count, columns = rows.shape[0], start.shape[1]
    penalty = 1 / (strength * count)
    most = 0.25 if columns == 1 else 0.5
    scale = 1 / np.sqrt(np.append(most * curvature + penalty, most))[:, None]  # (D + 1, 1)
    transposed = rows.T

    def objective(scaled: FloatArray) -> tuple[float, FloatArray]:
        solution = scaled.reshape(start.shape) * scale
        weights = solution[:-1]
        logits = rows @ weights.astype(np.float32) + solution[-1].astype(np.float32)
        loss, residual = _loss(logits, labels)
        gradient = np.vstack([transposed @ residual / count + penalty * weights, [[0.0] * columns]])
        gradient[-1] = residual.sum(axis=0, dtype=np.float64) / count
        value = loss / count + penalty / 2 * float((weights * weights).sum())
        return value, (gradient * scale).ravel()

    found = minimize(
        objective,
        (start / scale).ravel(),
        jac=True,
        method="L-BFGS-B",
        options={"gtol": _TOLERANCE, "ftol": 0.0, "maxcor": 10, "maxiter": _MOST_STEPS},
    )
    return np.asarray(found.x).reshape(start.shape) * scale


def _loss(
    logits: NDArray[np.float32], labels: NDArray[np.int64]
) -> tuple[float, NDArray[np.float32]]:
    """The summed loss, and its derivative by each logit.  (N, K)"""
    from scipy.special import expit, log_expit, log_softmax

    if logits.shape[1] == 1:
        signs = (2 * labels - 1).astype(np.float32)[:, None]
        margins = signs * logits
        return -float(log_expit(margins).sum(dtype=np.float64)), -signs * expit(-margins)
    log_shares = log_softmax(logits, axis=1)
    lines = np.arange(len(labels))
    loss = -float(log_shares[lines, labels].sum(dtype=np.float64))
    residual = np.exp(log_shares)
    residual[lines, labels] -= 1
    return loss, residual
