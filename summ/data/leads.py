"""Batches of leads: first sentences, and which of their words the rest of the document repeats."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from summ.data.batches import hold_out
from summ.data.prose import Prose
from summ.errors import DataError
from summ.types import Leads, Tokens

_SHORTEST = 4  # sentences of a document: of fewer, the rest is too short


class LeadBatches:
    """The batches of leads of one stage of training, a pure function of seed and step."""

    def __init__(
        self,
        prose: Prose,
        seed: int,
        *,
        rows: int,
        leads: int,
        max_pieces: int,
        held_out: int = 0,
    ) -> None:
        """Draws from running text.

        Args:
            prose: where the documents are.
            seed: of the order.
            rows: leads of a batch.
            leads: how many sentences of a document, from the first on, are leads; the rest of each
                is all its other sentences.
            max_pieces: pieces of a lead that are read, the end mark included.
            held_out: documents that are never served (at most a tenth).

        Raises:
            DataError: there are fewer leads than a batch takes.
        """
        self.prose, self.seed, self._rows, self._max_pieces = prose, seed, rows, max_pieces
        held, served = hold_out(len(prose.borders) - 1, held_out)
        self._held_out, self._served = self._leads(held, leads), self._leads(served, leads)
        self._per_epoch = len(self._served) // rows
        if not self._per_epoch:
            raise DataError(
                f"{len(self._served)} leads of documents of {_SHORTEST} sentences and more are "
                f"fewer than the {rows} of a batch. Lower sentences, or prepare more text."
            )

    def _leads(self, documents: NDArray[np.int64], leads: int) -> NDArray[np.int64]:
        """Document and sentence of each lead.  (K, 2)"""
        borders = self.prose.borders
        found = [
            (document, row)
            for document in documents
            if borders[document + 1] - borders[document] >= _SHORTEST
            for row in range(
                borders[document], min(borders[document] + leads, borders[document + 1])
            )
        ]
        return np.array(found, dtype=np.int64).reshape(-1, 2)

    def at(self, step: int, rows: tuple[int, int] = (0, 1)) -> Leads:
        """The batch of an update, or one process's share of it.

        Args:
            step: counts from 0 without end; leads are mixed anew in every epoch.
            rows: ``(rank, world)``: of all leads, those at ``rank, rank + world, ...``.
        """
        epoch, number = divmod(step, self._per_epoch)
        order = np.random.default_rng((self.seed, epoch)).permutation(len(self._served))
        rank, world = rows
        chosen = order[number * self._rows : (number + 1) * self._rows][rank::world]
        return self._batch(self._served[chosen])

    def held_out(self, count: int) -> Leads:
        """The first leads of documents that are never served (fewer if there are fewer)."""
        return self._batch(self._held_out[:count])

    def _batch(self, leads: NDArray[np.int64]) -> Leads:
        vocabulary, sentences = self.prose.vocabulary, self.prose.sentences
        texts: list[list[int]] = []
        repeats: list[bool] = []
        for document, row in leads.tolist():
            first, end = self.prose.borders[document : document + 2].tolist()
            others = [sentences.ids(other) for other in range(first, end) if other != row]
            rest = {word for other in others for word in vocabulary.split(other.tolist())}
            text = sentences.ids(row)[: self._max_pieces - 1].tolist()
            texts.append([*text, vocabulary.eos])
            for word in vocabulary.split(text):
                repeats += [word in rest] + [False] * (len(word) - 1)
            repeats.append(False)
        tokens = Tokens.from_lists(texts, vocabulary.pad)
        repeated = torch.zeros_like(tokens.mask)
        repeated[tokens.mask] = torch.tensor(repeats, dtype=torch.bool)
        return Leads(tokens, repeated)


def commonness(prose: Prose) -> NDArray[np.float64]:
    """The share of documents that have each piece as a whole word.  Shape (V,).

    1 for pieces without a letter: marks and numbers recur whatever the text is about.
    """
    counts = np.zeros(prose.vocabulary.size)
    for first, end in zip(prose.borders[:-1], prose.borders[1:], strict=True):
        sentences = [prose.sentences.ids(row) for row in range(int(first), int(end))]
        words = {word for ids in sentences for word in prose.vocabulary.split(ids.tolist())}
        counts[[word[0] for word in words if len(word) == 1]] += 1
    shares = counts / max(1, len(prose.borders) - 1)
    letters = prose.vocabulary.letters
    without_letters = [bool(text) and not any(map(str.isalpha, text)) for text in letters]
    return np.where(without_letters, 1.0, shares)
