"""How much of a document is read: a text without end must not take all of the memory."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from summ.commands.terminal import SHOWN_WARNINGS, say
from summ.text.words import is_unsegmented

if TYPE_CHECKING:
    from summ.data.readers import Record

_TOKEN = re.compile(r"\S+")


class DocumentLimit:
    """Leaves out what stands behind so many words of a document, and says so.

    Attributes:
        cut: positions of the documents that were cut, counted from 0.
    """

    def __init__(self, words: int) -> None:
        self.words = words
        self.cut: set[int] = set()

    def records(self, records: Iterable[Record]) -> Iterator[Record]:
        """The records, none with more words than allowed."""
        for position, record in enumerate(records):
            end = end_of_words(record.text, self.words)
            if not record.text[end:].strip():
                yield record
                continue
            self.cut.add(position)
            if len(self.cut) <= SHOWN_WARNINGS:
                say(
                    f"warning: {record.id or f'document {position + 1}'}: longer than "
                    f"{self.words:,} words. Only those are read; see --max-document."
                )
            yield replace(record, text=record.text[:end])
        if len(self.cut) > SHOWN_WARNINGS:
            say(f"warning: {len(self.cut)} documents are longer in all.")


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
