"""Windows: consecutive records that are worked on together, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from summ.data.readers import Record

# Enough records that sentences of like length can share a batch.
_RECORDS = 2_048
_CHARACTERS = 4_000_000


def windows(records: Iterable[Record]) -> Iterator[list[Record]]:
    """Consecutive records, limited in number and in characters; none is empty."""
    window: list[Record] = []
    characters = 0
    for record in records:
        window.append(record)
        characters += len(record.text)
        if len(window) == _RECORDS or characters >= _CHARACTERS:
            yield window
            window, characters = [], 0
    if window:
        yield window
