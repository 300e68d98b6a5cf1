"""What every command shares: words for stderr, a count of progress, and the texts it reads."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

import typer

from summ import options

if TYPE_CHECKING:
    from summ.data.readers import Record

SHOWN_WARNINGS = 20

_T = TypeVar("_T")


def say(message: str) -> None:
    """Writes one line to stderr; of several processes, only the first one warns."""
    if message.startswith("warning: ") and os.environ.get("RANK", "0") != "0":
        return
    if sys.stderr is not None:
        # A file's name may hold bytes that are no text.
        print(f"summ: {message}".encode("utf-8", "replace").decode("utf-8"), file=sys.stderr)


def wrong_usage(message: str) -> Exception:
    """The error that says how a command is called; its exit code is 2."""
    return typer.BadParameter(message)


def read_inputs(
    files: list[str] | None,
    lines: bool,
    field: str,
    errors: options.BadBytes,
    on_error: options.BadRecords,
) -> Iterator[Record]:
    """The records of all files, with a warning for each that is left out or holds no text."""
    from summ.data.readers import expand_inputs, read_records

    if not files and sys.stdin is not None and sys.stdin.isatty():
        raise typer.BadParameter("give a FILE, or - to read what you type.")
    skipped = 0

    def skip(message: str) -> None:
        nonlocal skipped
        skipped += 1
        if skipped <= SHOWN_WARNINGS:
            say(f"warning: {message} Skipped.")

    for path in expand_inputs(files or ["-"]):
        blank, before = True, skipped
        for record in read_records(
            path, field=field, lines=lines, errors=errors, on_error=on_error, on_skip=skip
        ):
            blank = blank and not record.text.strip()
            yield record
        if blank and skipped == before:
            say(f"warning: {'stdin' if path == '-' else path}: holds no text.")
    if skipped > SHOWN_WARNINGS:
        say(f"warning: {skipped} records skipped in all.")


def progress(items: Iterable[_T]) -> Iterator[_T]:
    """The items, counted on stderr if that is a terminal."""
    from tqdm import tqdm

    yield from tqdm(items, unit=" texts", disable=None, leave=False)
