"""Compressed sentences, and what the summarizer needs of whatever compresses them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from summ.pipelines.decoding_options import DecodingOptions
from summ.summary import Method
from summ.text.vocabulary import Vocabulary

# No vocabulary of summ has longer pieces; with the space between words.
_LONGEST_PIECE = 17
_PIECES_PER_WORD = 1.3


@dataclass(frozen=True)
class Compressed:
    """A shortened text.

    Attributes:
        text: at most as many words as its budget; never blank unless the source was.
        log_prob: of the chosen pieces under the compressor, in nats.
        truncated: True when part of the source was not read or no end mark was reached.
        method: how it came about, as in ``Summary``.
    """

    text: str
    log_prob: float
    truncated: bool
    method: Method = "compressed"


@runtime_checkable
class SentenceCompressor(Protocol):
    """What the summarizer needs of a model."""

    @property
    def longest(self) -> int:
        """Words of a source that is read whole, as a rule."""

    def fits(self, text: str) -> bool:
        """Whether a text is read whole."""

    def compress(
        self, texts: Sequence[str], budgets: Sequence[int], decoding: DecodingOptions
    ) -> list[Compressed]:
        """Shortens each text to at most its budget of words."""


@dataclass(frozen=True)
class ReadingRoom:
    """How much of a text a model can read.

    Attributes:
        vocabulary: that cuts it into pieces.
        max_document: the most pieces, the end mark included.
    """

    vocabulary: Vocabulary
    max_document: int

    @property
    def pieces(self) -> int:
        """The most pieces, without the end mark."""
        return self.max_document - 1

    @property
    def characters(self) -> int:
        """More characters than can be read."""
        return self.pieces * _LONGEST_PIECE

    @property
    def longest(self) -> int:
        """Words of a source that is read whole, as a rule."""
        return max(1, int(self.pieces / _PIECES_PER_WORD))

    def fits(self, text: str) -> bool:
        """Whether a text is read whole."""
        if len(text) > self.characters:
            return False
        return len(self.vocabulary.encode([text])[0]) <= self.pieces
