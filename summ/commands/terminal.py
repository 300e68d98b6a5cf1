"""What every command shares: the terminal, a count of progress, and the texts it reads.

A terminal obeys control characters, so those of texts, names and fields are shown (``\\x1b``) and
not sent.  Files and pipes get every byte as it is.
"""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from threading import Timer
from typing import TYPE_CHECKING, TypeVar

import typer

from summ import options
from summ.text.controls import visible

if TYPE_CHECKING:
    from summ.data.readers import Record

SHOWN_WARNINGS = 20
_PATIENCE = 0.5  # seconds that nobody wonders about
STDOUT = "stdout"
_LONGEST_LINE = 1000  # characters of a message

_T = TypeVar("_T")


class StandardOutput(io.TextIOWrapper):
    """Standard output: a terminal is shown control characters, and errors say whose they are."""

    def write(self, text: str) -> int:
        with _stdout_errors():
            super().write(visible(text) if self.isatty() else text)
        return len(text)

    def flush(self) -> None:
        with _stdout_errors():
            super().flush()


def guard_stdout() -> None:
    """Makes ``sys.stdout`` a ``StandardOutput``, in UTF-8 whatever the locale."""
    number = 1
    if sys.stdout is None:
        # Its number must not go to the next file that is opened; writing to this one is an error.
        while os.open(os.devnull, os.O_RDONLY) < number:
            pass
    else:
        sys.stdout.flush()
        number = sys.stdout.fileno()
    binary = io.BufferedWriter(io.FileIO(number, "wb", closefd=False))
    # A file's name may hold bytes that are no text: they are written as they are.
    sys.stdout = StandardOutput(
        binary, "utf-8", "surrogateescape", line_buffering=os.isatty(number)
    )


@contextmanager
def _stdout_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        error.filename = error.filename or STDOUT
        raise


def say(message: str) -> None:
    """Writes one line to stderr; of several processes, only the first one warns."""
    if message.startswith("warning: ") and os.environ.get("RANK", "0") != "0":
        return
    if sys.stderr is not None:
        # A file's name may hold bytes that are no text.
        line = visible(message).replace("\n", "\\n")
        if len(line) > _LONGEST_LINE:  # a name or a value may have any length; advice stands last
            line = f"{line[: _LONGEST_LINE // 2]} ... {line[-_LONGEST_LINE // 2 :]}"
        print(f"summ: {line}".encode("utf-8", "replace").decode("utf-8"), file=sys.stderr)


def wrong_usage(message: str) -> Exception:
    """The error that says how a command is called; its exit code is 2."""
    return typer.BadParameter(message)


def begun(records: Iterator[Record]) -> Iterator[Record]:
    """The same records, the first already read.

    Read before the model is, so that a wrong name or a binary file is reported at once.
    """
    return chain(list(islice(records, 1)), records)


def read_inputs(
    files: list[str] | None,
    lines: bool,
    field: str,
    errors: options.BadBytes,
    on_error: options.BadRecords,
    input_format: options.InputKind = "auto",
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
            path,
            field=field,
            lines=lines,
            errors=errors,
            on_error=on_error,
            on_skip=skip,
            input_format=input_format,
        ):
            blank = blank and not record.text.strip()
            yield record
        if blank and skipped == before:
            say(f"warning: {'stdin' if path == '-' else path}: holds no text.")
    if skipped > SHOWN_WARNINGS:
        say(f"warning: {skipped} records skipped in all.")


@contextmanager
def reading_model() -> Iterator[None]:
    """A block that loads a library and a model: a terminal is told after half a second."""
    with _nothing_collected(), _told():
        yield


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """A block whose objects stay: they are not looked through again and again for garbage.

    Those of torch are 170,000, some 60 ms each time.  The first block of a process takes them out
    of the collector's sight for good.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
        if not gc.get_freeze_count():
            gc.freeze()
    finally:
        if collecting:
            gc.enable()


@contextmanager
def _told() -> Iterator[None]:
    if sys.stderr is None or not sys.stderr.isatty():
        yield
        return
    message = "summ: reading the model ..."
    timer = Timer(_PATIENCE, sys.stderr.write, [message])
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        # Whatever comes next begins on an empty line.
        sys.stderr.write("\r" + " " * len(message) + "\r")


def progress(items: Iterable[_T], unit: str = "texts") -> Iterator[_T]:
    """The items, counted on stderr if that is a terminal."""
    from tqdm import tqdm

    yield from tqdm(items, unit=f" {unit}", disable=None, leave=False)
