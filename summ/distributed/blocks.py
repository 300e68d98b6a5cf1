"""The block plan: which records of which files become which part of the output.

A block is some thousand consecutive records.  Files of lines (text with ``--lines``, .jsonl) are
divided at the ends of lines; any other file is read whole.  The plan knows how many records stand
before each block, so that whoever works on it numbers them as one process would.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import fsspec
import numpy as np

from summ.data.formats.kinds import HEAD_BYTES, InputFormat, Kind, kind_of
from summ.data.formats.unpacking import packing_of, packing_of_bytes
from summ.data.formats.wide_text import is_wide
from summ.data.readers import Errors, OnError, Record, expand_inputs, read_records
from summ.data.record import printable
from summ.errors import DataError
from summ.text.words import end_of_words

_CHUNK = 1 << 23  # bytes, of a file whose lines are counted
_MOST_BYTES = 1 << 24  # of a block, however few its lines are
_OF_RECORDS = {"jsonl", "json", "csv", "tsv", "parquet"}


@dataclass(frozen=True)
class Piece:
    """Consecutive lines of a file, or all of it.

    Attributes:
        name: of the file: a path as it was given, or a URL.
        start, end: where the lines begin and end, in bytes; no ``end``: the whole file.
        lines_before: lines of the file that stand before them.
        kind: of the lines.
    """

    name: str
    start: int = 0
    end: int | None = None
    lines_before: int = 0
    kind: InputFormat = "auto"


@dataclass(frozen=True)
class Block:
    """Consecutive records.

    Attributes:
        number: from 0, of its part of the output, too.
        first: records before it.
        records: in it.
        pieces: where they are.
    """

    number: int
    first: int
    records: int
    pieces: tuple[Piece, ...]

    @staticmethod
    def of(stored: Mapping[str, Any]) -> Block:
        """A block that was stored as JSON, by its fields."""
        return Block(**{**stored, "pieces": tuple(Piece(**one) for one in stored["pieces"])})


@dataclass(frozen=True)
class Reading:
    """How files are read: the options of the command of that name.

    Attributes:
        folder: from which relative names go out.
        max_document: the most words of a document that are read.
    """

    folder: str
    lines: bool = False
    field: str = "text"
    errors: Errors = "strict"
    on_error: OnError = "fail"
    input_format: InputFormat = "auto"
    max_document: int | None = None

    def open(self, name: str) -> IO[bytes]:
        """A file's bytes.

        Raises:
            DataError: there is none, or no library for such URLs.
        """
        try:
            return fsspec.open(self._url(name), "rb").open()
        except (OSError, ImportError, ValueError) as error:
            raise _unreadable(name, error) from error

    def state(self, name: str) -> list[str]:
        """Size and time of a file, which change with its content.

        Raises:
            DataError: as for ``open``.
        """
        try:
            system, path = fsspec.core.url_to_fs(self._url(name))
            found = system.info(path)
        except (OSError, ImportError, ValueError) as error:
            raise _unreadable(name, error) from error
        times = (found.get(key) for key in ("mtime", "LastModified", "updated", "ETag"))
        return [str(found.get("size")), str(next(filter(None, times), ""))]

    def _url(self, name: str) -> str:
        return name if "://" in name else Path(self.folder, name).as_uri()

    def records(self, piece: Piece) -> Iterator[Record]:
        """The records of a piece, not yet numbered."""
        with self.open(piece.name) as file:
            stream, name = file, piece.name
            if piece.end is not None:
                file.seek(piece.start)
                stream = io.BytesIO(file.read(piece.end - piece.start))
                if piece.lines_before:
                    name = f"{name} after line {piece.lines_before}:"
            yield from read_records(
                Path(name),
                field=self.field,
                lines=self.lines,
                errors=self.errors,
                on_error=self.on_error,
                input_format=self.input_format if piece.end is None else piece.kind,
                stream=stream,
            )


def expand_names(names: Iterable[str]) -> list[str]:
    """The files that paths, globs and URLs mean, in the order given.

    Raises:
        DataError: one is standard input, or matches no file.
    """
    found: list[str] = []
    for name in names:
        if name == "-":
            raise DataError("stdin: several workers cannot share it. Give a FILE.")
        if "://" in name:
            try:
                matches = [file.full_name for file in fsspec.open_files(name, "rb")]
            except (OSError, ImportError, ValueError) as error:
                raise _unreadable(name, error) from error
            if not matches:
                raise DataError(f"{name}: no file matches. Check the pattern.")
            found += matches
        else:
            found += map(str, expand_inputs([name]))
    return found


def plan_blocks(names: Iterable[str], reading: Reading, size: int) -> list[Block]:
    """All records of all files in blocks of about ``size``.

    Files of lines are read once, to count these; other files of records, to count those.

    Raises:
        DataError: a file cannot be read.
    """
    blocks: list[Block] = []
    pieces: list[Piece] = []
    first = waiting = 0
    for name in names:
        for piece, records in _pieces(name, reading, size):
            pieces.append(piece)
            waiting += records
            if waiting >= size:
                blocks.append(Block(len(blocks), first, waiting, tuple(pieces)))
                first, waiting, pieces = first + waiting, 0, []
    if waiting:
        blocks.append(Block(len(blocks), first, waiting, tuple(pieces)))
    return blocks


def read_block(block: Block, reading: Reading) -> tuple[list[Record], set[int]]:
    """The records of a block, numbered, and the positions of those that were not read to the end.

    Raises:
        DataError: one cannot be read.
    """
    records: list[Record] = []
    cut: set[int] = set()
    for piece in block.pieces:
        for record in reading.records(piece):
            number, text = block.first + len(records) + 1, record.text
            if reading.max_document is not None:
                end = end_of_words(text, reading.max_document)
                if text[end:].strip():
                    text = text[:end]
                    cut.add(len(records))
            # A file that is one document is known by its name, of which a path makes s3:/bucket.
            named = printable(piece.name) if record.id and record.fields is None else record.id
            records.append(replace(record, id=named or str(number), text=text))
    return records, cut


def _unreadable(name: str, error: Exception) -> DataError:
    reason = " ".join(str(error).split())[:160]
    return DataError(f"{name}: cannot be read ({reason}). Check the name.")


def _pieces(name: str, reading: Reading, size: int) -> Iterator[tuple[Piece, int]]:
    """A file in pieces, of ``size`` records where it can be divided, and how many each has."""
    with reading.open(name) as stream:
        head = stream.read(HEAD_BYTES)
    packed = bool(packing_of(Path(name)) or packing_of_bytes(head)) or is_wide(head)
    kind: Kind | None = None
    if not packed:
        base = name.rsplit("/", 1)[-1]
        kind = kind_of(base, head, reading.field, reading.lines, reading.input_format)
    if kind == "jsonl" or (kind == "text" and reading.lines):
        start = lines = 0
        with reading.open(name) as stream:
            for end, count in _ends(stream, size):
                yield Piece(name, start, end, lines, kind), count
                start, lines = end, lines + count
    elif packed or kind in _OF_RECORDS:
        whole = Piece(name)
        yield whole, sum(1 for _ in reading.records(whole))
    else:
        yield Piece(name), 1


def _ends(stream: IO[bytes], size: int) -> Iterator[tuple[int, int]]:
    """Where every ``size`` lines end, or fewer that have many bytes, and how many they are."""
    start = position = lines = 0  # lines and bytes since the last end
    ended = True
    while chunk := stream.read(_CHUNK):
        ends = np.flatnonzero(np.frombuffer(chunk, np.uint8) == ord("\n")) + 1 + position
        position += len(chunk)
        ended = chunk.endswith(b"\n")
        taken = 0
        while taken < len(ends):
            full = taken + size - lines - 1
            heavy = int(np.searchsorted(ends, start + _MOST_BYTES))
            last = max(taken, min(full, heavy))
            if last >= len(ends):
                lines += len(ends) - taken
                break
            yield int(ends[last]), lines + last + 1 - taken
            start, lines, taken = int(ends[last]), 0, last + 1
    lines += not ended
    if lines:
        yield position, lines
