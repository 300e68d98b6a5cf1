"""Texts as callers give them: checked one by one, before anything is computed.

Whatever comes is looked at here, so arguments have no type yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from summ.data.readers import Record

_One = TypeVar("_One")


def alike(items: Iterable[_One], length: Callable[[_One], int], size: int) -> Iterator[list[_One]]:
    """Batches of at most ``size`` whose lengths are alike, which wastes the least on padding.

    The longest come first, so that memory runs out early or never.
    """
    ordered = sorted(items, key=length, reverse=True)
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]


def checked_texts(texts: Any) -> Iterator[str]:
    """The texts of a list, a generator, a column of a table: of whatever yields strings.

    Raises:
        TypeError: ``texts`` is one text, or one of them is no text; says at which position.
    """
    for record in as_records(texts):
        yield record.text


def as_records(texts: Any) -> Iterator[Record]:
    """The same as records without a name; what is a record already passes as it is.

    Raises:
        TypeError: as for ``checked_texts``.
    """
    if isinstance(texts, str | bytes):
        raise TypeError("texts must be a list of texts, but is one text; write [text]")
    if isinstance(texts, Mapping) or not isinstance(texts, Iterable):
        raise TypeError(f"texts must be a list of texts, but is {_described(texts)}")
    for position, text in enumerate(texts):
        if isinstance(text, Record):
            yield text
        elif isinstance(text, str):
            yield Record("", str(text))  # numpy has a string of its own
        else:
            raise TypeError(f"texts[{position}]: must be a string, found {_described(text)}")


def _described(value: object) -> str:
    if value is None:
        return "None. Leave it out, or write an empty string"
    if isinstance(value, float) and value != value:
        return "NaN, a missing value. Leave it out, or write an empty string"
    if isinstance(value, bytes):
        return "bytes. Decode them first"
    shown = " ".join(str(value).split())
    return f"{type(value).__name__} ({shown[:40]})"
