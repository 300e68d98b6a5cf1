"""A job: a task, where its texts are and where its parts go; and the worker that does a block."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace

from summ.distributed.blocks import Block, Reading, read_block
from summ.distributed.parts import Parts
from summ.distributed.task import Tally, Task, Write
from summ.errors import DataError, SummError


@dataclass(frozen=True)
class Job:
    """What a worker must know.

    Attributes:
        threads: of the CPU, for each worker.
    """

    task: Task
    reading: Reading
    parts: Parts
    threads: int = 1

    @property
    def waiting(self) -> Parts:
        """The folder where the workers' parts go."""
        return replace(self.parts, inner=self.task.inner)


@dataclass(frozen=True)
class Done:
    """What a worker says of a block.

    Attributes:
        error: of the user's, that kept it from being done; empty if it was.
    """

    number: int
    tally: Tally
    error: str = ""

    @staticmethod
    def of(text: str) -> Done:
        """What ``Worker.work_json`` returned."""
        stored = json.loads(text)
        return Done(**{**stored, "tally": Tally(**stored["tally"])})


class Worker:
    """Does one block after another with one model, which it loads for the first of them."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._write: Write | None = None

    def work(self, block: Block) -> Done:
        """Writes a block's part, unless it is there."""
        parts = self._job.waiting
        if parts.has(block) or self._job.parts.has(block):
            return Done(block.number, Tally(rows=block.records))
        try:
            records, cut = read_block(block, self._job.reading)
            if self._write is None:
                self._write = self._load()
            with parts.writing(parts.name(block)) as path:
                tally = self._write(records, cut, path)
        except SummError as error:
            return Done(block.number, Tally(), str(error))
        return Done(block.number, tally + Tally(lacking=block.records - len(records)))

    def work_json(self, block: str) -> str:
        """The same for engines, whose rows hold numbers and strings."""
        return json.dumps(asdict(self.work(Block.of(json.loads(block)))))

    def _load(self) -> Write:
        os.environ["OMP_NUM_THREADS"] = str(self._job.threads)
        import torch

        torch.set_num_threads(self._job.threads)
        return self._job.task.load()


def workers_lost(engine: str, error: Exception) -> DataError:
    """What is said where an engine has given up."""
    reason = " ".join(str(error).split())[:200]
    return DataError(
        f"--engine {engine}: workers were lost ({reason}). Say the same again to go on, with fewer "
        "--workers if memory is short."
    )
