"""Batches of spans: stretches of consecutive sentences, as a pure function of seed and step.

A span never crosses a document's border, so that neighbours in it were neighbours in the text.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from summ.data.batches import hold_out
from summ.data.prose import Prose
from summ.errors import DataError
from summ.types import Spans, Tokens

_SHORTEST = 2  # a sentence alone has no neighbour


class SpanBatches:
    """The batches of spans of one stage of training."""

    def __init__(
        self,
        prose: Prose,
        seed: int,
        *,
        sentences: int,
        longest: int,
        max_pieces: int,
        held_out: int = 0,
    ) -> None:
        """Draws from running text.

        Args:
            prose: where the texts are.
            seed: of the order, and of where documents are cut into spans.
            sentences: of a batch, at least ``longest``; spans stay whole, so that it may have
                up to ``longest`` more or fewer.
            longest: sentences of a span, at least 3.
            max_pieces: pieces of a sentence, the end mark included.
            held_out: documents that are never served (at most a tenth).

        Raises:
            DataError: there are fewer sentences than a batch takes.
        """
        self.prose, self.seed, self.longest = prose, seed, longest
        self._sentences, self._max_pieces = sentences, max_pieces
        sizes = np.diff(prose.borders)
        held, served = hold_out(len(sizes), held_out)
        self._held_out = held[sizes[held] >= _SHORTEST]
        self._served = served[sizes[served] >= _SHORTEST]
        self._per_epoch = int(sizes[self._served].sum()) // sentences
        if not self._per_epoch:
            raise DataError(
                f"{int(sizes[self._served].sum())} sentences with a neighbour are fewer than the "
                f"{sentences} of a batch. Lower data.sentences, or prepare more text."
            )
        self._cached: tuple[int, list[NDArray[np.int64]]] | None = None

    def at(self, step: int, rows: tuple[int, int] = (0, 1)) -> Spans:
        """The batch of an update, or one process's share of it.

        Args:
            step: counts from 0 without end; documents are cut and mixed anew in every epoch.
            rows: ``(rank, world)``: of all spans, those at ``rank, rank + world, ...``.
        """
        epoch, number = divmod(step, self._per_epoch)
        if self._cached is None or self._cached[0] != epoch:
            self._cached = epoch, self._epoch(epoch)
        return self._spans(self._cached[1][number], rows)

    def held_out(self, batches: int) -> list[Spans]:
        """The first batches of documents that are never served (fewer if there are fewer)."""
        rng = np.random.default_rng((self.seed, 0))
        spans = self._cut(self._held_out, rng)
        return [self._spans(part, (0, 1)) for part in self._dealt(spans)[:batches]]

    def _epoch(self, epoch: int) -> list[NDArray[np.int64]]:
        """All batches of an epoch, each as the first sentences and the sizes of its spans."""
        rng = np.random.default_rng((self.seed, 1 + epoch))
        spans = self._cut(self._served, rng)
        return self._dealt(spans[rng.permutation(len(spans))])[: self._per_epoch]

    def _cut(self, documents: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
        """Every document in spans, first sentence and size of each, in order.  (K, 2)

        Longer documents begin with a span of random length, so that the cuts fall elsewhere in
        every epoch.
        """
        borders, longest = self.prose.borders, self.longest
        parts = []
        for document, phase in zip(documents, rng.random(len(documents)), strict=True):
            first, end = int(borders[document]), int(borders[document + 1])
            edges = np.array([first, end])
            if end - first > longest:
                edges = _edges(first, end, longest, phase)
            parts.append(np.stack([edges[:-1], np.diff(edges)], axis=1))
        return np.concatenate([np.zeros((0, 2), dtype=np.int64), *parts])

    def _dealt(self, spans: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        """The spans in batches: batch b has those that begin in its share of the sentences."""
        begins = np.cumsum(spans[:, 1]) - spans[:, 1]
        batches = begins // self._sentences
        return np.split(spans, np.flatnonzero(np.diff(batches)) + 1)

    def _spans(self, spans: NDArray[np.int64], rows: tuple[int, int]) -> Spans:
        """One process's spans of a batch, with their places in the whole of it."""
        rank, world = rows
        begins = np.cumsum(spans[:, 1]) - spans[:, 1]
        own = range(rank, len(spans), world)
        chosen = [np.arange(spans[i, 0], spans[i, 0] + spans[i, 1]) for i in own]
        places = [np.arange(begins[i], begins[i] + spans[i, 1]) for i in own]
        numbers = [np.full(spans[i, 1], i) for i in own]
        eos, room = self.prose.vocabulary.eos, self._max_pieces - 1
        ids = self.prose.sentences.ids
        sentences = [[*ids(int(row))[:room].tolist(), eos] for part in chosen for row in part]
        return Spans(
            Tokens.from_lists(sentences, self.prose.vocabulary.pad),
            span=torch.from_numpy(np.concatenate(numbers)),
            place=torch.from_numpy(np.concatenate(places)),
            total=int(spans[:, 1].sum()),
        )


def _edges(first: int, end: int, longest: int, phase: float) -> NDArray[np.int64]:
    """Where a document is cut, so that no sentence stays alone and no span is too long."""
    offset = int(phase * longest)
    cuts = np.arange(first + (2 if offset == 1 else offset or longest), end, longest)
    if end - cuts[-1] < _SHORTEST:
        cuts[-1] -= 1
    return np.concatenate([[first], cuts, [end]])
