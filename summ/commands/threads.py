"""Threads of torch: as many as this process may use, and none that burns time waiting."""

from __future__ import annotations

import os
from pathlib import Path

_MOST = 4  # more gain nothing in networks of this size
_QUOTA = "sys/fs/cgroup/cpu.max"  # version 2; in a container its own group is the root
_QUOTA_OF_VERSION_1 = ("cpu.cfs_quota_us", "cpu.cfs_period_us")


def usable_cores(root: Path = Path("/")) -> int:
    """The cores that this process may use: by its affinity, and by the quota of its cgroup.

    Args:
        root: where the file system that tells of the quota begins.
    """
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        cores = os.cpu_count() or 1
    quota = _quota(root)
    return cores if quota is None else max(1, min(cores, int(quota)))


def _quota(root: Path) -> float | None:
    """Cores' worth of time that the cgroup has; None if it is not limited, or nobody tells."""
    try:
        file = root / _QUOTA
        if file.exists():
            share, period = file.read_text(encoding="ascii").split()
        else:
            folder = root / "sys/fs/cgroup/cpu"
            share, period = (
                (folder / name).read_text(encoding="ascii").strip() for name in _QUOTA_OF_VERSION_1
            )
        return None if share == "max" or int(share) < 0 else int(share) / int(period)
    except (OSError, ValueError, ZeroDivisionError):
        return None


def thread_count() -> int:
    """The threads that a command uses: those of OMP_NUM_THREADS, or the usable cores up to four."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    return int(asked) if asked.isdecimal() and int(asked) > 0 else min(usable_cores(), _MOST)


def use_threads(number: int | None) -> None:
    """Sets the threads of what will be imported; torch reads the environment when it is loaded.

    OpenMP's threads spin while they wait, for each other too: beside another process, or in a
    group with less time than cores, that took ten times the processor time of one thread.
    Waiting passively, one to four threads take the same.

    Args:
        number: None for ``thread_count``.
    """
    os.environ["OMP_NUM_THREADS"] = str(number or thread_count())
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
