"""Pairs of a sentence and a shorter one within it, in batches that are a function of the step."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Int
from numpy.typing import NDArray
from torch import Tensor

from summ.data.batches import LengthOrder, hold_out
from summ.data.decoded_lines import decoded_lines
from summ.data.record import Place
from summ.errors import DataError
from summ.families.shortener.config import PairsConfig
from summ.text.vocabulary import Vocabulary
from summ.text.words import count_words
from summ.types import Tokens

_READ_AT_ONCE = 20_000


@dataclass(frozen=True)
class PairBatch:
    """Pairs of one update, or a share of them.

    Attributes:
        sources: the long sentences.
        targets: the short ones, each of pieces of its source.
        words: of each target, as ``summ.text.words`` counts them.
    """

    sources: Tokens
    targets: Tokens
    words: Int[Tensor, " B"]

    def __len__(self) -> int:
        return len(self.sources)

    def to(self, device: torch.device) -> PairBatch:
        return PairBatch(self.sources.to(device), self.targets.to(device), self.words.to(device))


class PairBatches:
    """The batches of one stage; implements ``BatchSource``."""

    def __init__(
        self, data: PairsConfig, vocabulary: Vocabulary, longest_line: int, seed: int
    ) -> None:
        """Reads the pairs.

        Args:
            longest_line: words of the longest target; pairs with longer ones are left out.
            seed: of the order.

        Raises:
            DataError: the file cannot be read, a line of it is no pair, or no pair can be used:
                those that are too long, and whose target has a piece that its source lacks, cannot.
        """
        self._vocabulary = vocabulary
        self._rows: list[tuple[list[int], list[int], int]] = []
        targets: list[str] = []
        for source, target, text in _encoded(data.pairs, vocabulary):
            words = count_words(text)
            fits = len(source) < data.max_document and len(target) < data.max_sentence
            if fits and 0 < words <= longest_line and set(target) <= set(source):
                self._rows.append((source, target, words))
                targets.append(text)
        # By target, or training would show the targets that are held out, in other sources.
        names = {text: place for place, text in enumerate(dict.fromkeys(targets))}
        held, _ = hold_out(len(names), data.held_out)
        is_held = np.isin([names[text] for text in targets], held)
        self._held_out: NDArray[np.int64] = np.flatnonzero(is_held)
        served: NDArray[np.int64] = np.flatnonzero(~is_held)
        if not len(served):
            raise DataError(
                f"{data.pairs}: no pair has fewer than {data.max_document} and {data.max_sentence} "
                f"pieces, up to {longest_line} words, and no piece of its own in the target. Raise "
                "data.max_document or data.max_sentence, or make other pairs."
            )
        lengths = np.array([len(source) for source, _, _ in self._rows], dtype=np.int32)
        self._order = LengthOrder(served, lengths, data.rows, (seed, 0))

    def at(self, step: int, rows: tuple[int, int] = (0, 1)) -> PairBatch:
        """The batch of an update, or the rows ``rank, rank + world, ...`` of it."""
        rank, world = rows
        return self._batch(self._order.rows(step)[rank::world])

    def held_out(self, rows: int) -> Iterator[PairBatch]:
        """The pairs that are never served, so many at a time."""
        for start in range(0, len(self._held_out), rows):
            yield self._batch(self._held_out[start : start + rows])

    def _batch(self, rows: NDArray[np.int64]) -> PairBatch:
        pad, eos = self._vocabulary.pad, self._vocabulary.eos
        chosen = [self._rows[row] for row in rows]
        return PairBatch(
            Tokens.from_lists([[*source, eos] for source, _, _ in chosen], pad),
            Tokens.from_lists([[*target, eos] for _, target, _ in chosen], pad),
            torch.tensor([words for _, _, words in chosen]),
        )


def _encoded(path: Path, vocabulary: Vocabulary) -> Iterator[tuple[list[int], list[int], str]]:
    """The pieces of source and target, and the target as it is written."""
    pairs = read_pairs(path)
    for start in range(0, len(pairs), _READ_AT_ONCE):
        part = pairs[start : start + _READ_AT_ONCE]
        sources = vocabulary.encode([source for source, _ in part])
        targets = vocabulary.encode([target for _, target in part])
        texts = [target for _, target in part]
        yield from zip(sources, targets, texts, strict=True)


def read_pairs(path: Path) -> list[tuple[str, str]]:
    pairs = []
    try:
        if not path.is_file():
            raise OSError("no file")
        with path.open("rb") as stream:
            for number, line in decoded_lines(stream, Place(str(path))):
                if line:
                    pairs.append(_pair(line, f"{path} line {number}"))
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read ({error}). Make it with data_prep.splices."
        ) from error
    return pairs


def _pair(line: str, where: str) -> tuple[str, str]:
    try:
        row = json.loads(line)
        return str(row["text"]), str(row["summary"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise DataError(
            f"{where}: must be an object with 'text' and 'summary', found {line[:60]!r}. Make it "
            "anew with data_prep.splices."
        ) from error
