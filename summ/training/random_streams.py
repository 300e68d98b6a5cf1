"""The random numbers of one training step, the same however its rows are shared out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor


@dataclass(frozen=True)
class RandomStreams:
    """A source of uniform numbers that depends on (seed, step, purpose) only.

    The rows of an update are dealt to ``shards`` parts, row ``shard + i * shards`` to part
    ``shard``; a part is one micro-batch of one process.  Every part generates the numbers of
    the whole update and keeps its own, so two processes draw what one would have drawn, and
    nothing has to be saved to resume.
    """

    seed: int
    step: int
    shard: int
    shards: int
    device: torch.device

    def uniform(self, purpose: str, rows: int, columns: int) -> Float[Tensor, "rows columns"]:
        """Numbers in [0, 1) for this part's ``rows`` rows."""
        name = f"{self.seed}/{self.step}/{purpose}".encode()
        seed = int.from_bytes(hashlib.blake2b(name, digest_size=8).digest()[:7], "big")
        generator = torch.Generator().manual_seed(seed)
        table = torch.rand((rows * self.shards, columns), generator=generator)
        return table[self.shard :: self.shards].to(self.device)

    def integers(self, purpose: str, rows: int, bounds: tuple[int, int]) -> Int[Tensor, " rows"]:
        """One integer a row, uniform between both bounds inclusive."""
        low, high = bounds
        return low + (self.uniform(purpose, rows, 1)[:, 0] * (high - low + 1)).long()


def stage_seed(seed: int, stage: str) -> int:
    """A seed of the stage's own, so that two stages of a run do not see the same draws."""
    return int.from_bytes(
        hashlib.blake2b(f"{seed}/{stage}".encode(), digest_size=4).digest(), "big"
    )
