"""Codes of texts, and texts of codes.

A code is written as text: ``0110...`` for bits, symbols or numbers with spaces between; so it can
stand in any file that holds texts.

Axes: N texts, H slots.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Shaped
from torch import Tensor

from summ.data.readers import Record
from summ.data.windows import windows
from summ.errors import ArgumentError, DataError
from summ.families.autoencoder.model import AutoencoderModel, load_autoencoder
from summ.families.autoencoder.validation import decoded
from summ.networks.styled import StyledBottleneck
from summ.pipelines.arguments import whole_number
from summ.pipelines.device import chosen_device
from summ.pipelines.texts import as_records
from summ.pretrained import find_model
from summ.types import Tokens

_DIGITS = 6  # of a number in a code


@dataclass(frozen=True)
class CodedText:
    """The code of one text.

    Attributes:
        id: of the record.
        code: as text; empty where the text is blank.
        nats: the information that the code holds; see ``Code``.
        truncated: whether only the beginning of the text was read.
    """

    id: str
    code: str
    nats: float
    truncated: bool


class TextAutoencoder:
    """Turns texts into codes and codes into texts.

    The first ``max_sentence`` pieces of a text are read.  A decoded text is in the vocabulary's
    canonical form, in lower case as a rule.
    """

    def __init__(self, model: AutoencoderModel) -> None:
        self._model = model
        self._device = next(model.network.parameters()).device
        self._bottleneck = model.network.bottleneck
        self._config = model.settings.bottleneck

    @staticmethod
    def load(path: Path | str, device: str | None = None) -> TextAutoencoder:
        """Loads an autoencoder.

        Args:
            path: the folder of a trained model.
            device: of torch, such as ``cpu`` or ``cuda:1``; by default a GPU if there is one.

        Raises:
            CheckpointError: the folder is missing, damaged, or of another family or version.
        """
        return TextAutoencoder(load_autoencoder(find_model(path), chosen_device(device)))

    @property
    def model(self) -> AutoencoderModel:
        """The networks, their vocabulary and settings."""
        return self._model

    def encode(
        self, texts: Iterable[str] | Iterable[Record], batch_size: int = 64
    ) -> Iterator[CodedText]:
        """The codes of texts, in their order; the likeliest one of each.

        Args:
            texts: or records, whose ids are kept; a text without one is named by its position.
            batch_size: texts that are encoded at once; affects speed and memory only.

        Raises:
            TypeError: ``texts`` is one text, or one of them is no string.
            ArgumentError: the batch size is below 1.
        """
        batch_size = whole_number("batch size", batch_size)
        position = 0
        for window in windows(as_records(texts)):
            rows = self._model.vocabulary.encode([record.text for record in window])
            for start in range(0, len(window), batch_size):
                part = slice(start, start + batch_size)
                codes = self._codes(rows[part])
                for record, ids, (code, nats) in zip(window[part], rows[part], codes, strict=True):
                    name = record.id or str(position)
                    position += 1
                    yield CodedText(name, code, nats, len(ids) > self._room)

    def stored(self, texts: Sequence[str]) -> Shaped[Tensor, "N H ..."]:
        """The codes of texts as tensors, all at once."""
        parts = [
            self._encoded(self._model.vocabulary.encode(list(texts[start : start + 64])))[0]
            for start in range(0, len(texts), 64)
        ]
        return torch.cat(parts)

    def decode(self, codes: Iterable[str], batch_size: int = 64) -> Iterator[str]:
        """The likeliest text of each code, in their order; that of an empty code is blank.

        Raises:
            TypeError: ``codes`` is one code, or one of them is no string.
            ArgumentError: the batch size is below 1.
            DataError: one is no code of this model; says at which position, from 1.
        """
        batch_size = whole_number("batch size", batch_size)
        position = 0
        for window in windows(as_records(codes)):
            given = [record.text for record in window]
            for start in range(0, len(given), batch_size):
                part = given[start : start + batch_size]
                stored = [
                    self._read(code, position + number)
                    for number, code in enumerate(part, start=1)
                    if code.strip()
                ]
                position += len(part)
                texts = iter(self._decoded(torch.stack(stored)) if stored else [])
                yield from (next(texts) if code.strip() else "" for code in part)

    def describe(self) -> str:
        """What a code of this model is, in one line."""
        config = self._config
        head = f"{config.kind}: {config.slots} slots of "
        match config.kind:
            case "binary":
                return head + f"{config.bits} bits; {config.slots * config.bits} bits a text"
            case "one-hot" | "vq":
                most = config.slots * math.log2(config.symbols)
                return head + f"one of {config.symbols} symbols; {most:g} bits a text at the most"
            case "gaussian":
                return head + f"{config.size} numbers; bits a text: see `summ encode` (nats)"
            case "styled":
                part = "their mean and deviation" if config.style == "instance-norm" else "the last"
                return head + f"{config.size} numbers; {part} is the style"
            case _:
                return head + f"{config.size} numbers; nothing limits what they hold"

    def sample(self, count: int, seed: int = 1) -> list[str]:
        """Texts of codes that are drawn from the prior, each number or symbol by itself.

        Raises:
            ArgumentError: the bottleneck has no prior (continuous), or ``count`` is below 1.
        """
        generator = torch.Generator().manual_seed(seed)
        count = whole_number("count", count)
        return self._decoded(self._bottleneck.prior(count, self._config.slots, generator))

    def between(self, first: str, last: str, steps: int = 5) -> list[str]:
        """Texts of ``steps`` codes on the way from one text's to another's, both ends included.

        Raises:
            ArgumentError: there are fewer than two steps.
        """
        steps = whole_number("steps", steps)
        one, other = self.stored([first, last])
        return self._decoded(codes_between(one, other, max(2, steps)))

    def swap(self, content: str, style: str) -> str:
        """A text with the content of one and the style of another.

        Raises:
            ArgumentError: the codes of this model have no style of their own.
        """
        if not isinstance(self._bottleneck, StyledBottleneck):
            raise ArgumentError(
                f"style: a {self._config.kind} code has no part for it. Train a bottleneck of "
                "'kind: styled'."
            )
        one, other = self.stored([content, style])
        return self._decoded(self._bottleneck.swapped(one[None], other[None]))[0]

    @property
    def _room(self) -> int:
        return self._model.settings.max_sentence - 1  # the end mark takes one place

    @torch.inference_mode()
    def _encoded(self, rows: list[list[int]]) -> tuple[Tensor, list[float]]:
        """Stored codes and their nats of texts given by their pieces."""
        marks = self._model.vocabulary
        tokens = Tokens.from_lists([[*ids[: self._room], marks.eos] for ids in rows], marks.pad)
        code = self._model.network.code(tokens.to(self._device))
        return code.stored.cpu(), code.nats.tolist()

    def _codes(self, rows: list[list[int]]) -> Iterator[tuple[str, float]]:
        """The code of each text as it is written, and its nats."""
        stored, nats = self._encoded(rows)
        for ids, code, price in zip(rows, stored, nats, strict=True):
            yield (written(code), price) if ids else ("", 0.0)

    @torch.inference_mode()
    def _decoded(self, stored: Shaped[Tensor, "N H ..."]) -> list[str]:
        return decoded(self._model, self._bottleneck.opened(stored.to(self._device)))

    def _read(self, code: str, position: int) -> Shaped[Tensor, "H ..."]:
        """A code from the form in which it is written.

        Raises:
            DataError: it has not that form.
        """
        config = self._config
        try:
            if config.kind == "binary":
                bits = torch.tensor([{"0": 0, "1": 1}[sign] for sign in code.strip()])
                return bits.bool().view(config.slots, config.bits)
            if config.kind == "one-hot" or config.kind == "vq":
                symbols = torch.tensor([int(symbol) for symbol in code.split()])
                if not all(0 <= symbol < config.symbols for symbol in symbols.tolist()):
                    raise ValueError
                return symbols.view(config.slots)
            numbers = torch.tensor([float(number) for number in code.split()])
            if not torch.isfinite(numbers).all():
                raise ValueError
            return numbers.view(self._stored_slots, config.size)
        except (ValueError, KeyError, RuntimeError, OverflowError) as error:
            raise DataError(
                f"code {position}: must be {self._form()}, found {code[:40]!r}. Give codes that "
                "`summ encode` wrote with this model."
            ) from error

    def _form(self) -> str:
        """What a code of this model looks like."""
        config = self._config
        match config.kind:
            case "binary":
                return f"{config.slots * config.bits} of the digits 0 and 1"
            case "one-hot" | "vq":
                return f"{config.slots} numbers from 0 to {config.symbols - 1}"
            case _:
                return f"{self._stored_slots * config.size} numbers"

    @property
    def _stored_slots(self) -> int:
        config = self._config
        return config.stored_slots if config.kind == "styled" else config.slots


def written(code: Shaped[Tensor, "H ..."]) -> str:
    """A code as text."""
    values = code.flatten().tolist()
    if code.dtype == torch.bool:
        return "".join("1" if bit else "0" for bit in values)
    return " ".join(
        f"{value:.{_DIGITS}g}" if code.is_floating_point() else str(value) for value in values
    )


def codes_between(
    one: Shaped[Tensor, "H ..."], other: Shaped[Tensor, "H ..."], steps: int
) -> Shaped[Tensor, "S H ..."]:
    """Codes at even distances from one to the other, both included.

    Numbers go in a straight line.  Of bits and symbols, more and more are those of the other code,
    in their order; nothing lies between two of them.
    """
    shares = torch.arange(steps) / (steps - 1)
    if one.is_floating_point():
        weights = shares.view(-1, *[1] * one.dim())
        # As a sum of both, so that both ends are exact.
        return (1 - weights) * one + weights * other
    differ = (one != other).flatten()
    turn = differ.long().cumsum(0)
    rows = [
        torch.where(
            turn <= math.floor(float(share) * int(turn[-1]) + 0.5), other.flatten(), one.flatten()
        )
        for share in shares
    ]
    return torch.stack(rows).view(steps, *one.shape)
