"""How much of a document is read: a text without end must not take all of the memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from summ.commands.terminal import SHOWN_WARNINGS, say
from summ.text.words import end_of_words

if TYPE_CHECKING:
    from summ.data.readers import Record


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
            text = self._read(position, record.id, record.text)
            yield record if text is record.text else replace(record, text=text)
        self._say_how_many()

    def texts(self, texts: Sequence[str]) -> list[str]:
        """The same for texts without a name."""
        read = [self._read(position, "", text) for position, text in enumerate(texts)]
        self._say_how_many()
        return read

    def _read(self, position: int, name: str, text: str) -> str:
        """What is read of one document."""
        end = end_of_words(text, self.words)
        if not text[end:].strip():
            return text
        self.cut.add(position)
        if len(self.cut) <= SHOWN_WARNINGS:
            say(
                f"warning: {name or f'document {position + 1}'}: longer than {self.words:,} words. "
                "Only those are read; see --max-document."
            )
        return text[:end]

    def _say_how_many(self) -> None:
        if len(self.cut) > SHOWN_WARNINGS:
            say(f"warning: {len(self.cut)} documents are longer in all.")
