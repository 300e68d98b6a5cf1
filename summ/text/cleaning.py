"""Cleaning: from a text as people have it to the text that is to be summarized.

In this order: characters, letters and e-mail, chats, logs, minutes, tables, page furniture,
datelines, words divided at line ends, lists.  Each step is a function of its own file; news prose
passes unchanged.
"""

from __future__ import annotations

import re

from summ.text.boilerplate import strip_furniture, without_references
from summ.text.characters import mend_characters
from summ.text.datelines import strip_dateline
from summ.text.line_breaks import join_divided_words
from summ.text.lists_and_tables import drop_tables, separate_items

_LINE_END = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")


def clean(text: str) -> str:
    """The text without what surrounds it; never blank unless the text is.

    >>> clean("OSLO (Reuters) - The port of Vardo closed.\\n\\nShare this article")
    'The port of Vardo closed.'
    """
    mended = mend_characters(text)
    if "\n" not in mended and "\r" not in mended:
        cleaned = strip_dateline(strip_furniture([mended])[0])
        return cleaned if cleaned.strip() else text
    cleaned = _clean_lines(_LINE_END.sub("\n", mended))
    return cleaned if any(map(str.isalnum, cleaned)) else text


def _clean_lines(text: str) -> str:
    # Their expressions take longer to compile than a text of one line takes to clean.
    from summ.text.chats import chat_turns
    from summ.text.letters import letter_body
    from summ.text.logs import log_entries
    from summ.text.minutes import without_meeting

    lines = letter_body(text).split("\n")
    turns = chat_turns(lines)
    if turns is not None:
        return "\n\n".join(turn.text for turn in turns)
    entries = log_entries(lines)
    if entries is not None:
        return "\n\n".join(entries)
    lines = strip_furniture(drop_tables(without_references(without_meeting(lines))))
    lines = separate_items(join_divided_words("\n".join(lines)).split("\n"))
    first = next((place for place, line in enumerate(lines) if line.strip()), None)
    for place in _paragraph_starts(lines):
        # A dateline stands before the first paragraph; a heading may stand before that.
        shorter = strip_dateline(lines[place])
        if shorter != lines[place]:
            lines[place] = shorter
            break
    return "" if first is None else re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _paragraph_starts(lines: list[str]) -> list[int]:
    """The first lines of the first few paragraphs."""
    starts = [
        place
        for place, line in enumerate(lines)
        if line.strip() and (place == 0 or not lines[place - 1].strip())
    ]
    return starts[:3]
