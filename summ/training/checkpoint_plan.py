"""Which checkpoints the configuration plans: those that a run without accidents would write.

A signal adds one where it strikes.  It is kept as long as it is the newest, and never averaged.
"""

from __future__ import annotations

from collections.abc import Iterator

from summ.config import RunShape


def save_every(config: RunShape, index: int) -> int:
    """How many updates there are between two planned checkpoints of a stage."""
    return config.stages[index].saved_every or config.save_every


def averaged_steps(config: RunShape, index: int) -> list[int]:
    """The steps of the run whose checkpoints a stage hands on the mean of, oldest first."""
    found: list[int] = []
    for step in _planned(config, index):
        found.append(step)
        if len(found) == config.stages[index].averaged:
            break
    return found[::-1]


def is_planned(config: RunShape, step: int) -> bool:
    """Whether a run without accidents writes a checkpoint at this step."""
    end = 0
    for index, stage in enumerate(config.stages):
        end += stage.updates
        if step <= end:
            return step == end or step % save_every(config, index) == 0
    return False


def is_within(config: RunShape, stage: int, stage_step: int) -> bool:
    """Whether the run has such a stage, and that stage such an update."""
    return 0 <= stage < len(config.stages) and 0 <= stage_step <= config.stages[stage].updates


def _planned(config: RunShape, index: int) -> Iterator[int]:
    """The steps of a stage's planned checkpoints, newest first."""
    start = sum(stage.updates for stage in config.stages[:index])
    end, every = start + config.stages[index].updates, save_every(config, index)
    yield end
    yield from range((end - 1) // every * every, start, -every)
