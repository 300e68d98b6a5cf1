"""Texts, references and predictions, read from files that belong together line by line."""

from __future__ import annotations

import gzip
import json
import sys
import zlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal, cast

from summ.data.formats.wide_text import as_utf8
from summ.data.lines import MOST_BYTES, bounded_lines
from summ.errors import DataError

Errors = Literal["strict", "replace"]


@dataclass(frozen=True)
class Texts:
    """What is evaluated; item i of every list belongs to line i.

    Attributes:
        ids: the records' own identifiers, or line numbers counted from 1.
        references: one or more a line.
        sources: what was summarized, if known.
        predictions: the summaries to be judged, if they were in the files.
    """

    ids: list[str]
    references: list[list[str]]
    sources: list[str] | None = None
    predictions: list[str] | None = None

    def __len__(self) -> int:
        return len(self.references)

    def rows(self, lines: Sequence[int]) -> Texts:
        """The chosen lines."""
        return Texts(
            [self.ids[line] for line in lines],
            [self.references[line] for line in lines],
            None if self.sources is None else [self.sources[line] for line in lines],
            None if self.predictions is None else [self.predictions[line] for line in lines],
        )

    def with_predictions(self, predictions: list[str], path: Path, data: Path) -> Texts:
        """The same lines with predictions read from another file.

        Raises:
            DataError: they are not as many.
        """
        if len(predictions) != len(self):
            raise DataError(
                f"{path} has {len(predictions)} lines but {data} has {len(self)} records: "
                "summaries and records must pair line by line."
            )
        return Texts(self.ids, self.references, self.sources, predictions)


def read_pairs(
    predictions: Path,
    references: Sequence[Path],
    sources: Path | None = None,
    *,
    errors: Errors = "strict",
) -> Texts:
    """Plain text files with one summary a line; several reference files are several references.

    Line ends may be LF or CRLF, a byte order mark is ignored, UTF-16
    is read by it, ``.gz`` is unpacked, ``-`` is
    standard input.  A blank prediction counts and scores 0.  A blank line in one of several
    reference files means that this reference is missing.

    Raises:
        DataError: a file cannot be read, is not UTF-8, is empty, or has another number of lines.
    """
    if not references:
        raise DataError(f"{predictions}: no reference file was given.")
    summaries = read_summaries(predictions, errors)
    columns = [_same_length(path, predictions, summaries, errors) for path in references]
    texts = None if sources is None else _same_length(sources, predictions, summaries, errors)
    several = [_present(line) for line in zip(*columns, strict=True)]
    ids = [str(number) for number in range(1, len(summaries) + 1)]
    return Texts(ids, several, texts, summaries)


def read_records(path: Path, *, errors: Errors = "strict") -> Texts:
    """JSON lines ``{"id", "text", "summaries": [...]}``; ``id`` may be missing.

    ``summaries`` may be one text.  ``.gz`` is unpacked, ``-`` is standard input.

    Raises:
        DataError: a line is not such a record; the message names file and line.
    """
    ids: list[str] = []
    sources: list[str] = []
    references: list[list[str]] = []
    for number, record in records_of(path, errors):
        where = f"{path} line {number}"
        ids.append(str(record.get("id", number)))
        sources.append(text_of(record, "text", where))
        references.append(references_of(record, where))
    return Texts(ids, references, sources)


def read_summaries(path: Path, errors: Errors = "strict") -> list[str]:
    """Predictions: one a line, or the ``summary`` of each record where the file is ``.jsonl``.

    Raises:
        DataError: see ``read_lines``; or a line is no such record.
    """
    if path.suffixes[-1:] == [".jsonl"] or path.suffixes[-2:] == [".jsonl", ".gz"]:
        records = records_of(path, errors)
        return [text_of(record, "summary", f"{path} line {number}") for number, record in records]
    return read_lines(path, errors)


def read_lines(path: Path, errors: Errors = "strict") -> list[str]:
    """The lines of a text file without their ends.

    Only LF and CRLF end a line: form feeds and Unicode separators occur inside texts.

    Raises:
        DataError: the file cannot be read, is not UTF-8 text, or is empty.
    """
    lines = [line for _, line in _numbered_lines(path, errors)]
    if not lines:
        raise DataError(f"{path}: is empty, found 0 lines. Give one text a line.")
    return lines


