"""The progress of a stage: a bar on a terminal, and elsewhere a line every so often."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping

from tqdm import tqdm

from summ.data.pace import Pace, duration

log = logging.getLogger("summ.train")
_SECONDS = 30.0  # between two lines


class StageProgress:
    """Counts the updates of a stage for whoever waits; of several processes, the first one does.

    A line off a terminal says: ``adversarial: step 1,200 of 4,000, reward/sampled 0.31,
    2.1 steps/s, 22 min left``.
    """

    def __init__(
        self, name: str, total: int, done: int, shown: bool, pace: Pace | None = None
    ) -> None:
        """Progress that begins now.

        Args:
            name: of the stage.
            total, done: its updates, and how many were made by an earlier process.
            shown: whether this process tells.
            pace: of the lines.
        """
        self._name, self._total, self._first, self._done = name, total, done, done
        self._pace = pace or Pace(_SECONDS)
        self._began = self._pace.clock()
        self._averaged: dict[str, float] = {}
        self._terminal = sys.stderr is not None and sys.stderr.isatty()
        self._lines = shown and not self._terminal
        hidden = not (shown and self._terminal)
        self._bar = tqdm(total=total, initial=done, desc=name, disable=hidden)

    def update(self, figures: Callable[[], Mapping[str, float]]) -> None:
        """Counts an update.

        Args:
            figures: of it, such as losses, asked for where no averages are known.
        """
        self._done += 1
        self._bar.update()
        if self._lines and self._pace.due():
            log.info("%s", self._line({**figures(), **self._averaged}))

    def show(self, figures: Mapping[str, float]) -> None:
        """Figures that were averaged over the last updates."""
        self._averaged.update(figures)
        self._bar.set_postfix({name: f"{value:.3g}" for name, value in figures.items()})

    def close(self) -> None:
        self._bar.close()

    def _line(self, figures: Mapping[str, float]) -> str:
        rate = (self._done - self._first) / max(1e-9, self._pace.clock() - self._began)
        told = "".join(f"{name} {value:.3g}, " for name, value in figures.items())
        left = duration((self._total - self._done) / rate)
        return (
            f"{self._name}: step {self._done:,} of {self._total:,}, {told}"
            f"{rate:.2g} steps/s, {left} left"
        )
