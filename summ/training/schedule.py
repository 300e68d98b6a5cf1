"""How the learning rate moves over a stage."""

from __future__ import annotations

import warnings

import torch
from torch.optim.lr_scheduler import LinearLR, LRScheduler, SequentialLR

from summ.config import OptimizerConfig


def schedule(optimizer: torch.optim.Optimizer, config: OptimizerConfig, steps: int) -> LRScheduler:
    """Linear warm-up from a hundredth, then linear decay to ``final_share`` at ``steps``."""
    warm = min(config.warmup_steps, max(1, steps // 2))
    rise = LinearLR(optimizer, start_factor=0.01, total_iters=max(1, warm))
    fall = LinearLR(
        optimizer, start_factor=1.0, end_factor=config.final_share, total_iters=max(1, steps - warm)
    )
    return SequentialLR(optimizer, [rise, fall], milestones=[max(1, warm)])


def advance(scheduler: LRScheduler, updates: int) -> None:
    """Brings a fresh schedule to where it stood after so many updates.

    Replayed one by one, since each rate is computed from the one before and must come out the
    same to the last bit.
    """
    with warnings.catch_warnings():
        # torch expects an optimizer's step before each; those were taken before the restart.
        warnings.filterwarnings("ignore", message="Detected call of `lr_scheduler.step")
        for _ in range(updates):
            scheduler.step()
