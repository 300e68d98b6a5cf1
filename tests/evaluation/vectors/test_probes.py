"""Classification probes: nested cross-validation against scikit-learn's, and no peeking."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_predict

from summ.evaluation.vectors import probes
from summ.evaluation.vectors.logistic import principal_axes, unit_rows
from summ.evaluation.vectors.probe_data import ClassificationProbe
from summ.evaluation.vectors.probes import (
    FOLDS_SEED,
    INNER_FOLDS,
    OUTER_FOLDS,
    STRENGTHS,
    choose_strength,
    classify,
    evaluate_splits,
)


def folds(number: int) -> StratifiedKFold:
    return StratifiedKFold(number, shuffle=True, random_state=FOLDS_SEED)


def search(inner: int, strengths: Sequence[float] = STRENGTHS) -> GridSearchCV:
    """The same choice by other code, with the exact solver."""
    exact = LogisticRegression(solver="newton-cholesky", tol=1e-10)
    return GridSearchCV(exact, {"C": list(strengths)}, cv=folds(inner), scoring="accuracy")


def noisy(rows: int = 90, classes: int = 2, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Vectors that tell the label a little, with many columns that tell nothing."""
    generator = np.random.default_rng(seed)
    labels = np.arange(rows) % classes
    vectors = generator.normal(size=(rows, 20))
    vectors[:, :classes] += 0.9 * np.eye(classes)[labels]
    return vectors.astype(np.float32), labels


def probe_of(labels: np.ndarray, held_out: int = 0) -> ClassificationProbe:
    return ClassificationProbe("p", ["t"] * len(labels), [str(n) for n in labels], held_out)


@pytest.fixture
def few_folds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three outer and two inner: what is done in each of them does not depend on their number."""
    monkeypatch.setattr(probes, "OUTER_FOLDS", 3)
    monkeypatch.setattr(probes, "INNER_FOLDS", 2)


@pytest.mark.parametrize(
    ("classes", "outer", "strengths"), [(2, OUTER_FOLDS, STRENGTHS[::4]), (3, 3, STRENGTHS)]
)
def test_nested_cross_validation_is_scikit_learns(
    classes: int, outer: int, strengths: Sequence[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every outer fold with a third of the strengths, and every strength in three folds."""
    monkeypatch.setattr(probes, "OUTER_FOLDS", outer)
    monkeypatch.setattr(probes, "STRENGTHS", strengths)
    vectors, labels = noisy(classes=classes)
    found = classify(probe_of(labels), vectors)
    predicted = cross_val_predict(
        search(INNER_FOLDS, strengths), unit_rows(vectors).astype(float), labels, cv=folds(outer)
    )
    np.testing.assert_array_equal(found.correct == 100, predicted == labels)
    assert found.accuracy == pytest.approx(100 * (predicted == labels).mean())
    assert found.ci95[0] < found.accuracy < found.ci95[1]
    assert (found.folds, found.inner_folds, found.n) == (outer, 5, 90)
    assert sum(found.strengths.values()) == outer


def test_a_given_test_set_is_scored_by_what_the_training_set_chose() -> None:
    vectors, labels = noisy(200)
    found = classify(probe_of(labels, held_out=50), vectors)
    rows = unit_rows(vectors).astype(float)
    other = search(10).fit(rows[:150], labels[:150])
    np.testing.assert_array_equal(found.correct == 100, other.predict(rows[150:]) == labels[150:])
    assert found.strengths == {other.best_params_["C"]: 1}
    assert (found.n, found.folds, found.inner_folds) == (50, 1, 10)


@pytest.mark.usefixtures("few_folds")
def test_sparse_vectors_are_judged_like_dense_ones() -> None:
    vectors, labels = noisy()
    dense, sparse = (classify(probe_of(labels), rows) for rows in (vectors, csr_matrix(vectors)))
    assert (dense.correct == sparse.correct).mean() > 0.95
    figures = dense.to_dict()
    assert figures["n"] == 90 and len(figures["ci95"]) == 2
    assert all(isinstance(key, str) for key in figures["strengths"])
    json.dumps(figures)


def test_labels_of_held_out_texts_decide_nothing_but_the_score() -> None:
    """With other labels in the held-out part the same classifier is chosen and fitted.

    The labels are noise, so that a choice that looked at them would follow them.
    """
    generator = np.random.default_rng(1)
    rows = principal_axes(unit_rows(generator.normal(size=(120, 30)).astype(np.float32)))
    train, test = np.arange(80), np.arange(80, 120)
    chosen, said = set(), []
    for turn in range(3):
        labels = np.arange(120) % 2
        labels[test] = np.random.default_rng(turn).integers(2, size=40)
        right, strengths = evaluate_splits(rows, labels, 2, [(train, test)], 5)
        chosen.update(strengths)
        said.append(np.where(right == 100, labels[test], 1 - labels[test]))
    assert len(chosen) == 1
    for one in said:
        np.testing.assert_array_equal(one, said[0])


def test_the_strength_is_chosen_among_folds_of_the_rows_given() -> None:
    """With as many columns as rows every label can be learned by heart, but not be foretold."""
    for seed in range(2):
        generator = np.random.default_rng(seed)
        labels = np.arange(60) % 2
        rows = generator.normal(size=(60, 60))
        rows[:, 0] += 2.5 * labels
        rows = unit_rows(rows)
        found = search(5).fit(rows.astype(float), labels)
        assert choose_strength(rows, labels, 2, 5) == found.best_params_["C"] < STRENGTHS[-1]


@pytest.mark.usefixtures("few_folds")
def test_labels_that_the_vectors_hold_are_found() -> None:
    labels = np.arange(90) % 3
    found = classify(probe_of(labels), np.eye(3, dtype=np.float32)[labels])
    assert found.accuracy == 100 and found.ci95 == (100, 100)
    assert found.majority == pytest.approx(100 / 3, abs=1e-9)


@pytest.mark.usefixtures("few_folds")
def test_shuffled_labels_are_not_found() -> None:
    """Whatever is chosen inside the folds, unrelated labels stay at chance."""
    vectors, _ = noisy(400)
    labels = np.random.default_rng(9).permutation(np.arange(400) % 2)
    found = classify(probe_of(labels), vectors)
    # Four standard errors of a share.
    assert found.accuracy == pytest.approx(50, abs=100 * 4 * 0.5 / 20)


def test_rare_labels_make_fewer_folds() -> None:
    labels = np.array([0] * 20 + [1] * 3)
    vectors = np.random.default_rng(0).normal(size=(23, 4)).astype(np.float32)
    found = classify(probe_of(labels), vectors)
    assert (found.folds, found.inner_folds, found.n) == (3, 2, 23)
