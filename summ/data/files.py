"""Writing results: a file appears whole under its name, or not at all."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import math
import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from summ.errors import DataError

_DEVICE_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


@contextmanager
def open_output(path: Path | None) -> Iterator[TextIO]:
    """A UTF-8 stream whose content gets its name when the block ends without an exception.

    Until then it grows in a hidden file in the same folder, which an exception (Ctrl-C too)
    removes.  Devices and pipes are written to directly.

    Args:
        path: the file to write, replaced if it exists; None is standard output.

    Raises:
        DataError: the file cannot be made, written or renamed.
    """
    if path is None:
        yield sys.stdout
        return
    try:
        # A link stays a link: what it points to is replaced.
        target = path.resolve()
        if target.exists() and not target.is_file() and not target.is_dir():
            with target.open("w", encoding="utf-8", newline="\n") as stream:
                yield stream
            return
        with _replacing(target) as binary:
            text = io.TextIOWrapper(binary, "utf-8", newline="\n")
            try:
                yield text
            finally:
                text.detach()  # writes what it holds; the block around it closes the file
    except OSError as error:
        raise _refused(path, error) from error


@contextmanager
def open_binary(path: Path) -> Iterator[BinaryIO]:
    """The same for bytes, in a file in which one can go back.

    Raises:
        DataError: the file cannot be made, written or renamed, or is a device or a pipe.
    """
    try:
        target = path.resolve()
        if target.exists() and not target.is_file() and not target.is_dir():
            raise DataError(f"{path}: must be a file, but is a device or a pipe. Name a file.")
        with _replacing(target) as stream:
            yield stream
    except OSError as error:
        raise _refused(path, error) from error


def _refused(path: Path, error: OSError) -> Exception:
    """What an error means to the user, if it is one of writing this file."""
    if error.filename is None and error.errno not in _DEVICE_ERRORS:
        return error
    return DataError(f"{path}: cannot be written ({error.strerror}). Choose another --output.")


@contextmanager
def _replacing(target: Path) -> Iterator[BinaryIO]:
    """A new file that takes the target's place at the end."""
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "it is a directory", str(target))
    unfinished = target.with_name(f".{target.name}.{secrets.token_hex(4)}.unfinished")
    # O_EXCL: never follow a link that somebody put there; the umask decides who may read.
    descriptor = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with open(descriptor, "w+b") as stream:  # noqa: PTH123 (it is open already)
            yield stream
            stream.flush()
            os.fsync(descriptor)
        if target.exists():
            unfinished.chmod(target.stat().st_mode & 0o777)
        unfinished.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise


def write_json(stream: TextIO, fields: Mapping[str, Any]) -> None:
    """One object on one line; numbers that JSON cannot say become null."""
    sayable = {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in fields.items()
    }
    stream.write(json.dumps(sayable, ensure_ascii=False, allow_nan=False) + "\n")
