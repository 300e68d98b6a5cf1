"""Lines of bytes, of which none may fill the memory: a compressed kilobyte can hold a gigabyte."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

MOST_BYTES = 1 << 24  # of a line or of a document: 16 MiB, some three million words
_CHUNK = 1 << 16


def bounded_lines(stream: IO[bytes], most: int = MOST_BYTES) -> Iterator[tuple[bytes, bool]]:
    """The lines of a stream with their ends, and whether each is whole.

    Of a longer line than ``most`` bytes only the beginning is returned; the rest is read and
    forgotten.
    """
    while line := stream.readline(most + 1):
        whole = len(line) <= most
        yield line if whole else line[:_CHUNK], whole
        while not whole and line and not line.endswith(b"\n"):
            line = stream.readline(_CHUNK)
