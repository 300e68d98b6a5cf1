"""The summary of a text: what users get.  Nothing slow is imported for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Method = Literal["kept", "extracted", "compressed", "cut"]
Style = Literal["auto", "headline", "sentence"]


@dataclass(frozen=True)
class Summary:
    """One summary as the user gets it.

    Attributes:
        text: the summary.
        words: its length, in whitespace-separated words (characters for unsegmented scripts).
        log_prob: of the drawn pieces under the compressor, in nats, summed over all parts;
            0.0 where the text was short enough to be returned as it is.
        truncated: True when part of the document was not read or no end mark was reached.
        id: the record's own identifier, or its position in the input.
        method: how it came about: ``kept``, the text was short enough; ``extracted``, whole
            sentences of it; ``compressed``, at least one of them shortened; ``cut``, one of them
            only broken off, since nothing shorter was complete and likely enough.
        language: of the text (ISO 639-1); ``und`` where there is none.
        unlike_training: how unlike the text that the model has read this one is: the share of such
            text, in percent, that is less so; None where that is not known.
        support: of a summary of several texts, how many of them say what each of its sentences
            says; None of others.
    """

    text: str
    words: int
    log_prob: float
    truncated: bool
    id: str = ""
    method: Method = "compressed"
    language: str = "und"
    unlike_training: float | None = None
    support: tuple[int, ...] | None = None

    def __str__(self) -> str:
        return self.text
