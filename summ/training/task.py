"""What a run trains, as the trainer sees it.

The trainer knows updates, checkpoints and processes; a task knows networks, texts and steps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from torch import nn

from summ.config import TrainingStage
from summ.errors import ConfigError


@dataclass(frozen=True)
class Validation:
    """Figures of a model on held-out texts; no reference is read.

    Attributes:
        figures: ``held_out/...`` by name, means over the texts.
        samples: the first few results as text, each after its source.
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


@dataclass(frozen=True)
class Adversary:
    """A second learner, which reads what the first one draws.

    Attributes:
        step: ``forward(batch, draft, streams) -> StepOutput``; ``draft`` is what the first learner
            drew from the same batch, or None if it drew nothing.
        every: it learns after each so-many-th update of the first,
        updates: so many times: first on the same texts, then on texts of its own.
        learning_rate: at the peak of its schedule.
    """

    step: nn.Module
    every: int
    updates: int
    learning_rate: float


@dataclass(frozen=True)
class StageParts:
    """What the trainer needs of a stage with updates.

    Attributes:
        stage: how many there are, by which optimizer, and how often they are saved.
        batches: its texts.
        step: the module that is updated: ``forward(batch, streams) -> StepOutput``.
        validate: how good the networks are now, by what the run itself can measure.
        shown: names of the figures that a progress bar has room for.
        adversary: None where nothing else learns.
    """

    stage: TrainingStage
    batches: BatchSource
    step: nn.Module
    validate: Callable[[], Validation]
    shown: tuple[str, ...]
    adversary: Adversary | None = None


def check_shares(stage: TrainingStage, processes: int, **rows: int) -> None:
    """Passes where processes and micro-batches can share the rows of an update equally.

    Args:
        rows: how many there are, by the name of the key that says so.

    Raises:
        ConfigError: they cannot.
    """
    parts = processes * stage.optimizer.accumulation
    for name, count in rows.items():
        if count % parts:
            raise ConfigError(
                f"stages.{stage.name}: {count} {name} cannot be shared equally by {parts} parts "
                f"(processes x accumulation). Choose a multiple for {name}."
            )


@runtime_checkable
class Task(Protocol):
    """The networks of a run and, stage by stage, how they learn."""

    def networks(self) -> dict[str, nn.Module]:
        """The networks by name, in a fixed order; checkpoints hold them."""

    def texts(self) -> str:
        """The SHA-256 of the texts that the run learns from: a run does not go on with others."""

    def begin(self, index: int, processes: int) -> StageParts | None:
        """The parts of the run's stage at this position.

        A stage without updates is done here, its networks in place: it has no parts (None).

        Raises:
            ConfigError: the processes and micro-batches cannot share the rows of an update
                equally, or the networks lack what the stage needs.
        """

    def save(self, folder: Path, index: int, final: bool = False) -> None:
        """Writes the model folder.

        Args:
            index: the position of the stage that was done last.  A resumed run may write the
                folder of a stage that it does not begin.
            final: in the form that the configuration asks for; otherwise exactly as trained.
        """
