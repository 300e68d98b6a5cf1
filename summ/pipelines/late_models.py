"""Models that are read when the first text needs them.

Of the models behind one summary most texts need one only, and what reads a model's folder takes
longer than what the model does with a text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from summ.networks.model_folder import read_manifest
from summ.pipelines.compressed import Compressed, ReadingRoom, SentenceCompressor
from summ.pipelines.decoding_options import DecodingOptions
from summ.text.vocabulary import Vocabulary

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from summ.families.summarizer.model import SummaryModel
    from summ.pipelines.embed import SentenceEncoder


@runtime_checkable
class SentenceShortener(Protocol):
    """What the summarizer needs to shorten sentences that shall remain sentences."""

    def shorten(
        self, texts: Sequence[str], words: Sequence[int], decoding: DecodingOptions
    ) -> list[Compressed]:
        """Each text in at most so many words."""


class LateCompressor:
    """The compressor of a summarizer; only its vocabulary is read at once."""

    def __init__(self, folder: Path, load: Callable[[], SummaryModel]) -> None:
        """A compressor.

        Args:
            folder: of the model.
            load: reads it.

        Raises:
            CheckpointError: there is no model in the folder, or its vocabulary is damaged.
        """
        most = int(read_manifest(folder).settings["max_document"])
        self._room = ReadingRoom(Vocabulary.load(folder / "vocabulary"), most)
        self._load = load

    @property
    def longest(self) -> int:
        return self._room.longest

    def fits(self, text: str) -> bool:
        return self._room.fits(text)

    def compress(
        self, texts: Sequence[str], budgets: Sequence[int], decoding: DecodingOptions
    ) -> list[Compressed]:
        return self._compressor.compress(texts, budgets, decoding)

    @cached_property
    def _compressor(self) -> SentenceCompressor:
        from summ.pipelines.compress import ModelCompressor

        return ModelCompressor(self._load())


class LateShortener:
    """A shortener of English sentences."""

    def __init__(self, folder: Path | None, device: str) -> None:
        """A shortener.

        Args:
            folder: of the model; None is the one that ships with summ.
            device: where it computes.
        """
        self._folder = folder
        self._device = device

    def shorten(
        self, texts: Sequence[str], words: Sequence[int], decoding: DecodingOptions
    ) -> list[Compressed]:
        return self._shortener.shorten(texts, words, decoding)

    def load(self) -> None:
        """Reads the model now, so that the first text need not wait.

        Raises:
            CheckpointError: the folder is missing or damaged.
        """
        _ = self._shortener

    @cached_property
    def _shortener(self) -> SentenceShortener:
        from summ.families.shortener.model import load_shortener
        from summ.pipelines.shorten import Shortener

        return Shortener(load_shortener(self._folder, self._device))


class LateEncoder:
    """A sentence model, which the first long document needs."""

    def __init__(self, folder: Path, device: str) -> None:
        self._folder = folder
        self._device = device

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._encoder.encode(texts)

    @cached_property
    def _encoder(self) -> SentenceEncoder:
        from summ.pipelines.embed import SentenceEncoder

        return SentenceEncoder.load(self._folder, self._device)
