"""Retrieval: whether the nearest vectors belong to texts of the same label.

Source: Salakhutdinov & Hinton (2009), "Semantic Hashing": precision of the nearest documents, of
codes beside bags of words.

Axes: N texts, D columns.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from summ.evaluation.vectors.logistic import Rows

NEAREST = 10
MOST_QUERIES = 1000
_BLOCK = 250  # queries whose similarities are in memory at once


def precision_of_nearest(vectors: Rows, labels: Sequence[str], seed: int = 1) -> float:
    """Percent of each text's ten nearest others (cosine) that have its label.

    Args:
        vectors: (N, D), dense or a sparse matrix of scipy; more than ten rows.
        labels: of the texts, (N,).
        seed: which texts ask, if there are more than a thousand.
    """
    count = len(labels)
    _, classes = np.unique(np.asarray(labels, dtype=object), return_inverse=True)
    # ``*`` of scipy's matrices is the product of matrices.
    squares = vectors.multiply(vectors) if hasattr(vectors, "multiply") else vectors * vectors
    norms = np.sqrt(np.asarray(squares.sum(axis=1)).ravel())
    scale = 1.0 / np.maximum(norms, 1e-12)
    drawn = np.random.default_rng(seed).permutation(count)[:MOST_QUERIES]
    hits = 0.0
    for start in range(0, len(drawn), _BLOCK):
        asked = drawn[start : start + _BLOCK]
        products = vectors[asked] @ vectors.T
        dense = products.toarray() if hasattr(products, "toarray") else np.asarray(products)
        near = dense * scale[None, :]
        near[np.arange(len(asked)), asked] = -np.inf
        found = np.argpartition(-near, NEAREST, axis=1)[:, :NEAREST]
        hits += float((classes[found] == classes[asked, None]).mean(axis=1).sum())
    return 100.0 * hits / len(drawn)
