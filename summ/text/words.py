"""What a *word* is when a user counts: whitespace decides, or the character where none is written.

``--words N`` and the reported lengths use this one definition.  Text in a script that puts no
spaces between its words (Chinese, Japanese, Thai, Lao, Khmer, Burmese, Tibetan) is counted by
characters; everything else by whitespace-separated words.
"""

from __future__ import annotations

import re

from summ.text.scripts import MARKS, UNSEGMENTED

_CHARACTER = re.compile(f"[{UNSEGMENTED}]")
_MARK = re.compile(f"[{MARKS}]")
_TOKEN = re.compile(r"\S+")


def is_unsegmented(text: str) -> bool:
    """Whether the text holds a character of a script that is written without spaces."""
    return not text.isascii() and _CHARACTER.search(text) is not None


def count_words(text: str) -> int:
    """Whitespace-separated words; those of an unsegmented script count one per character."""
    tokens = text.split()
    if not is_unsegmented(text):
        return len(tokens)
    return sum(len(token) if is_unsegmented(token) else 1 for token in tokens)


def cut_to_words(text: str, count: int) -> str:
    """The longest beginning of the text with at most ``count`` words, whitespace collapsed."""
    if not is_unsegmented(text):
        # The last item of a limited split is the unread rest of the text.
        return " ".join(text.split(None, count)[:count])
    kept: list[str] = []
    room = count
    for token in text.split():
        if room <= 0:
            break
        size = len(token) if is_unsegmented(token) else 1
        kept.append(token if size <= room else _cut_token(token, room))
        room -= size
    return " ".join(kept)


def end_of_words(text: str, count: int) -> int:
    """Where the first ``count`` words of a text end; its length if there are no more."""
    if len(text) <= count:
        return len(text)
    room = count
    for token in _TOKEN.finditer(text):
        size = len(token[0]) if is_unsegmented(token[0]) else 1
        if size > room:
            return token.start() + (room if size > 1 else 0)
        room -= size
    return len(text)


def _cut_token(token: str, room: int) -> str:
    """The longest beginning of a token that counts at most ``room`` words, ``room`` above 0."""
    first = _CHARACTER.search(token)
    # What stands before the first character without spaces is one word, however long.
    end = max(room, first.start() if first else 0)
    whole = end
    while whole and _MARK.match(token, whole):
        whole -= 1  # no character without its vowel
    return token[: whole or end]
