"""Batches of a corpus's sentences, as a pure function of seed and step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Int
from numpy.typing import NDArray
from torch import Tensor

from summ.data.batches import LengthOrder, hold_out
from summ.data.corpus import Corpus
from summ.data.prose import Prose
from summ.errors import DataError
from summ.families.autoencoder.config import LinesConfig
from summ.types import Tokens


def open_corpus(path: Path) -> Corpus | Prose:
    """What ``summ prepare`` wrote, either way: both have sentences.

    Raises:
        DataError: it is neither, incomplete, or damaged.
        CheckpointError: its vocabulary is damaged.
    """
    return Prose.open(path) if (Path(path) / "borders.npy").is_file() else Corpus.open(path)


@dataclass(frozen=True)
class StyledTokens:
    """Texts, which style each has, and another text of the same style for each."""

    texts: Tokens
    styles: Int[Tensor, " N"]
    others: Tokens

    def __len__(self) -> int:
        return len(self.texts)

    def to(self, device: torch.device) -> StyledTokens:
        return StyledTokens(self.texts.to(device), self.styles.to(device), self.others.to(device))


class Lines:
    """Sentences of like length together; each is read whole or not at all."""

    def __init__(
        self, corpus: Corpus | Prose, data: LinesConfig, seed: int, *, held_out: int = 0
    ) -> None:
        """Draws from a corpus.

        Args:
            seed: of the order.
            held_out: sentences that are never served (at most a tenth).

        Raises:
            DataError: fewer sentences are short enough than a batch takes.
        """
        self._corpus = corpus
        lengths = corpus.sentences.lengths
        fits = (lengths > 0) & (lengths < data.max_sentence)
        held, served = hold_out(len(lengths), held_out)
        self._held_out, rows = held[fits[held]], served[fits[served]]
        if len(rows) < data.sentences:
            raise DataError(
                f"{data.corpus}: {len(rows)} sentences of up to {data.max_sentence - 1} pieces are "
                f"fewer than the {data.sentences} of a batch. Lower data.sentences, or prepare "
                "more text."
            )
        self._order = LengthOrder(rows, lengths, data.sentences, (seed, 0))

    def at(self, step: int, rows: tuple[int, int] = (0, 1)) -> Tokens:
        """The batch of an update, or one process's share of it.

        Args:
            step: counts from 0 without end; the sentences are permuted anew in every epoch.
            rows: ``(rank, world)``: of all rows, those at ``rank, rank + world, ...``.
        """
        rank, world = rows
        return self._tokens(self._order.rows(step)[rank::world])

    def held_out(self, rows: int) -> Iterator[Tokens]:
        """The sentences that are never served, so many at a time."""
        for start in range(0, len(self._held_out), rows):
            yield self._tokens(self._held_out[start : start + rows])

    def _tokens(self, rows: NDArray[np.int64]) -> Tokens:
        sentences, vocabulary = self._corpus.sentences, self._corpus.vocabulary
        ids = [[*sentences.ids(int(row)).tolist(), vocabulary.eos] for row in rows]
        return Tokens.from_lists(ids, vocabulary.pad)


class StyledLines:
    """As many texts of each style in a batch, in turns; a style is a corpus."""

    def __init__(self, styles: Sequence[Lines], pad: int) -> None:
        self._styles, self._pad = styles, pad

    def at(self, step: int, rows: tuple[int, int] = (0, 1)) -> StyledTokens:
        rank, world = rows
        of_style = [_rows(lines.at(step)) for lines in self._styles]
        texts = [text for turn in zip(*of_style, strict=True) for text in turn]
        # The text of the next turn; so each is another's once.
        others = texts[len(of_style) :] + texts[: len(of_style)]
        styles = torch.arange(len(texts)) % len(self._styles)
        own = slice(rank, None, world)
        both = [Tokens.from_lists(lists[own], self._pad) for lists in (texts, others)]
        return StyledTokens(both[0], styles[own], both[1])

    def held_out(self, rows: int) -> Iterator[Tokens]:
        for lines in self._styles:
            yield from lines.held_out(rows)


def _rows(texts: Tokens) -> list[list[int]]:
    """Texts as lists of ids, without padding."""
    return [ids[mask].tolist() for ids, mask in zip(texts.ids, texts.mask, strict=True)]
