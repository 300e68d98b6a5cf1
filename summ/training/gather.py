"""The rows of all processes, with gradient: what contrastive losses choose among.

Without torch.distributed running, the rows of this process are all there are.
"""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Shaped
from torch import Tensor, distributed


def all_rows(rows: Shaped[Tensor, "N ..."]) -> Shaped[Tensor, "M ..."]:
    """The rows of every process below each other, in the order of ranks.

    Processes may have different numbers of rows.  The gradient that any process sends to a row
    arrives, summed, where the row came from; so the sum of all processes' losses has the
    gradient that one process with all rows would compute.
    """
    if not (distributed.is_available() and distributed.is_initialized()):
        return rows
    count = torch.tensor([len(rows)], device=rows.device)
    counts = [torch.zeros_like(count) for _ in range(distributed.get_world_size())]
    distributed.all_gather(counts, count)
    everyone: Tensor = _AllRows.apply(rows, [int(value) for value in counts])
    return everyone


class _AllRows(torch.autograd.Function):
    """Gathering whose backward pass sums over the processes."""

    @staticmethod
    def forward(ctx: Any, rows: Tensor, counts: list[int]) -> Tensor:
        ctx.counts = counts
        # Collectives want equal shapes, so the shorter parts are filled up.
        filled = rows.new_zeros((max(counts), *rows.shape[1:]))
        filled[: len(rows)] = rows
        parts = [torch.empty_like(filled) for _ in counts]
        distributed.all_gather(parts, filled)
        return torch.cat([part[:count] for part, count in zip(parts, counts, strict=True)])

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        summed = gradients[0].contiguous()
        distributed.all_reduce(summed)
        rank = distributed.get_rank()
        first = sum(ctx.counts[:rank])
        return summed[first : first + ctx.counts[rank]], None
