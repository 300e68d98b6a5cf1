"""Packed files, unpacked while they are read: .gz, .bz2, .xz and .zst."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import IO, cast

from summ.distribution import how_to_install
from summ.errors import DataError

DAMAGED = (gzip.BadGzipFile, zlib.error, lzma.LZMAError, EOFError)
"""What reading a damaged packed file raises; bz2 raises an OSError without a number."""
_MAGIC = (
    (b"\x1f\x8b", ".gz"),
    (b"BZh", ".bz2"),
    (b"\xfd7zXZ\0", ".xz"),
    (b"\x28\xb5\x2f\xfd", ".zst"),
)


def packing_of(path: Path) -> str:
    """How a file is packed by its name (``.gz``); empty if it is not."""
    suffix = path.suffix.lower()
    return suffix if suffix in {".gz", ".bz2", ".xz", ".zst"} else ""


def packing_of_bytes(head: bytes) -> str:
    """How bytes are packed."""
    return next((suffix for magic, suffix in _MAGIC if head.startswith(magic)), "")


def unpacked(stream: IO[bytes], packing: str, name: str) -> AbstractContextManager[IO[bytes]]:
    """A stream of what a packed stream holds.

    Raises:
        DataError: .zst, and the library for it is not installed.
    """
    opened: object
    if packing == ".gz":
        opened = gzip.open(stream, "rb")  # noqa: SIM115 (closed below)
    elif packing == ".bz2":
        opened = bz2.open(stream, "rb")  # noqa: SIM115 (closed below)
    elif packing == ".xz":
        opened = lzma.open(stream, "rb")  # noqa: SIM115 (closed below)
    else:
        try:
            import zstandard
        except ImportError as error:
            raise DataError(
                f"{name}: reading .zst needs zstandard, which is not installed. "
                f"{how_to_install('files')}"
            ) from error
        reader = zstandard.ZstdDecompressor().stream_reader(stream, read_across_frames=True)
        opened = io.BufferedReader(cast("io.RawIOBase", reader))
    return closing(cast("IO[bytes]", opened))


def is_damage(error: BaseException) -> bool:
    """Whether an error is one of a damaged packed file."""
    if isinstance(error, DAMAGED) or type(error).__name__ == "ZstdError":
        return True
    return isinstance(error, OSError) and error.errno is None
