"""Ranks that nobody will miss: they end when their launcher or the first rank was killed."""

from __future__ import annotations

import logging
import math
import os
import signal
import threading
import time
from contextlib import nullcontext

log = logging.getLogger("summ.train")

_EVERY = 1.0  # seconds
_LAST_UPDATE = 60.0  # for the update and the checkpoint that the signal lets a rank finish
LONGEST_MEETING = 300.0  # the libraries wait for half an hour
_LAST_STAND = 10.0  # without the first rank there is nothing to finish


class OrphanWatch:
    """While entered, a thread looks whether the launcher and the first rank are still there.

    Without its launcher a rank gets SIGTERM, as if the launcher had passed it on: it finishes its
    update and, with the others, writes a checkpoint.  What does not end by itself, because it
    waits for a rank that is no more, is ended.  (``PR_SET_PDEATHSIG`` would be Linux's alone, and
    would count the end of the launcher's thread as that of the launcher.)

    Args:
        first: the first rank's process, if it is another one on this host.
        longest: seconds after which the block must have been left: so long may it wait for others.
    """

    def __init__(self, first: int | None, longest: float = math.inf) -> None:
        self._parent, self._first = os.getppid(), first
        self._latest = time.monotonic() + longest
        self._left = threading.Event()

    def __enter__(self) -> OrphanWatch:
        threading.Thread(target=self._watch, name="orphan-watch", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._left.set()

    def _watch(self) -> None:
        while not self._left.wait(_EVERY):
            if os.getppid() != self._parent:
                log.warning("the launcher has ended, so this rank ends, too")
                os.kill(os.getpid(), signal.SIGTERM)
                self._end_after(_LAST_UPDATE)
                return
            if self._first is not None and not _is_there(self._first):
                self._end_after(_LAST_STAND)
                return
            if time.monotonic() > self._latest:
                log.error(
                    "the other ranks of this run did not come, so this one ends. Start all again."
                )
                os._exit(1)

    def _end_after(self, seconds: float) -> None:
        if not self._left.wait(seconds):
            log.warning("a rank that this one waits for has ended, so it ends, too")
            os._exit(128 + signal.SIGTERM)


def watch_of_meeting() -> OrphanWatch | nullcontext[None]:
    """For the time in which ranks look for each other: one that was killed will never come."""
    if int(os.environ.get("WORLD_SIZE", "1")) < 2:
        return nullcontext()
    return OrphanWatch(None, LONGEST_MEETING)


def _is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True
