"""What stands between an opening and its closing, taken out in linear time.

A pattern ``opening.*?closing`` looks to the end of the text from every opening that is never
closed; half a megabyte of those takes minutes.
"""

from __future__ import annotations

import re


def without_enclosed(
    text: str, opening: re.Pattern[str], closing: re.Pattern[str], put: str = ""
) -> str:
    """The text without each stretch from an opening to the next closing, both included.

    Args:
        put: what takes its place.
    """
    kept: list[str] = []
    start = 0
    while (first := opening.search(text, start)) and (last := closing.search(text, first.end())):
        kept += [text[start : first.start()], put]
        start = last.end()
    return "".join([*kept, text[start:]])
