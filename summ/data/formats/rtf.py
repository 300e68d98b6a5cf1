"""Rich text (.rtf), without deleted passages, page heads and notes."""

from __future__ import annotations

import re

# Groups whose text is not shown in the body.
_HIDDEN = re.compile(
    r"\{\\(?:\*\\)?(?:deleted|header[lrf]?|footer[lrf]?|footnote|annotation|v|info|pict|xe|tc)\b"
)


def rtf_text(data: bytes) -> str:
    """The paragraphs, a blank line between them."""
    from striprtf.striprtf import rtf_to_text

    source = _without_hidden(data.decode("latin-1"))
    text = str(rtf_to_text(source, errors="replace"))
    return "\n\n".join(line.strip() for line in text.split("\n") if line.strip())


def _without_hidden(source: str) -> str:
    """The source without the groups that are not shown."""
    kept: list[str] = []
    place = 0
    while found := _HIDDEN.search(source, place):
        kept.append(source[place : found.start()])
        place = _end_of_group(source, found.start())
    return "".join([*kept, source[place:]])


def _end_of_group(source: str, start: int) -> int:
    """Behind the brace that closes the group which begins at ``start``."""
    depth = 0
    for brace in re.finditer(r"\\[{}\\]|[{}]", source[start:]):
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
        if depth == 0:
            return start + brace.end()
    return len(source)
