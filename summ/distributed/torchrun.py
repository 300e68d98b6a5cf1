"""The engine ``torchrun``: each of the processes that it starts does its share of the blocks.

Without torchrun there is one process, which does them all, and can go on where it was stopped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from summ.distributed.blocks import Block
from summ.distributed.job import Done, Job, Worker
from summ.pipelines.processes import Processes


def work(job: Job, blocks: Sequence[Block], processes: Processes) -> Iterator[Done]:
    """Does the blocks of this process."""
    worker = Worker(job)
    for block in blocks:
        if block.number % processes.world == processes.rank:
            yield worker.work(block)
