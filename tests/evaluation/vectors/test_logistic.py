"""The fast logistic regression is scikit-learn's, at its optimum."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.special import expit, softmax
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from summ.evaluation.vectors.logistic import Classifier, Rows, fit_path, principal_axes, unit_rows

STRENGTHS = [0.5, 8.0, 128.0]


def problem(classes: int, seed: int = 0) -> tuple[Rows, np.ndarray]:
    """Rows with columns of very different scale, off centre, and labels that go with them."""
    generator = np.random.default_rng(seed)
    rows = generator.normal(size=(240, 12)) * np.geomspace(1, 0.02, 12) + 0.3
    wanted = rows @ generator.normal(size=(12, classes)) * 3 + generator.gumbel(size=(240, classes))
    return unit_rows(rows), wanted.argmax(axis=1)


def objective(one: Classifier, rows: Rows, labels: np.ndarray, strength: float) -> float:
    """Mean loss, by scikit-learn, and the penalty."""
    logits = rows.astype(np.float64) @ one.weights + one.bias
    shares = expit(logits[:, 0]) if logits.shape[1] == 1 else softmax(logits, axis=1)
    penalty = float((np.square(one.weights, dtype=np.float64)).sum()) / (2 * strength * len(rows))
    return float(log_loss(labels, shares)) + penalty


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("sparse", [False, True])
def test_weights_are_those_of_scikit_learn(classes: int, sparse: bool) -> None:
    rows, labels = problem(classes)
    given = csr_matrix(rows) if sparse else rows
    for strength, found in zip(STRENGTHS, fit_path(given, labels, classes, STRENGTHS), strict=True):
        other = LogisticRegression(C=strength, solver="newton-cholesky", tol=1e-10).fit(
            rows.astype(np.float64), labels
        )
        # No worse than the optimum, in what is minimised.
        assert objective(found, rows, labels, strength) == pytest.approx(
            objective(Classifier(other.coef_.T, other.intercept_), rows, labels, strength), rel=1e-5
        )
        # Weights of flat directions may move by the square root of that.
        scale = np.abs(other.coef_).max()
        np.testing.assert_allclose(found.weights.T, other.coef_, atol=1e-2 * scale)
        assert (found.predict(given) == other.predict(rows)).mean() > 0.99


def test_principal_axes_change_no_prediction() -> None:
    rows, labels = problem(3)
    turned = principal_axes(rows)
    np.testing.assert_allclose(turned.mean(axis=0), 0, atol=1e-6)
    gram = turned.T @ turned
    np.testing.assert_allclose(gram, np.diag(np.diag(gram)), atol=1e-4)
    one, two = (list(fit_path(given, labels, 3, STRENGTHS))[-1] for given in (rows, turned))
    assert (one.predict(rows) == two.predict(turned)).mean() > 0.99


def test_a_path_ends_where_a_single_fit_ends() -> None:
    rows, labels = problem(2)
    *_, last = fit_path(rows, labels, 2, STRENGTHS)
    alone = next(fit_path(rows, labels, 2, STRENGTHS[-1:]))
    np.testing.assert_allclose(last.weights, alone.weights, atol=1e-2 * abs(alone.weights).max())


def test_a_column_that_never_varies_is_no_problem() -> None:
    rows, labels = problem(2)
    with_zeros = np.hstack([rows, np.zeros((len(rows), 2), dtype=np.float32)])
    found = next(fit_path(principal_axes(with_zeros), labels, 2, [1.0]))
    assert np.isfinite(found.weights).all()


@pytest.mark.parametrize("sparse", [False, True])
def test_rows_have_length_one_and_zeros_stay(sparse: bool) -> None:
    given = np.array([[3.0, 4.0], [0.0, 0.0], [1e-3, 0.0]])
    found = unit_rows(csr_matrix(given) if sparse else given)
    dense = found.toarray() if sparse else found
    np.testing.assert_allclose(dense, [[0.6, 0.8], [0, 0], [1, 0]], rtol=1e-6)
    assert dense.dtype == np.float32
