"""The embedder: texts of any kind and number in, sentence vectors of length 1 out.

Axes: N texts, D width of a vector.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Bool, Float32, UInt8

from summ.data.windows import windows
from summ.families.sentence.model import (
    SentenceModel,
    SentenceSettings,
    load_sentence_model,
)
from summ.pipelines.arguments import whole_number
from summ.pipelines.device import chosen_device
from summ.pipelines.texts import as_records
from summ.pretrained import find_model
from summ.types import Tokens

# More characters than a piece has, so that what a model will not read is not tokenised.
_CHARACTERS_A_PIECE = 32


@dataclass(frozen=True)
class Embedded:
    """The vectors of some texts.

    Attributes:
        vectors: of length 1; zeros where the text is blank.
        blank: texts without any piece.
        truncated: texts of which the model reads only the beginning.
        bits: of the model's binary code, eight to a byte, the first in the highest bit; zeros
            where the text is blank.  None if the model has no such code.
    """

    vectors: Float32[np.ndarray, "N D"]
    blank: Bool[np.ndarray, " N"]
    truncated: Bool[np.ndarray, " N"]
    bits: UInt8[np.ndarray, "N P"] | None = None


@dataclass(frozen=True)
class _Pieces:
    """The pieces of one text that a model reads, without the end mark."""

    ids: list[int]
    truncated: bool


class SentenceEncoder:
    """Turns texts into vectors whose inner product is their cosine similarity.

    The first ``settings.max_pieces`` pieces of a text are read.  Its vector does not depend on the
    other texts or the batch size (beyond rounding, about 1e-6).
    """

    def __init__(self, model: SentenceModel) -> None:
        self._model = model
        self._device = next(model.encoders.parameters()).device
        # The end mark takes one place.
        self._room = model.settings.max_pieces - 1

    @staticmethod
    def load(path: Path | str | None = None, device: str | None = None) -> SentenceEncoder:
        """Loads a sentence model.

        Args:
            path: the folder of a model; by default the one that ships with summ.
            device: of torch, such as ``cpu`` or ``cuda:1``; by default a GPU if there is one.

        Raises:
            CheckpointError: the folder is missing, damaged or from another version.
        """
        chosen = chosen_device(device)
        folder = None if path is None else find_model(path)
        return SentenceEncoder(load_sentence_model(folder, chosen))

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return self._model.settings.dimension

    @property
    def settings(self) -> SentenceSettings:
        """The settings that the model was saved with."""
        return self._model.settings

    def describe(self) -> str:
        """What the vectors and codes are, in one line."""
        code = "" if self.bits is None else f"; a learned binary code of {self.bits} bits"
        return f"vectors of {self.dimension} numbers{code}"

    def words(self, text: str) -> list[str]:
        """The words of a text in the form in which the model reads them, without marks."""
        words = self._model.vocabulary.canonical(text).split()
        return [word for word in words if any(map(str.isalpha, word))]

    def encode(self, texts: Iterable[str], batch_size: int = 64) -> Float32[np.ndarray, "N D"]:
        """The vectors of texts, in their order; a blank text has a vector of zeros.

        Args:
            texts: sentences, or longer texts, of which only the beginning is read.
            batch_size: texts that are encoded at once; affects speed and memory only.

        Raises:
            TypeError: ``texts`` is one text, or one of them is no string.
            ArgumentError: the batch size is below 1.
        """
        empty = np.zeros((0, self.dimension), dtype=np.float32)
        parts = [
            self.embed([record.text for record in window], batch_size).vectors
            for window in windows(as_records(texts))
        ]
        return np.concatenate([empty, *parts])

    def embed(self, texts: Sequence[str], batch_size: int = 64) -> Embedded:
        """The same, with which texts were blank or too long; all are tokenised at once."""
        batch_size = whole_number("batch size", batch_size)
        pieces = self._read(texts)
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for places, words in self._batches(pieces, batch_size):
            with torch.inference_mode():
                vectors[places] = self._model.vectors(words.to(self._device)).cpu().numpy()
        blank = np.array([not piece.ids for piece in pieces], dtype=bool)
        truncated = np.array([piece.truncated for piece in pieces], dtype=bool)
        return Embedded(vectors, blank, truncated, self._bits(vectors, blank))

    @property
    def bits(self) -> int | None:
        """Bits of the model's binary code; None if it has none."""
        sizes = self.settings.codes.get("binary")
        return None if sizes is None else sizes["bits"]

    def _bits(
        self, vectors: Float32[np.ndarray, "N D"], blank: Bool[np.ndarray, " N"]
    ) -> UInt8[np.ndarray, "N P"] | None:
        """Packed codes of vectors."""
        if self.bits is None:
            return None
        with torch.inference_mode():
            slots = torch.from_numpy(vectors[:, None]).to(self._device)
            code = self._model.codes["binary"](slots)
        bits = code.bits[:, 0].cpu().numpy()
        bits[blank] = False
        return np.packbits(bits, axis=1)

    def _read(self, texts: Sequence[str]) -> list[_Pieces]:
        """The pieces of all texts, tokenised together."""
        heads = [self._head(text) for text in texts]
        rows = self._model.vocabulary.encode(heads)
        return [
            _Pieces(ids[: self._room], len(ids) > self._room or len(head) < len(text.strip()))
            for ids, head, text in zip(rows, heads, texts, strict=True)
        ]

    def _head(self, text: str) -> str:
        """Enough of a long text to fill ``max_pieces``."""
        longest = _CHARACTERS_A_PIECE * self.settings.max_pieces
        if len(text) <= longest:
            return text
        spaced = " ".join(text.split())
        return text if len(spaced) <= longest else spaced[:longest]

    def _batches(
        self, pieces: Sequence[_Pieces], batch_size: int
    ) -> Iterator[tuple[list[int], Tokens]]:
        """Texts of similar length together, to avoid padding; blank ones are left out."""
        marks = self._model.vocabulary
        places = [place for place, piece in enumerate(pieces) if piece.ids]
        places.sort(key=lambda place: len(pieces[place].ids), reverse=True)
        for start in range(0, len(places), batch_size):
            batch = places[start : start + batch_size]
            rows = [[*pieces[place].ids, marks.eos] for place in batch]
            yield batch, Tokens.from_lists(rows, marks.pad)
