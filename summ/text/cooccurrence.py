"""Embeddings by counting: pieces that stand near the same pieces get vectors that are near.

    M[v, c] = max(0, log( #(v, c) * sum_c' #(c')^0.75 / (#(v) * #(c)^0.75) )),   M ~ U S V'

The rows of U, made as wide as each piece is telling: a / (a + p(v)), so that the plain mean of a
sentence's rows is the weighted mean of Arora et al.

Source: Levy, Goldberg & Dagan (2015, TACL 3), Sections 2 and 3 (contexts smoothed by 0.75,
eigenvalues left out); Arora, Liang & Ma (2017, ICLR), Algorithm 1, without its last step.

Axes: V pieces, E columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from summ.errors import ConfigError, DataError
from summ.text.shards import Texts
from summ.text.vocabulary import Vocabulary

_WINDOW = 5  # pieces on each side; one at distance d counts 1 / d
_SMOOTHING = 0.75
_TELLING = 1e-3  # the share of the text at which a piece counts half
_PORTION = 100_000  # texts counted at once
_LARGEST = 20_000  # pieces of a vocabulary whose square still fits into memory
_TABLES = ("documents", "sentences")


@dataclass(frozen=True)
class CountedEmbeddings:
    """Vectors of pieces, and how much each piece tells.

    Attributes:
        vectors: as wide as each piece is telling; zeros for unseen pieces and the end mark.  (V, E)
        telling: a / (a + p(v)), between 0 and 1; the end mark tells nothing.  (V,)
    """

    vectors: NDArray[np.float32]
    telling: NDArray[np.float32]


def count_embeddings(
    corpora: Sequence[Path], vocabulary: Vocabulary, width: int, seed: int
) -> CountedEmbeddings:
    """Embeddings of all pieces, from the texts of prepared corpora.

    Args:
        corpora: folders that ``summ prepare`` wrote with this vocabulary.
        width: columns; their entries have a standard deviation of about 1 for rare pieces.
        seed: of the randomised factorisation.

    Raises:
        ConfigError: the vocabulary is too large to be squared, or not that of a corpus.
        DataError: a folder holds no corpus.
    """
    if vocabulary.size > _LARGEST:
        raise ConfigError(
            f"encoder.embeddings_from: {vocabulary.size} pieces are too many to count their "
            f"pairs (at most {_LARGEST}). Leave it empty."
        )
    pairs = np.zeros(vocabulary.size**2, dtype=np.float32)
    singles = np.zeros(vocabulary.size)
    for corpus in corpora:
        _check_vocabulary(corpus, vocabulary)
        for table in _tables(corpus):
            _count(table, vocabulary.eos, pairs, singles)
    square = pairs.reshape(vocabulary.size, vocabulary.size)
    factors = _factorise(square + square.T, width, seed)
    share = singles / max(1.0, singles.sum())
    telling = (_TELLING / (_TELLING + share)).astype(np.float32)
    telling[vocabulary.eos] = 0.0
    return CountedEmbeddings(factors * telling[:, None], telling)


def _check_vocabulary(corpus: Path, vocabulary: Vocabulary) -> None:
    if Vocabulary.load(corpus / "vocabulary").pieces() != vocabulary.pieces():
        raise ConfigError(
            f"encoder.embeddings_from: {corpus} has another vocabulary. Prepare it with "
            "`--vocabulary` of the text that the encoders learn from."
        )


def _tables(corpus: Path) -> list[Texts]:
    """The tables of texts of a corpus of either kind."""
    folders = [corpus / name for name in _TABLES if (corpus / name / "state.json").is_file()]
    if not folders:
        raise DataError(f"{corpus}: no corpus here. Give a folder that `summ prepare` wrote.")
    return [Texts(folder) for folder in folders]


def _count(
    texts: Texts, border: int, pairs: NDArray[np.float32], singles: NDArray[np.float64]
) -> None:
    """Adds a table's counts, in place; the piece on the left has the row."""
    size = len(singles)
    # End marks between texts, so that no pair reaches from one into the next.
    between = np.full(_WINDOW, border, dtype=np.int64)
    for start in range(0, len(texts), _PORTION):
        rows = range(start, min(start + _PORTION, len(texts)))
        ids = np.concatenate([part for row in rows for part in (texts.ids(row), between)])
        singles += np.bincount(ids, minlength=size)
        for distance in range(1, _WINDOW + 1):
            found = np.bincount(ids[:-distance] * size + ids[distance:], minlength=len(pairs))
            pairs += found.astype(np.float32) / np.float32(distance)
    square = pairs.reshape(size, size)
    square[border], square[:, border], singles[border] = 0.0, 0.0, 0.0


def _factorise(square: NDArray[np.float32], width: int, seed: int) -> NDArray[np.float32]:
    """The left singular vectors of the pointwise mutual information, as wide as random ones."""
    import torch

    counts = torch.from_numpy(square)
    rows = counts.sum(dim=1, keepdim=True)
    contexts = counts.sum(dim=0, keepdim=True) ** _SMOOTHING
    odds = counts * contexts.sum() / (rows * contexts).clamp(min=1e-12)
    information = odds.clamp(min=1.0).log()  # log 1 = 0: pairs rarer than chance tell nothing
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        left, _, _ = torch.svd_lowrank(information, q=min(width + 20, len(square)), niter=3)
    left = left[:, :width].masked_fill(rows == 0, 0.0)
    factors: NDArray[np.float32] = (left / left[rows[:, 0] > 0].std()).numpy()
    return factors
