"""A record, and the place where reading stands."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from summ.errors import DataError

Errors = Literal["strict", "replace"]
OnError = Literal["fail", "skip"]

_SHOWN_FIELDS = 12
_SHOWN_CHARACTERS = 40


@dataclass(frozen=True)
class Record:
    """One text to be read.

    Attributes:
        id: the record's own ``id`` field, or the file's name if the file is one document
            (``stdin`` for standard input); otherwise empty.
        text: with LF line ends; blank if the line or file was.
        fields: all fields of a record as they were read, ``id`` with its type; None where the
            text stood in no record.
    """

    id: str
    text: str
    fields: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Place:
    """Where reading stands, and what to do with what cannot be read.

    Attributes:
        name: of the file, as it can be printed.
    """

    name: str
    errors: Errors = "strict"
    on_error: OnError = "fail"
    on_skip: Callable[[str], None] | None = None

    def refuse(self, error: DataError) -> None:
        """Raises, or reports the record as skipped."""
        if self.on_error == "fail":
            raise error
        if self.on_skip is not None:
            self.on_skip(str(error))

    def line(self, number: int) -> str:
        return f"{self.name} line {number}"

    def strict(self) -> Place:
        """The same place where the first bad line ends the reading."""
        return Place(self.name, self.errors)


def no_field(where: str, field: str, found: list[str]) -> DataError:
    """The error for records that lack the field of the text."""
    shown = [" ".join(printable(name).split())[:_SHOWN_CHARACTERS] for name in found]
    more = ", ..." if len(shown) > _SHOWN_FIELDS else ""
    listed = (", ".join(shown[:_SHOWN_FIELDS]) or "none") + more
    return DataError(f'{where}: no field "{field}" (found: {listed}). Use --field.')


def no_text(where: str, field: str, found: Any) -> DataError:
    """The error for a field that holds no string: nothing (null, NaN), or another kind of value."""
    missing = found is None or found != found
    name = kind_of(found)
    advice = "Write an empty string, or leave the record out." if missing else "Use --field."
    return DataError(f'{where}: field "{field}" must be a string, found {name}. {advice}')


def kind_of(value: Any) -> str:
    """What a value is called that is no text."""
    return "null" if value is None else "NaN" if value != value else type(value).__name__


def encodable(text: str, place: Place, where: str = "") -> str:
    """The text, free of half surrogates, which JSON escapes can spell and UTF-8 cannot.

    Raises:
        DataError: it has one, and errors are not replaced.
    """
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


def printable(name: str) -> str:
    """A file's name as it can be written to a UTF-8 stream."""
    return os.fsencode(name).decode("utf-8", "replace")
