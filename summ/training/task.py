"""What a run teaches, as the trainer sees it.

The trainer knows updates, checkpoints and processes; a task knows networks, texts and steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from torch import nn

from summ.config import StageShape


@dataclass(frozen=True)
class Validation:
    """Figures of a model on held-out texts; no reference is read.

    Attributes:
        figures: ``held_out/...`` by name, means over the texts.
        samples: the first few results as text, each with its source.
    """

    figures: dict[str, float]
    samples: list[tuple[str, str]]


@runtime_checkable
class BatchSource(Protocol):
    """The texts of a stage: a pure function of the step, so that nothing needs remembering."""

    def at(self, step: int, rows: tuple[int, int] = (0, 1)) -> Any:
        """The batch of an update, or the share of one of ``(rank, world)`` parts.

        A batch has ``to(device)``; what else it has is between the source and the step.
        """


@runtime_checkable
class Task(Protocol):
    """Networks, the steps that teach them, the texts they learn from, and their judgement."""

    def networks(self) -> dict[str, nn.Module]:
        """The networks by name, in a fixed order; checkpoints hold them."""

    def batches(self, stage: StageShape, shards: int) -> BatchSource:
        """The texts of a stage, whose rows ``shards`` parts share equally.

        Raises:
            ConfigError: they cannot.
        """

    def step(self, stage: StageShape) -> nn.Module:
        """The module that is updated: ``forward(batch, draws) -> StepOutput``."""

    def critic(self, stage: StageShape) -> nn.Module | None:
        """The adversary: ``forward(batch, draft, draws) -> StepOutput``; None where none learns.

        ``draft`` is what the step drew from the same batch, or None if it drew nothing.
        """

    def validate(self, stage: StageShape) -> Validation:
        """How good the networks are now, by what the run itself can judge."""

    def save(self, folder: Path) -> None:
        """Writes the model folder."""
