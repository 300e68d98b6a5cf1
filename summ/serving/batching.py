"""Batching: texts of requests that arrive at the same time go through the models together.

One thread works, so that the models need no locks.  It never waits for company: what has gathered
while it was busy is its next batch, so that a single request is answered as if it were alone.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Operation = TypeVar("Operation")
Result = TypeVar("Result")

_CHARACTERS = 200_000  # of a batch with more than one job


class OverloadedError(Exception):
    """More texts wait than the server takes."""


@dataclass(frozen=True)
class _Job(Generic[Operation, Result]):
    operation: Operation
    texts: Sequence[str]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[list[Result]]

    @property
    def characters(self) -> int:
        return sum(map(len, self.texts))

    def answer(self, results: list[Result]) -> None:
        self.loop.call_soon_threadsafe(self._settle, results, None)

    def fail(self, error: BaseException) -> None:
        self.loop.call_soon_threadsafe(self._settle, [], error)

    def _settle(self, results: list[Result], error: BaseException | None) -> None:
        if self.future.done():  # its client has left
            return
        if error is None:
            self.future.set_result(results)
        else:
            self.future.set_exception(error)


class Batcher(Generic[Operation, Result]):
    """Runs operations on texts, one batch at a time, in a thread of its own."""

    def __init__(
        self,
        run: Callable[[Operation, Sequence[str]], list[Result]],
        most_texts: int = 64,
        most_waiting: int = 4_096,
        observe: Callable[[int], None] = lambda texts: None,
    ) -> None:
        """A batcher; ``start`` starts its thread.

        Args:
            run: one result for each text; texts of jobs with equal operations are joined.
            most_texts: of a joined batch.
            most_waiting: texts that may wait; more are refused.
            observe: called with the number of texts of each batch.
        """
        self._run = run
        self._most_texts, self._most_waiting = most_texts, most_waiting
        self._observe = observe
        self._jobs: deque[_Job[Operation, Result]] = deque()
        self._changed = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._work, name="models", daemon=True)

    @property
    def waiting(self) -> int:
        """Texts that wait."""
        with self._changed:
            return sum(len(job.texts) for job in self._jobs)

    def start(self) -> None:
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Lets the batch that runs end, for so long; what waits is not begun."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self._thread.join(seconds)

    async def submit(self, operation: Operation, texts: Sequence[str]) -> list[Result]:
        """The results for some texts, in their order.

        Raises:
            OverloadedError: too many texts wait already.
        """
        if not texts:
            return []
        loop = asyncio.get_running_loop()
        job: _Job[Operation, Result] = _Job(operation, texts, loop, loop.create_future())
        with self._changed:
            waiting = sum(len(one.texts) for one in self._jobs)
            if self._stopped or (waiting and waiting + len(texts) > self._most_waiting):
                raise OverloadedError
            self._jobs.append(job)
            self._changed.notify()
        return await job.future

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._jobs and not self._stopped:
                    self._changed.wait()
                if self._stopped:
                    return
                batch = self._next_batch()
            if batch:
                self._answer(batch)

    def _next_batch(self) -> list[_Job[Operation, Result]]:
        """The first job that waits, and those further on that can join it."""
        batch: list[_Job[Operation, Result]] = []
        rest: deque[_Job[Operation, Result]] = deque()
        texts = characters = 0
        for job in self._jobs:
            if job.future.done():  # its client has left
                continue
            more, longer = texts + len(job.texts), characters + job.characters
            fits = more <= self._most_texts and longer <= _CHARACTERS
            if not batch or (fits and job.operation == batch[0].operation):
                batch.append(job)
                texts, characters = more, longer
            else:
                rest.append(job)
        self._jobs = rest
        return batch

    def _answer(self, batch: Sequence[_Job[Operation, Result]]) -> None:
        texts = [text for job in batch for text in job.texts]
        self._observe(len(texts))
        try:
            results = self._run(batch[0].operation, texts)
        except Exception as error:
            if len(batch) == 1:
                batch[0].fail(error)
            else:  # what one text does must not befall the others
                for job in batch:
                    self._answer([job])
            return
        start = 0
        for job in batch:
            job.answer(results[start : start + len(job.texts)])
            start += len(job.texts)
