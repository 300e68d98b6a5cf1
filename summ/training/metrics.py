"""The figures of a run: metrics.jsonl always, TensorBoard where it is installed."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from torch import Tensor

from summ.data.files import write_file, write_json


class MetricsLog:
    """Averages figures between two entries and appends them to ``metrics.jsonl``.

    What is not finite is left out of the averages; alone it is written as null.

    Entries later than ``step`` are dropped when the log is opened: they were written by a run
    that was interrupted after its last checkpoint and will be written again.

    Args:
        pending: figures of updates up to ``step`` that are in no entry yet, as ``pending`` gave
            them when the checkpoint was written.
    """

    def __init__(
        self, folder: Path, step: int, pending: Mapping[str, tuple[float, int]] | None = None
    ) -> None:
        self.path = folder / "metrics.jsonl"
        kept = []
        if self.path.exists():
            for line in self.path.read_text(encoding="utf-8", errors="replace").splitlines():
                entry = _entry(line)
                if entry is not None and entry["step"] <= step:
                    kept.append(line)
        write_file(self.path, "".join(line + "\n" for line in kept))
        pending = pending or {}
        self._sums: dict[str, float] = {name: float(sum_) for name, (sum_, _) in pending.items()}
        self._counts: dict[str, int] = {name: count for name, (_, count) in pending.items()}
        self._board = _tensorboard(folder)

    def add(self, stats: dict[str, Tensor]) -> None:
        """Takes the figures of one update."""
        for name, value in stats.items():
            number = float(value)
            if math.isfinite(number):
                self._sums[name] = self._sums.get(name, 0.0) + number
                self._counts[name] = self._counts.get(name, 0) + 1

    def pending(self) -> dict[str, tuple[float, int]]:
        """Sums and counts of the figures since the last entry, by name."""
        return {name: (self._sums[name], self._counts[name]) for name in self._sums}

    def write(self, step: int, **extra: float | str) -> dict[str, Any]:
        """Appends the means since the last entry, and returns the entry."""
        means = {name: self._sums[name] / self._counts[name] for name in self._sums}
        self._sums, self._counts = {}, {}
        entry: dict[str, Any] = {"step": step, **extra, **means}
        with self.path.open("a", encoding="utf-8") as file:
            write_json(file, entry)
        if self._board is not None:
            for name, value in entry.items():
                if isinstance(value, float):
                    self._board.add_scalar(name, value, step)
        return entry

    def close(self) -> None:
        """Flushes what TensorBoard holds back."""
        if self._board is not None:
            self._board.close()


def _entry(line: str) -> dict[str, Any] | None:
    """A line of the log, or None for one that was cut off while it was written."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) and isinstance(entry.get("step"), int) else None


def _tensorboard(folder: Path) -> Any:
    if find_spec("tensorboard") is None:
        return None
    from torch.utils.tensorboard import SummaryWriter

    return SummaryWriter(str(folder / "tensorboard"))
