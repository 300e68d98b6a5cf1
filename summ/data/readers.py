"""Readers: from files, globs and standard input to a stream of records, in bounded memory.

A file is one document unless ``lines`` makes each line one, or its name ends in ``.jsonl`` or
``.csv`` (a record each).  ``.html``, ``.pdf`` and ``.docx`` are read through the libraries of the
extra ``files`` (see documents.py).  Any of them may be gzipped (``.gz``).  Count and order are
kept: a blank line is a record with no text.
"""

from __future__ import annotations

import csv
import glob
import gzip
import io
import json
import os
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, cast

from summ.data.documents import FORMATS, document_text
from summ.data.lines import MOST_BYTES, bounded_lines
from summ.errors import DataError

Input = Path | Literal["-"]
Errors = Literal["strict", "replace"]
OnError = Literal["fail", "skip"]

_BOM = b"\xef\xbb\xbf"
_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")
_SHOWN_FIELDS = 12
_SHOWN_CHARACTERS = 40


@dataclass(frozen=True)
class Record:
    """One text to be read.

    Attributes:
        id: the record's own ``id`` field, or the file's name if the file is one document
            (``stdin`` for standard input); otherwise empty.
        text: with LF line ends; blank if the line or file was.
    """

    id: str
    text: str


@dataclass(frozen=True)
class _Place:
    """Where reading stands, and what to do with what cannot be read."""

    name: str
    errors: Errors
    on_error: OnError
    on_skip: Callable[[str], None] | None

    def refuse(self, error: DataError) -> None:
        """Raises, or reports the record as skipped."""
        if self.on_error == "fail":
            raise error
        if self.on_skip is not None:
            self.on_skip(str(error))

    def line(self, number: int) -> str:
        return f"{self.name} line {number}"


def expand_inputs(patterns: list[str]) -> list[Input]:
    """The files that names and globs mean, in the order given; ``-`` is standard input.

    Raises:
        DataError: a pattern matches no file.
    """
    inputs: list[Input] = []
    for pattern in patterns:
        if pattern == "-":
            inputs.append("-")
        elif not glob.has_magic(pattern) or os.path.lexists(pattern):
            inputs.append(Path(pattern))
        else:
            # Path.glob takes no absolute patterns.
            names = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207
            files = [Path(name) for name in names if not Path(name).is_dir()]
            if not files:
                raise DataError(f"{pattern}: no file matches. Check the pattern and the folder.")
            inputs.extend(files)
    return inputs


def read_records(
    path: Input,
    *,
    field: str = "text",
    lines: bool = False,
    errors: Errors = "strict",
    on_error: OnError = "fail",
    on_skip: Callable[[str], None] | None = None,
    stream: IO[bytes] | None = None,
) -> Iterator[Record]:
    """The records of one input, one at a time.

    Args:
        path: a file, or ``-`` for standard input, which is read as plain text.
        field: where .jsonl and .csv records hold their text.
        lines: whether each line of a plain text is a record.
        errors: what to do with bytes that are not UTF-8: refuse them, or put U+FFFD.
        on_error: whether a record that cannot be read ends the reading or is left out; a file
            that cannot be read at all counts as one.
        on_skip: called with *where: what is wrong* for each record left out.
        stream: the bytes of the file, if it is not to be opened; ``path`` then only names it.

    Raises:
        DataError: with ``fail``, the first thing that cannot be read; names file and line.
    """
    name = "stdin" if path == "-" else _printable(str(path))
    place = _Place(name, errors, on_error, on_skip)
    try:
        with _open(path, stream) as opened:
            yield from _records(opened, _kind(path), place, field, lines)
    except DataError as error:
        place.refuse(error)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        place.refuse(DataError(f"{name}: damaged gzip file ({error}). Get the file again."))
    except OSError as error:
        place.refuse(_unreadable(path, name, error))


def _records(
    stream: IO[bytes], kind: str, place: _Place, field: str, lines: bool
) -> Iterator[Record]:
    """The records of an open file."""
    if kind in FORMATS:
        yield Record(place.name, _encodable(document_text(stream, kind, place.name), place))
    elif kind == ".jsonl":
        yield from _json_records(stream, place, field)
    elif kind == ".csv":
        yield from _csv_records(stream, place, field)
    elif lines:
        for _, text in _text_lines(stream, place):
            yield Record("", text)
    else:
        # A document with a bad line is refused as a whole.
        whole = _Place(place.name, place.errors, "fail", None)
        yield Record(place.name, "\n".join(_bounded(_text_lines(stream, whole), place.name)))


def _bounded(lines: Iterator[tuple[int, str]], where: str) -> Iterator[str]:
    """The lines of one document, which together may not be too long either."""
    characters = 0
    for _, text in lines:
        characters += len(text) + 1
        if characters > MOST_BYTES:
            raise _too_long(where)
        yield text


def _too_long(where: str) -> DataError:
    return DataError(
        f"{where}: longer than {MOST_BYTES >> 20} MiB. Split it into documents, one a line with "
        "--lines."
    )


def _text_lines(stream: IO[bytes], place: _Place) -> Iterator[tuple[int, str]]:
    """Decoded lines without their ends, with their numbers; only LF and CRLF end a line."""
    offset = 0
    for number, (line, whole) in enumerate(bounded_lines(stream), start=1):
        raw = line.removeprefix(_BOM) if number == 1 else line
        start = offset + len(line) - len(raw)
        offset += len(line)
        if number == 1 and raw.startswith(_WIDE_BOMS):
            raise DataError(f"{place.name}: UTF-16 text. Convert it to UTF-8.")
        if b"\0" in raw:
            found = start + raw.index(b"\0")
            error = DataError(
                f"{place.line(number)}: binary data, found a zero byte at offset {found}. "
                "Give a text file."
            )
            if number == 1:
                raise error  # no text file at all
            place.refuse(error)
            continue
        if not whole:
            place.refuse(_too_long(place.line(number)))
            continue
        try:
            text = raw.decode("utf-8", place.errors)
        except UnicodeDecodeError as error:
            place.refuse(
                DataError(
                    f"{place.line(number)}: not UTF-8, found byte 0x{raw[error.start]:02x} at "
                    f"offset {start + error.start} of the file. Convert the file, or use "
                    "--errors replace."
                )
            )
            continue
        yield number, text.removesuffix("\n").removesuffix("\r")


