"""Arguments as callers give them, checked at the door: one line says what is wrong.

A value of the wrong type is a ``TypeError``; one of the right type that cannot be is an
``ArgumentError``, which is a ``ValueError``, too.
"""

from __future__ import annotations

import difflib
import operator
from collections.abc import Iterable
from typing import Any

from summ.errors import ArgumentError


def whole_number(name: str, value: Any) -> int:
    """A count as an ``int``, whichever library's integer it was.

    Raises:
        TypeError: it is not a whole number.
        ArgumentError: it is below 1.
    """
    try:
        if isinstance(value, bool):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        shown = f"{type(value).__name__} ({str(value)[:40]})"
        raise TypeError(f"{name}: must be a whole number, but is {shown}.") from None
    if number < 1:
        raise ArgumentError(f"{name}: must be at least 1, but is {number}.")
    return number


def one_of(name: str, value: Any, known: Iterable[str]) -> None:
    """Refuses a value that is not among the known ones.

    Raises:
        ArgumentError: it is not; the message names the nearest one.
    """
    names = list(known)
    if value in names:
        return
    near = difflib.get_close_matches(str(value), names, n=1)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    raise ArgumentError(f"{name}: {value!r} is unknown. {hint}Known: {', '.join(names)}.")
