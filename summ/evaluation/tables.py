"""Tables of figures as plain text and as Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from summ.evaluation.markdown import escape_markdown

Style = Literal["plain", "markdown"]

_FIGURE = re.compile(r"[-+–]?[0-9.]*( (to|%|[-+–]?[0-9.]+))*")


def table(head: Sequence[str], rows: Sequence[Sequence[str]], style: Style = "plain") -> str:
    """A table with its columns aligned: the first to the left, the others to the right."""
    cells = [[_cell(cell, style) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    lines = [
        [
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        for row in cells
    ]
    if style == "plain":
        return "\n".join("  ".join(line).rstrip() for line in lines)
    rule = [
        "-" * width if column == 0 else "-" * (width - 1) + ":"
        for column, width in enumerate(widths)
    ]
    return "\n".join("| " + " | ".join(line) + " |" for line in (lines[0], rule, *lines[1:]))


def _cell(text: str, style: Style) -> str:
    """One line of text, which is no markup in Markdown; figures stay as they are."""
    collapsed = " ".join(text.split())
    is_name = style == "markdown" and _FIGURE.fullmatch(collapsed) is None
    return escape_markdown(collapsed) if is_name else collapsed
