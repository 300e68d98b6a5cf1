"""Putting a tokenised text together: marks and clitics at their words, and digits for ``#``."""

from __future__ import annotations

from collections.abc import Sequence

from summ.text.folding import CLOSING, OPENING, Folded

_ANY_DIGIT = "5"


def put_together(source: Folded, places: Sequence[int] | None = None) -> str:
    """A tokenised text as somebody would write it; folded, it has the tokens it had.

    Args:
        source: the text; its surfaces are kept but for brackets and quotation marks.
        places: of the words that are wanted; by default all.
    """
    parts: list[str] = []
    apart, quoting = False, False
    for place in range(len(source.tokens)) if places is None else places:
        token, surface = source.tokens[place], source.surfaces[place]
        left = token in CLOSING
        if token == '"':
            left, quoting = quoting, not quoting
        if token == "." and parts and parts[-1].endswith("."):
            continue  # an abbreviation has it already
        if parts and apart and not left:
            parts.append(" ")
        parts.append(surface if len(surface) == len(token) else token)
        apart = token not in OPENING and not (token == '"' and quoting)
    text = "".join(parts)
    return text if any(map(str.isdigit, text)) else text.replace("#", _ANY_DIGIT)
