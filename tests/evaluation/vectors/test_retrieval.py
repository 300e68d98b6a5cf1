"""The nearest texts of the same label, against what is counted by hand."""

import numpy as np
import pytest
from scipy import sparse

from summ.evaluation.vectors.retrieval import NEAREST, precision_of_nearest


def by_hand(vectors: np.ndarray, labels: list[str]) -> float:
    """Every pair, one after the other."""
    shares = []
    for k, asked in enumerate(vectors):
        cosines = [
            (float(asked @ other / (np.linalg.norm(asked) * np.linalg.norm(other))), j)
            for j, other in enumerate(vectors)
            if j != k
        ]
        near = sorted(cosines, reverse=True)[:NEAREST]
        shares.append(sum(labels[j] == labels[k] for _, j in near) / NEAREST)
    return 100 * sum(shares) / len(shares)


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix, sparse.csr_array])
def test_it_is_what_is_counted_by_hand(form):
    rng = np.random.default_rng(3)
    vectors = rng.standard_normal((60, 5)).astype(np.float32)
    labels = [str(k) for k in rng.integers(0, 3, 60)]
    assert precision_of_nearest(form(vectors), labels) == pytest.approx(by_hand(vectors, labels))


def test_two_heaps_are_found_and_chance_is_chance():
    rng = np.random.default_rng(5)
    labels = ["a", "b"] * 200
    heaps = rng.standard_normal((400, 8)) + 9 * np.array([[1.0] * 8, [-1.0] * 8] * 200)
    assert precision_of_nearest(heaps, labels) == 100
    assert precision_of_nearest(rng.standard_normal((400, 8)), labels) == pytest.approx(50, abs=3)
