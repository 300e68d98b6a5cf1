"""Lines of text: decoded, without their ends, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from summ.data.lines import MOST_BYTES, bounded_lines
from summ.data.record import Place
from summ.errors import DataError

_BOM = b"\xef\xbb\xbf"


def decoded_lines(stream: IO[bytes], place: Place) -> Iterator[tuple[int, str]]:
    """Decoded lines without their ends, with their numbers; only LF and CRLF end a line.

    Raises:
        DataError: where ``place`` does not skip it, the first line that is not UTF-8, is too long,
            or holds a zero byte.
    """
    offset = 0
    for number, (line, whole) in enumerate(bounded_lines(stream), start=1):
        raw = line.removeprefix(_BOM) if number == 1 else line
        start = offset + len(line) - len(raw)
        offset += len(line)
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


def decoded_text(stream: IO[bytes], place: Place) -> str:
    """All lines as one text with LF between them.

    Raises:
        DataError: a line cannot be read, or the text is longer than ``MOST_BYTES``.
    """
    lines: list[str] = []
    characters = 0
    # A document with a bad line is refused as a whole.
    for _, text in decoded_lines(stream, place.strict()):
        characters += len(text) + 1
        if characters > MOST_BYTES:
            raise _too_long(place.name)
        lines.append(text)
    return "\n".join(lines)


def _too_long(where: str) -> DataError:
    return DataError(
        f"{where}: longer than {MOST_BYTES >> 20} MiB. Split it into documents, one a line with "
        "--lines."
    )
