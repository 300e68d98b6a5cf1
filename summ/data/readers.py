"""Readers: from files, globs and standard input to a stream of records, in bounded memory.

A file is one document unless ``lines`` makes each line one, or it holds records (.jsonl, .ndjson,
.json, .csv, .tsv, .parquet).  What the other kinds are and how they are recognised is in
``summ.data.formats``.  Any of them may be packed (.gz, .bz2, .xz, .zst), and what is text may be
UTF-16 with its mark.  Count and order are kept:
a blank line is a record with no text.
"""

from __future__ import annotations

import glob
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path
from typing import IO, Literal

from summ.data.decoded_lines import decoded_lines, decoded_text
from summ.data.formats.document import document_text
from summ.data.formats.json_records import json_document, json_lines
from summ.data.formats.kinds import HEAD_BYTES, InputFormat, Kind, kind_of
from summ.data.formats.parquet import parquet_records
from summ.data.formats.tables import table_records
from summ.data.formats.unpacking import is_damage, packing_of, packing_of_bytes, unpacked
from summ.data.formats.wide_text import as_utf8, with_head
from summ.data.record import Errors, OnError, Place, Record, encodable, printable
from summ.errors import DataError

__all__ = ["Errors", "Input", "OnError", "Record", "expand_inputs", "read_records"]

Input = Path | Literal["-"]


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
    input_format: InputFormat = "auto",
    stream: IO[bytes] | None = None,
) -> Iterator[Record]:
    """The records of one input, one at a time.

    Args:
        path: a file, or ``-`` for standard input.
        field: where records hold their text.
        lines: whether each line of a plain text is a record.
        errors: what to do with bytes that are not UTF-8: refuse them, or put U+FFFD.
        on_error: whether a record that cannot be read ends the reading or is left out; a file
            that cannot be read at all counts as one.
        on_skip: called with *where: what is wrong* for each record left out.
        input_format: the kind of the input; ``auto`` goes by its name and its first bytes.
        stream: the bytes of the file, if it is not to be opened; ``path`` then only names it.

    Raises:
        DataError: with ``fail``, the first thing that cannot be read; names file and line.
    """
    name = "stdin" if path == "-" else printable(str(path))
    place = Place(name, errors, on_error, on_skip)
    try:
        with _open(path) if stream is None else nullcontext(stream) as opened:
            yield from _unpacked_records(opened, path, place, field, lines, input_format)
    except DataError as error:
        place.refuse(error)
    except Exception as error:
        if is_damage(error):
            packing = "" if path == "-" else packing_of(path)
            kind = "gzip" if packing in {"", ".gz"} else packing
            place.refuse(DataError(f"{name}: damaged {kind} file ({error}). Get the file again."))
        elif isinstance(error, OSError):
            place.refuse(_unreadable(path, name, error))
        else:
            raise


def _unpacked_records(
    stream: IO[bytes], path: Input, place: Place, field: str, lines: bool, given: InputFormat
) -> Iterator[Record]:
    """The records of an open file, packed or not."""
    name = None if path == "-" else path.name
    packing = "" if path == "-" else packing_of(path)
    head, stream = with_head(stream, HEAD_BYTES)
    if packing or packing_of_bytes(head):
        name = name and name.removesuffix(path.suffix if packing and path != "-" else "")
        packing = packing_of_bytes(head) or packing
        with unpacked(stream, packing, place.name) as inner:
            yield from _kind_records(inner, name, place, field, lines, given)
    else:
        yield from _kind_records(stream, name, place, field, lines, given)


def _kind_records(
    stream: IO[bytes], name: str | None, place: Place, field: str, lines: bool, given: InputFormat
) -> Iterator[Record]:
    """The records of unpacked bytes, whose kind is to be recognised unless it is given."""
    head, stream = as_utf8(stream, place.name, place.errors)
    yield from _records(stream, kind_of(name, head, field, lines, given), place, field, lines)


def _records(
    stream: IO[bytes], kind: Kind, place: Place, field: str, lines: bool
) -> Iterator[Record]:
    """The records of unpacked bytes."""
    match kind:
        case "jsonl":
            yield from json_lines(stream, place, field)
        case "json":
            yield from json_document(stream, place, field)
        case "csv" | "tsv":
            yield from table_records(stream, place, field, tabs=kind == "tsv")
        case "parquet":
            yield from parquet_records(stream, place, field)
        case "text" if lines:
            for _, text in decoded_lines(stream, place):
                yield Record("", text)
        case "text":
            yield Record(place.name, decoded_text(stream, place))
        case _:
            yield Record(place.name, encodable(document_text(stream, kind, place), place))


def _open(path: Input) -> AbstractContextManager[IO[bytes]]:
    """The bytes of an input; standard input stays open afterwards."""
    if path == "-":
        if sys.stdin is None:
            raise DataError("stdin: closed. Give a FILE.")
        return nullcontext(sys.stdin.buffer)
    return closing(io.BufferedReader(io.FileIO(path, "rb"), buffer_size=1 << 18))


def _unreadable(path: Input, name: str, error: OSError) -> DataError:
    """What an error of the operating system means to the user."""
    if isinstance(error, IsADirectoryError):
        return DataError(f"{name}: a directory. Give its files, for example '{name}/*.txt'.")
    if isinstance(error, FileNotFoundError):
        return DataError(f"{name}: no such file. Check the name.")
    if isinstance(error, PermissionError):
        return DataError(f"{name}: may not be read (permission denied). Check its permissions.")
    return DataError(f"{name}: cannot be read ({error.strerror or error}). Check the file.")
