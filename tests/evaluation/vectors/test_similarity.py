"""Similarity probes against scipy and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.sparse import csr_matrix

from summ.evaluation.vectors import similarity as module
from summ.evaluation.vectors.probe_data import SimilarityProbe
from summ.evaluation.vectors.similarity import bootstrap_spearman, similarity


def probe_of(scores: list[float], tasks: list[str] | None = None) -> SimilarityProbe:
    texts = [str(number) for number in range(len(scores))]
    return SimilarityProbe("s", texts, texts, scores, tasks)


def at_angles(angles: np.ndarray) -> np.ndarray:
    """Vectors of pairs that enclose these angles, of any lengths."""
    first = np.tile([2.0, 0.0], (len(angles), 1))
    second = 5 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return np.vstack([first, second])


def data(n: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Vectors, and scores with many ties that go with their angles."""
    generator = np.random.default_rng(0)
    angles = generator.uniform(0, np.pi, n)
    return at_angles(angles), np.round(5 - angles + generator.normal(0, 0.7, n))


@pytest.mark.parametrize("sparse", [False, True])
def test_correlations_are_scipys(sparse: bool) -> None:
    vectors, scores = data()
    found = similarity(probe_of(list(scores)), csr_matrix(vectors) if sparse else vectors)
    cosines = np.cos(np.arctan2(vectors[200:, 1], vectors[200:, 0]))
    # Vectors are float32.
    np.testing.assert_allclose(found.cosines, cosines, atol=1e-6)
    assert found.spearman == pytest.approx(stats.spearmanr(cosines, scores).statistic, abs=1e-6)
    assert found.pearson == pytest.approx(stats.pearsonr(cosines, scores).statistic, abs=1e-6)
    assert found.ci95 is not None and found.ci95[0] < found.spearman < found.ci95[1]


def test_the_closed_form_of_ranks_without_ties() -> None:
    """1 - 6 sum d^2 / (n (n^2 - 1)): ranks 1 2 3 4 against 2 1 4 3 give 1 - 6 * 4 / 60 = 0.6."""
    found = similarity(probe_of([2, 1, 4, 3]), at_angles(np.array([2.0, 1.5, 1.0, 0.5])))
    assert found.spearman == pytest.approx(0.6)


def test_ranks_count_and_not_sizes() -> None:
    angles = np.linspace(0.1, 3, 20)
    found = similarity(probe_of(list(np.exp(-9 * angles))), at_angles(angles))
    assert found.spearman == pytest.approx(1) and found.pearson is not None and found.pearson < 0.9
    turned = similarity(probe_of(list(np.exp(9 * angles))), at_angles(angles))
    assert turned.spearman == pytest.approx(-1)


def spearman(a: np.ndarray, b: np.ndarray, axis: int) -> np.ndarray:
    """Of many resamples at once, which ``stats.spearmanr`` takes one by one: 1.5 seconds here."""
    ranks = (stats.rankdata(one, axis=axis) for one in (a, b))
    return stats.pearsonr(*ranks, axis=axis).statistic


def test_the_interval_is_scipys() -> None:
    vectors, scores = data()
    found = similarity(probe_of(list(scores)), vectors, resamples=4000)
    other = stats.bootstrap(
        (found.cosines, scores),
        spearman,
        paired=True,
        vectorized=True,
        n_resamples=1500,
        method="percentile",
        rng=5,
    ).confidence_interval
    # The ends of 1,500 resamples are known to some hundredths of the interval.
    assert found.ci95 == pytest.approx(tuple(other), abs=0.08 * (other.high - other.low))


def test_systems_share_their_resamples_whatever_the_blocks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    generator = np.random.default_rng(2)
    a, scores = generator.normal(size=(2, 50))
    drawn = bootstrap_spearman([a, np.exp(a), -a], scores, 300, 1)
    np.testing.assert_allclose(drawn[:, 0], drawn[:, 1])
    np.testing.assert_allclose(drawn[:, 0], -drawn[:, 2])
    monkeypatch.setattr(module, "_BLOCK", 50 * 7)
    parts = bootstrap_spearman([a], scores, 300, 1)
    assert parts.mean() == pytest.approx(drawn[:, 0].mean(), abs=0.05)
    assert len(np.unique(parts)) == 300


def test_tasks_have_figures_of_their_own() -> None:
    vectors, scores = data()
    tasks = ["a"] * 120 + ["b"] * 80
    found = similarity(probe_of(list(scores), tasks), vectors)
    one = similarity(probe_of(list(scores[120:])), np.vstack([vectors[120:200], vectors[320:]]))
    assert list(found.tasks) == ["a", "b"] and found.tasks["b"].n == 80
    assert found.tasks["b"].spearman == pytest.approx(one.spearman)
    values = [task.spearman for task in found.tasks.values()]
    assert found.task_mean == pytest.approx(np.mean(np.array(values, dtype=float)))
    assert found.to_dict()["tasks"]["a"]["n"] == 120 and "tasks" not in one.to_dict()


def test_where_nothing_varies_there_is_no_figure() -> None:
    found = similarity(probe_of([1, 2, 3]), np.zeros((6, 4)))
    assert (found.spearman, found.pearson, found.ci95) == (None, None, None)
    np.testing.assert_array_equal(found.cosines, 0)
    assert found.to_dict()["spearman"] is None
