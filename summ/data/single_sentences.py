"""Batches of single sentences of running text, as a pure function of seed and step."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from summ.data.batches import LengthOrder, hold_out
from summ.data.prose import Prose
from summ.errors import DataError
from summ.types import Tokens

_FEWEST_WORDS = 4  # a half of less says nothing


class SingleSentences:
    """Sentences of like length in an order of their own, wherever they stood."""

    def __init__(
        self, prose: Prose, seed: int, *, sentences: int, max_pieces: int, held_out: int = 0
    ) -> None:
        """Draws from running text.

        Args:
            prose: where the texts are.
            seed: of the order.
            sentences: of a batch.
            max_pieces: pieces of a sentence, the end mark included.
            held_out: documents whose sentences are never served (at most a tenth).

        Raises:
            DataError: there are fewer sentences of at least four words than a batch takes.
        """
        self.prose, self._max_pieces = prose, max_pieces
        held, served = hold_out(len(prose.borders) - 1, held_out)
        self._held_out, rows = self._sentences(held), self._sentences(served)
        if len(rows) < sentences:
            raise DataError(
                f"{len(rows)} sentences of {_FEWEST_WORDS} words are fewer than the {sentences} "
                "of a batch. Lower sentences, or prepare more text."
            )
        self._order = LengthOrder(rows, prose.sentences.lengths, sentences, (seed, 0))

    def at(self, step: int, rows: tuple[int, int] = (0, 1)) -> Tokens:
        """The batch of an update, or one process's share of it.

        Args:
            step: counts from 0 without end; the sentences are permuted anew in every epoch.
            rows: ``(rank, world)``: of all rows, those at ``rank, rank + world, ...``.
        """
        rank, world = rows
        return self._tokens(self._order.rows(step)[rank::world])

    def held_out(self, count: int) -> Tokens:
        """The first sentences that are never served (fewer if there are fewer)."""
        return self._tokens(self._held_out[:count])

    def _sentences(self, documents: NDArray[np.int64]) -> NDArray[np.int64]:
        """The sentences of some documents that have enough words."""
        borders = self.prose.borders
        parts = [np.arange(borders[one], borders[one + 1]) for one in documents]
        rows = np.concatenate([np.zeros(0, dtype=np.int64), *parts])
        return rows[self.prose.sentences.words[rows] >= _FEWEST_WORDS]

    def _tokens(self, rows: NDArray[np.int64]) -> Tokens:
        ids, room = self.prose.sentences.ids, self._max_pieces - 1
        vocabulary = self.prose.vocabulary
        sentences = [[*ids(int(row))[:room].tolist(), vocabulary.eos] for row in rows]
        return Tokens.from_lists(sentences, vocabulary.pad)
