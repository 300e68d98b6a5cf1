"""A source and a line within it, as a shortener learns from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LinePair:
    """A source, and a line within it.

    Attributes:
        kind: what the pair teaches.
    """

    text: str
    summary: str
    kind: str
