"""Processes that share one job: rank and number, sums over all, and blocks that fail together.

They are those that ``torchrun`` describes in the environment; without it there is one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch

from summ.errors import DataError

# Processes wait for the slowest.  Their shares are equal, so after a day one must be lost.
_PATIENCE = timedelta(days=1)


@dataclass(frozen=True)
class Processes:
    """The processes of a job, seen from one of them.

    Attributes:
        rank: the number of this process, from 0.
        world: the number of processes.
    """

    rank: int
    world: int

    def total(self, numbers: Sequence[int]) -> list[int]:
        """The sums over all processes; each waits until all have called it."""
        if self.world == 1:
            return list(numbers)
        summed = torch.tensor(list(numbers), dtype=torch.int64)
        torch.distributed.all_reduce(summed)
        return [int(number) for number in summed]

    @contextmanager
    def together(self) -> Iterator[None]:
        """A block that all processes must complete, or none continues after it.

        Raises:
            DataError: it failed in another process, which reports the reason.
        """
        failed = 1
        try:
            yield
            failed = 0
        finally:
            (failures,) = self.total([failed])
            if failures and not failed:
                raise DataError(
                    f"process {self.rank}: stopped, since {failures} of {self.world} processes "
                    "failed. See their messages."
                )


ALONE = Processes(0, 1)


def device() -> str:
    """The device of this process: its GPU, or the CPU."""
    if not torch.cuda.is_available():
        return "cpu"
    return f"cuda:{int(os.environ.get('LOCAL_RANK', 0)) % torch.cuda.device_count()}"


@contextmanager
def joined() -> Iterator[Processes]:
    """This process, connected to the others while the block lasts."""
    world = int(os.environ.get("WORLD_SIZE", "1"))
    if world == 1:
        yield ALONE
        return
    torch.distributed.init_process_group("gloo", timeout=_PATIENCE)
    try:
        yield Processes(torch.distributed.get_rank(), world)
    finally:
        torch.distributed.destroy_process_group()
