"""Texts as callers give them: checked one by one, before anything is computed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def checked_texts(texts: Iterable[str]) -> Iterator[str]:
    """The texts.

    Raises:
        TypeError: ``texts`` is one text, or one of them is no text; says at which position.
    """
    if isinstance(texts, str | bytes):
        raise TypeError("texts must be a list of texts, but is one text; write [text]")
    for position, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(f"texts[{position}]: must be a string, found {_described(text)}")
        yield text


def _described(value: object) -> str:
    if value is None:
        return "None. Leave it out, or write an empty string"
    if isinstance(value, float) and value != value:
        return "NaN, a missing value. Leave it out, or write an empty string"
    if isinstance(value, bytes):
        return "bytes. Decode them first"
    return f"{type(value).__name__} ({str(value)[:40]})"
