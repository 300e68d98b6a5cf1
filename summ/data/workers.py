"""Workers: a map over processes that keeps the order and never runs far ahead."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from types import TracebackType
from typing import TypeVar

_Job = TypeVar("_Job")
_Result = TypeVar("_Result")


class Workers:
    """Some processes, or with ``count=1`` only this one; a context manager that ends them."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool: ProcessPoolExecutor | None = None
        if count > 1:
            # Spawned, not forked: the parent may have threads of torch or of the tokenizer.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(count, mp_context=context, initializer=_use_one_core)

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def map(
        self, function: Callable[[_Job], _Result], jobs: Iterable[_Job]
    ) -> Iterator[tuple[_Job, _Result]]:
        """Jobs with their results, in the order of the jobs.

        At most ``2 * count + 1`` jobs and results exist at a time, so that ``jobs`` may be a
        stream of any length.
        """
        if self._pool is None:
            for job in jobs:
                yield job, function(job)
            return
        waiting: deque[tuple[_Job, Future[_Result]]] = deque()
        for job in jobs:
            waiting.append((job, self._pool.submit(function, job)))
            if len(waiting) > 2 * self._count:
                done, future = waiting.popleft()
                yield done, future.result()
        while waiting:
            done, future = waiting.popleft()
            yield done, future.result()


def _use_one_core() -> None:
    """The tokenizer's own threads would fight with the other workers."""
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
