"""Ctrl-C and SIGTERM: a run finishes its update and writes a checkpoint before it ends."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Any


class Interruption:
    """While entered, the first signal is kept in ``requested``; the second acts as it always does.

    Attributes:
        requested: the number of the signal; 0 if there was none.
    """

    def __init__(self) -> None:
        self.requested = 0
        self._previous: dict[int, Any] = {}

    def __enter__(self) -> Interruption:
        try:
            for caught in (signal.SIGINT, signal.SIGTERM):
                self._previous[caught] = signal.signal(caught, self._request)
        except ValueError:  # not the main thread: the caller keeps its own handlers
            self._previous.clear()
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _request(self, number: int, _: FrameType | None) -> None:
        self.requested = number
        signal.signal(number, self._previous[number])


def end_by(number: int) -> BaseException:
    """What to raise when a run ends because of a signal, with the exit code that a shell gives."""
    return KeyboardInterrupt() if number == signal.SIGINT else SystemExit(128 + number)
