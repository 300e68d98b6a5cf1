"""How fast a probe's classifier is fitted, against scikit-learn's, in the same run.

    python benchmarks/probe_speed.py [TEXTS] [COLUMNS]

Both fit logistic regression for the nine values of C of the probes, each starting from the one
before, on random vectors of length 1.  The rotation to principal axes is timed separately: a nested
cross-validation does it once for fifty such paths.  An objective above the optimum means that the
solver stopped early, and that its accuracy is that of another, unknown, C.
"""

from __future__ import annotations

import sys
import time
import warnings

import numpy as np
from scipy.special import log_expit
from sklearn.linear_model import LogisticRegression

from summ.evaluation.vectors.logistic import FloatArray, Rows, fit_path, principal_axes, unit_rows
from summ.evaluation.vectors.probes import STRENGTHS, Labels

TEXTS, COLUMNS = 10_000, 512


def labelled_rows(texts: int, columns: int, seed: int = 1) -> tuple[Rows, Labels]:
    """Vectors with a few strong and many weak columns, and labels that depend on them in part."""
    generator = np.random.default_rng(seed)
    rows = generator.normal(size=(texts, columns)) * np.geomspace(1, 0.1, columns)
    logits = 3 * rows @ generator.normal(size=columns) / np.linalg.norm(np.geomspace(1, 0.1, 9))
    return unit_rows(rows), (logits + generator.logistic(size=texts) > 0).astype(np.int64)


def objectives(rows: Rows, labels: Labels, weights: FloatArray, bias: FloatArray) -> FloatArray:
    """What is minimised, for each C: weights (9, D) and bias (9,)."""
    signs = 2 * labels - 1
    losses = -log_expit(signs[:, None] * (rows.astype(np.float64) @ weights.T + bias)).mean(axis=0)
    return losses + (weights**2).sum(axis=1) / (2 * np.array(STRENGTHS) * len(rows))


def by_summ(turned: Rows, labels: Labels) -> FloatArray:
    """Objectives of our path."""
    found = list(fit_path(turned, labels, 2, STRENGTHS))
    weights = np.stack([one.weights[:, 0] for one in found]).astype(np.float64)
    return objectives(turned, labels, weights, np.stack([one.bias[0] for one in found]))


def by_scikit_learn(rows: Rows, labels: Labels, solver: str, tolerance: float) -> FloatArray:
    """Objectives of scikit-learn's path."""
    model = LogisticRegression(solver=solver, tol=tolerance, max_iter=5000, warm_start=True)
    weights, bias = [], []
    for strength in STRENGTHS:
        model.set_params(C=strength).fit(rows, labels)
        weights.append(model.coef_[0].astype(np.float64))
        bias.append(float(model.intercept_[0]))
    return objectives(rows, labels, np.stack(weights), np.array(bias))


def main(arguments: list[str]) -> None:
    """Prints times, ratios, and how far each solver stays above the best objective."""
    warnings.simplefilter("ignore")
    texts = int(arguments[0]) if arguments else TEXTS
    columns = int(arguments[1]) if len(arguments) > 1 else COLUMNS
    rows, labels = labelled_rows(texts, columns)
    start = time.process_time()
    turned = principal_axes(rows)
    turn = time.process_time() - start
    jobs = {
        "summ": lambda: by_summ(turned, labels),
        "scikit-learn, newton-cholesky": lambda: by_scikit_learn(
            rows, labels, "newton-cholesky", 1e-4
        ),
        "scikit-learn, lbfgs to 1e-6": lambda: by_scikit_learn(rows, labels, "lbfgs", 1e-6),
        "scikit-learn, lbfgs by default": lambda: by_scikit_learn(rows, labels, "lbfgs", 1e-4),
    }
    seconds, reached = {}, {}
    for name, job in jobs.items():
        start = time.process_time()
        reached[name] = job()
        seconds[name] = time.process_time() - start
    best = np.min(list(reached.values()), axis=0)
    sys.stdout.write(f"{texts} x {columns}, {len(STRENGTHS)} values of C, processor time\n")
    sys.stdout.write(f"{'turn to principal axes, once':<31} {turn:7.2f} s\n")
    for name in jobs:
        above = float((reached[name] / best - 1).max())
        ratio = seconds[name] / seconds["summ"]
        sys.stdout.write(
            f"{name:<31} {seconds[name]:7.2f} s  {ratio:6.1f} x  objective +{above:.1e}\n"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
