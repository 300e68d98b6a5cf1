"""Cells of tables: which of them hold text of the document."""

from __future__ import annotations

_CELL_WORDS = 8  # of a cell that is text


def is_short_cell(text: str) -> bool:
    """Whether a cell of a table holds no sentence."""
    return len(text.split()) < _CELL_WORDS and not text.strip().endswith((".", "!", "?"))
