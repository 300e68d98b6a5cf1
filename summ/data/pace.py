"""Pace: how often somebody who waits is told how far a thing has come."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

Say = Callable[[str], None]


@dataclass
class Pace:
    """Due once every so many seconds, for the first time after as many.

    Attributes:
        seconds: between two messages.
        clock: tells the time, in seconds.
    """

    seconds: float = 10.0
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    _last: float = field(init=False)

    def __post_init__(self) -> None:
        self._last = self.clock()

    def due(self) -> bool:
        """Whether it is time for a message, which is then taken to be given."""
        now = self.clock()
        if now - self._last < self.seconds:
            return False
        self._last = now
        return True


def duration(seconds: float) -> str:
    """A length of time as people say it: ``45 s``, ``12 min``, ``3 h 20 min``."""
    whole = round(seconds)
    if whole < 100:
        return f"{whole} s"
    minutes = round(whole / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"
