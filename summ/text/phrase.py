"""A phrase that can be left out of its sentence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Phrase:
    """Words of a sentence that can be left out.

    Attributes:
        start, end: the words ``start`` to ``end - 1``.
        kind: of phrase.
        cost: how much is lost; a phrase of low cost goes first.
    """

    start: int
    end: int
    kind: str
    cost: float