def _same_length(path: Path, first: Path, lines: Sequence[str], errors: Errors) -> list[str]:
    """Another file's lines, checked to be as many."""
    others = read_lines(path, errors)
    if len(others) != len(lines):
        raise DataError(
            f"{first} has {len(lines)} lines but {path} has {len(others)}: "
            "summaries and references must pair line by line."
        )
    return others


def _present(references: Sequence[str]) -> list[str]:
    """The references of a line that are there; one stays even if it is blank."""
    return [reference for reference in references if reference.strip()] or [references[0]]


def _numbered_lines(path: Path, errors: Errors) -> Iterator[tuple[int, str]]:
    """Decodes line by line, so that a bad byte is reported with its line."""
    try:
        with _opened(path) as file:
            _, stream = as_utf8(file, str(path), errors)
            yield from _decoded(stream, path, errors)
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read ({error.strerror or error}). Check the name."
        ) from error
    except (EOFError, zlib.error) as error:
        raise DataError(f"{path}: the compressed file is damaged or cut short.") from error


def _decoded(stream: IO[bytes], path: Path, errors: Errors) -> Iterator[tuple[int, str]]:
    for number, (raw, whole) in enumerate(bounded_lines(stream), start=1):
        line = raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
        line = line.removesuffix(b"\n").removesuffix(b"\r")
        if b"\x00" in line:
            raise DataError(
                f"{path} line {number}: is not text, found a zero byte. Give a text file."
            )
        if not whole:
            raise DataError(
                f"{path} line {number}: longer than {MOST_BYTES >> 20} MiB. Give one text a line."
            )
        try:
            text = line.decode("utf-8", errors)
        except UnicodeDecodeError as error:
            found = f"byte 0x{line[error.start]:02x} at column {error.start + 1}"
            raise DataError(
                f"{path} line {number}: is not UTF-8 ({found}). "
                "Convert the file, or read it with --errors replace."
            ) from error
        yield number, text


def _opened(path: Path) -> AbstractContextManager[IO[bytes]]:
    if str(path) == "-":
        if sys.stdin is None:
            raise DataError("stdin: closed. Give a file.")
        return nullcontext(sys.stdin.buffer)
    if path.suffix == ".gz":
        return closing(cast("IO[bytes]", gzip.open(path, "rb")))
    return path.open("rb")


def records_of(path: Path, errors: Errors) -> Iterator[tuple[int, dict[str, Any]]]:
    """The JSON objects of a file with their line numbers; blank lines are skipped."""
    found = False
    for number, line in _numbered_lines(path, errors):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:  # a number of 5,000 digits; nested too deep
            problem = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
            raise DataError(
                f"{path} line {number}: is not JSON ({problem}). "
                "A .jsonl file holds one object a line."
            ) from error
        if not isinstance(record, dict):
            raise DataError(
                f"{path} line {number}: must be an object, found {type(record).__name__}."
            )
        found = True
        yield number, record
    if not found:
        raise DataError(f"{path}: is empty, found 0 records.")


def text_of(record: dict[str, Any], name: str, where: str) -> str:
    """A field that must be a text."""
    if name not in record:
        raise DataError(f'{where}: no field "{name}" (found: {", ".join(record) or "none"}).')
    value = record[name]
    if not isinstance(value, str):
        raise DataError(f'{where}: field "{name}" must be a text, found {type(value).__name__}.')
    return value


def references_of(record: dict[str, Any], where: str) -> list[str]:
    """The references of a record."""
    value = record.get("summaries")
    several = [value] if isinstance(value, str) else value
    if not isinstance(several, list) or not several:
        fields = ", ".join(record) or "none"
        raise DataError(
            f'{where}: field "summaries" must hold at least one reference (fields: {fields}).'
        )
    for summary in several:
        if not isinstance(summary, str):
            raise DataError(
                f'{where}: every one of "summaries" must be a text, found {type(summary).__name__}.'
            )
    return several