def _json_records(stream: IO[bytes], place: _Place, field: str) -> Iterator[Record]:
    """One object a line; a blank line is a record with no text."""
    for number, line in _text_lines(stream, place):
        if not line.strip():
            yield Record("", "")
            continue
        try:
            yield _json_record(line, place.line(number), place, field)
        except DataError as error:
            place.refuse(error)


def _json_record(line: str, where: str, place: _Place, field: str) -> Record:
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        raise DataError(
            f"{where}: not JSON ({error.msg} at character {error.pos + 1}). "
            "A .jsonl file holds one object a line."
        ) from error
    except (RecursionError, ValueError) as error:  # nested too deep; a number of 5,000 digits
        raise DataError(f"{where}: not JSON that can be read ({error}). Mend the line.") from error
    if not isinstance(record, dict):
        kind = type(record).__name__
        raise DataError(f'{where}: must be an object like {{"{field}": "..."}}, found a {kind}.')
    if field not in record:
        raise _no_field(where, field, list(record))
    text = record[field]
    if not isinstance(text, str):
        kind = "null" if text is None else type(text).__name__
        raise DataError(f'{where}: field "{field}" must be a string, found {kind}. Use --field.')
    own = record.get("id")
    id_ = own if isinstance(own, str) else "" if own is None else json.dumps(own)
    return Record(_encodable(id_, place, where), _encodable(text, place, where))


def _csv_records(stream: IO[bytes], place: _Place, field: str) -> Iterator[Record]:
    """One row each, after a header line that names the columns."""
    # Process-wide, but the only way to read a long text; the default is 131,072 characters.
    csv.field_size_limit(MOST_BYTES)
    # Rows may run over lines, so a bad line cannot be skipped alone.
    strict = _Place(place.name, place.errors, "fail", None)
    rows = csv.reader((text + "\n" for _, text in _text_lines(stream, strict)), strict=True)
    header: list[str] | None = None
    while True:
        first = rows.line_num + 1
        try:
            row = next(rows, None)
        except csv.Error as error:
            raise DataError(f"{place.line(first)}: not CSV ({error}). Mend the row.") from error
        if row is None:
            return
        if header is None:
            header = row
            if field not in header:
                raise _no_field(f"{place.line(first)} (the header)", field, header)
            continue
        if row and len(row) != len(header):
            place.refuse(
                DataError(
                    f"{place.line(first)}: must have {len(header)} columns like the header, "
                    f"found {len(row)}. Quote commas inside a text."
                )
            )
            continue
        values = dict(zip(header, row, strict=False))
        yield Record(values.get("id", ""), values.get(field, ""))


def _no_field(where: str, field: str, found: list[str]) -> DataError:
    shown = [" ".join(_printable(name).split())[:_SHOWN_CHARACTERS] for name in found]
    more = ", ..." if len(shown) > _SHOWN_FIELDS else ""
    listed = (", ".join(shown[:_SHOWN_FIELDS]) or "none") + more
    return DataError(f'{where}: no field "{field}" (found: {listed}). Use --field.')


def _encodable(text: str, place: _Place, where: str = "") -> str:
    """The text, free of half surrogates, which JSON escapes can spell and UTF-8 cannot."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        if place.errors == "strict":
            raise DataError(
                f"{where or place.name}: half a surrogate pair at character {error.start + 1}. "
                "Mend the text, or use --errors replace."
            ) from error
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _printable(name: str) -> str:
    """A file's name as it can be written to a UTF-8 stream."""
    return os.fsencode(name).decode("utf-8", "replace")


def _kind(path: Input) -> str:
    """The file type by its name, ``.gz`` aside; plain text if it says nothing."""
    if path == "-":
        return ".txt"
    return Path(path.name.lower().removesuffix(".gz")).suffix


def _open(path: Input, stream: IO[bytes] | None) -> AbstractContextManager[IO[bytes]]:
    """The bytes of an input, unpacked; standard input stays open afterwards."""
    if stream is not None:
        packed = str(path).lower().endswith(".gz")
        return nullcontext(cast("IO[bytes]", gzip.open(stream, "rb")) if packed else stream)
    if path == "-":
        if sys.stdin is None:
            raise DataError("stdin: closed. Give a FILE.")
        return nullcontext(sys.stdin.buffer)
    if path.name.lower().endswith(".gz"):
        return closing(cast("IO[bytes]", gzip.open(path, "rb")))
    return io.BufferedReader(io.FileIO(path, "rb"), buffer_size=1 << 18)


def _unreadable(path: Input, name: str, error: OSError) -> DataError:
    """What an error of the operating system means to the user."""
    if isinstance(error, IsADirectoryError):
        return DataError(f"{name}: a directory. Give its files, for example '{name}/*.txt'.")
    if isinstance(error, FileNotFoundError):
        return DataError(f"{name}: no such file. Check the name.")
    if isinstance(error, PermissionError):
        return DataError(f"{name}: may not be read (permission denied). Check its permissions.")
    return DataError(f"{name}: cannot be read ({error.strerror or error}). Check the file.")
