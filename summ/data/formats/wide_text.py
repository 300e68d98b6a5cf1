"""UTF-16 text, as spreadsheets and editors save it: recognised by its mark, read as UTF-8."""

from __future__ import annotations

import codecs
import io
from typing import IO, Any, cast

from summ.data.formats.kinds import HEAD_BYTES
from summ.errors import DataError

_ENCODINGS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_BOM_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_CHUNK = 1 << 16


def is_wide(head: bytes) -> bool:
    """Whether the first bytes are the mark of UTF-16 or UTF-32 text."""
    return head.startswith((*_ENCODINGS, *_BOM_UTF32))


def with_head(stream: IO[bytes], size: int) -> tuple[bytes, IO[bytes]]:
    """The first bytes of a stream, and a stream that begins with them again."""
    if isinstance(stream, io.BufferedReader):
        return stream.peek(size)[:size], stream
    if stream.seekable():
        start = stream.tell()
        head = stream.read(size)
        stream.seek(start)
        return head, stream
    reader = io.BufferedReader(cast("io.RawIOBase", stream), size)
    return reader.peek(size)[:size], reader


def as_utf8(stream: IO[bytes], name: str, errors: str) -> tuple[bytes, IO[bytes]]:
    """The first bytes of a text, and the text as a stream that begins with them.

    UTF-16, which its mark tells, becomes UTF-8; other text stays as it is.

    Args:
        name: of the file.
        errors: ``strict``, or ``replace`` to put U+FFFD for what is no UTF-16.

    Raises:
        DataError: it is UTF-32; and on reading, at the first thing that is no UTF-16.
    """
    head, stream = with_head(stream, HEAD_BYTES)
    if head.startswith(_BOM_UTF32):
        raise DataError(f"{name}: UTF-32 text. Convert it to UTF-8.")
    if not is_wide(head):
        return head, stream
    encoding = _ENCODINGS[stream.read(2)]
    return with_head(io.BufferedReader(_Recoded(stream, encoding, name, errors)), HEAD_BYTES)


class _Recoded(io.RawIOBase):
    """UTF-8 bytes of a stream of another encoding."""

    def __init__(self, stream: IO[bytes], encoding: str, name: str, errors: str) -> None:
        self._stream, self._name = stream, name
        self._decoder = codecs.getincrementaldecoder(encoding)(errors)
        self._waiting = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        while not self._waiting:
            chunk = self._stream.read(_CHUNK)
            try:
                text = self._decoder.decode(chunk, final=not chunk)
                self._waiting = text.encode("utf-8")
            except UnicodeError as error:
                reason = " ".join(str(error).split())
                raise DataError(
                    f"{self._name}: not UTF-16 as its first bytes say ({reason}). Convert the "
                    "file, or use --errors replace."
                ) from error
            if not chunk:
                break
        given = self._waiting[: len(buffer)]
        buffer[: len(given)] = given
        self._waiting = self._waiting[len(given) :]
        return len(given)
