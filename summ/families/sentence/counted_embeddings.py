r"""Embeddings by counting: pieces that occur near the same pieces get similar vectors.

    M[v, c] = max(0, log( #(v, c) * sum_c' #(c')^0.75 / (#(v) * #(c)^0.75) )),   M ~ U S V'

A context c is a piece nearby, or a piece nearby and its side (left or right): the first makes
pieces of one topic similar, the second pieces of one use.  The rows of U are scaled by
a / (a + p(v)), so that the plain mean of a sentence's rows is the weighted mean of Arora et al.

Source: Levy, Goldberg & Dagan (2015, TACL 3), Sections 2 and 3 (contexts smoothed by 0.75,
eigenvalues left out); Levy & Goldberg (2014, CoNLL), Section 4, for positional contexts; Arora,
Liang & Ma (2017, ICLR), Algorithm 1, without its last step.

Axes: V pieces, C contexts, E columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from summ.data.shards import Texts
from summ.errors import ConfigError, DataError
from summ.text.vocabulary import Vocabulary

_WINDOW = 5  # pieces on each side; one at distance d counts 1 / d
_SMOOTHING = 0.75
_PORTION = 100_000  # texts counted at once
_LARGEST = 20_000  # pieces of a vocabulary whose square still fits into memory
_TABLES = ("documents", "sentences")


@dataclass(frozen=True)
class Counts:
    """How often pieces occur, and near each other.

    Attributes:
        pairs: occurrences of a piece (row) left of another, less for those farther away.  (V, V)
        singles: occurrences of each piece, those of the end mark left out.  (V,)
        end: the id of the end mark.
    """

    pairs: NDArray[np.float32]
    singles: NDArray[np.float64]
    end: int

    def vectors(
        self, width: int, contexts: Literal["around", "sides"], seed: int
    ) -> NDArray[np.float32]:
        """Vectors of pieces, not yet scaled; zeros for those that never occur.  (V, E)

        Args:
            width: columns; the entries have a standard deviation of about 1.
            contexts: pieces nearby, or pieces nearby and their side.
            seed: of the randomised factorisation.
        """
        if contexts == "around":
            return _factorise(self.pairs + self.pairs.T, width, seed)
        return _factorise(np.concatenate([self.pairs, self.pairs.T], axis=1), width, seed)

    def telling(self, half: float) -> NDArray[np.float32]:
        """The weight of each piece, a / (a + p(v)), between 0 and 1; 0 for the end mark.  (V,)

        Args:
            half: a, the share of the text that a piece of weight one half makes up.
        """
        weights = half / (half + self.singles / max(1.0, self.singles.sum()))
        weights[self.end] = 0.0
        return weights.astype(np.float32)


def count_pieces(corpora: Sequence[Path], vocabulary: Vocabulary) -> Counts:
    """Counts the pieces of prepared corpora.

    Args:
        corpora: folders that ``summ prepare`` wrote with this vocabulary.

    Raises:
        ConfigError: the vocabulary has too many pairs to count, or is not that of a corpus.
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
        for table in _tables(corpus, vocabulary.size):
            _count(table, vocabulary.eos, pairs, singles)
    return Counts(pairs.reshape(vocabulary.size, vocabulary.size), singles, vocabulary.eos)


def _check_vocabulary(corpus: Path, vocabulary: Vocabulary) -> None:
    if Vocabulary.load(corpus / "vocabulary").pieces() != vocabulary.pieces():
        raise ConfigError(
            f"encoder.embeddings_from: {corpus} has another vocabulary. Prepare it with "
            "`--vocabulary` of the text that the encoders learn from."
        )


def _tables(corpus: Path, size: int) -> list[Texts]:
    """The tables of texts of a corpus, with documents and sentences or with prose."""
    folders = [corpus / name for name in _TABLES if (corpus / name / "state.json").is_file()]
    if not folders:
        raise DataError(f"{corpus}: no corpus here. Give a folder that `summ prepare` wrote.")
    tables = [Texts(folder) for folder in folders]
    for table in tables:
        table.check_pieces(size)
    return tables


def _count(
    texts: Texts, border: int, pairs: NDArray[np.float32], singles: NDArray[np.float64]
) -> None:
    """Adds a table's counts, in place; the row is the left piece of a pair."""
    size = len(singles)
    # End marks between texts, so that no pair spans two texts.
    between = np.full(_WINDOW, border, dtype=np.int64)
    for start in range(0, len(texts), _PORTION):
        rows = range(start, min(start + _PORTION, len(texts)))
        ids = np.concatenate([part for row in rows for part in (texts.ids(row), between)])
        singles += np.bincount(ids, minlength=size)
        for distance in range(1, _WINDOW + 1):
            near = np.bincount(ids[:-distance] * size + ids[distance:], minlength=len(pairs))
            pairs += near.astype(np.float32) / np.float32(distance)
    square = pairs.reshape(size, size)
    square[border], square[:, border], singles[border] = 0.0, 0.0, 0.0


def _factorise(table: NDArray[np.float32], width: int, seed: int) -> NDArray[np.float32]:
    """The left singular vectors of the pointwise mutual information, of standard deviation 1.

    Overwrites the table, since a second one of its size may not fit into memory.
    """
    import torch

    counts = torch.from_numpy(table)  # (V, C)
    rows = counts.sum(dim=1, keepdim=True)
    contexts = counts.sum(dim=0, keepdim=True) ** _SMOOTHING
    odds = counts.div_(rows.clamp(min=1e-12)).div_(contexts.clamp(min=1e-12) / contexts.sum())
    information = odds.clamp_(min=1.0).log_()  # log 1 = 0 for pairs rarer than chance
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        left, _, _ = torch.svd_lowrank(information, q=min(width + 20, len(table)), niter=3)
    left = left[:, :width].masked_fill(rows == 0, 0.0)
    factors: NDArray[np.float32] = (left / left[rows[:, 0] > 0].std()).numpy()
    return factors
