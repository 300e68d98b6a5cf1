"""Tables of words, written as running text."""

from __future__ import annotations


def table(words: str) -> frozenset[str]:
    """The whitespace-separated words."""
    return frozenset(words.split())
