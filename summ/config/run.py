"""What every run has, whichever family it trains: all that the trainer reads of a configuration."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from summ.config.sections import OptimizerConfig, Section
from summ.config.values import Place, Positive, Seed

# YAML reads a bare `no` as false.
Precision = Annotated[Literal["no", "bf16"], BeforeValidator(lambda value: value or "no")]

# Other systems' folders, too: none of them takes a final dot, and some ignore capitals.
_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?")


def _is_name(value: str) -> str:
    """A stage is kept in a folder of its name: it must not lead anywhere else."""
    if _NAME.fullmatch(value) is None:
        raise ValueError(
            "is no name of a folder. Use up to 64 of the letters a-z and A-Z, digits, '.', '-' and "
            "'_', with no '.' or '-' first and no '.' last"
        )
    return value


StageName = Annotated[str, AfterValidator(_is_name)]


class StageShape(Section):
    """What every stage has: a name, which is also that of its model folder under ``stages``."""

    name: StageName

    @property
    def updates(self) -> int:
        """How often the trainer updates the stage's networks."""
        return 0

    @property
    def averaged(self) -> int:
        """Of how many of its last checkpoints a stage hands on the mean."""
        return 1

    @property
    def saved_every(self) -> int | None:
        """Updates between two of its checkpoints, if it says so itself."""
        return None


class TrainingStage(StageShape):
    """What the trainer reads of a stage with updates; families add the keys that their steps read.

    A stage hands on the mean of the weights in its last ``average_checkpoints`` checkpoints; 1 is
    its last weights.  ``save_every`` replaces the run's own, for checkpoints to be averaged.
    """

    steps: Positive
    optimizer: OptimizerConfig
    average_checkpoints: Positive = 1
    save_every: Positive | None = None

    @property
    def updates(self) -> int:
        return self.steps

    @property
    def averaged(self) -> int:
        return self.average_checkpoints

    @property
    def saved_every(self) -> int | None:
        return self.save_every


class RunShape(Section):
    """What the trainer reads of a run; a family's schema adds its texts, networks and stages.

    A run is a list of stages; each goes on from where the one before it stopped.
    """

    family: str
    output: Place
    seed: Seed = 1
    stages: Annotated[Sequence[StageShape], Field(min_length=1)]
    precision: Precision = "no"
    log_every: Positive = 20
    validate_every: Positive = 500
    save_every: Positive = 500
    keep_checkpoints: Positive = 2
    max_bad_steps: Positive = 20
    loader_workers: Annotated[int, Field(ge=0, le=256)] = 0

    @model_validator(mode="after")
    def folders_of_their_own(self) -> Self:
        first: dict[str, int] = {}
        for place, stage in enumerate(self.stages):
            other = first.setdefault(stage.name.lower(), place)
            if other != place:
                raise ValueError(
                    f"stages.{place}.name: must not be that of stages.{other} (capitals count for "
                    f"nothing), found '{stage.name}'. Give each stage a name of its own"
                )
        return self

    @model_validator(mode="after")
    def enough_checkpoints(self) -> Self:
        most = max(stage.averaged for stage in self.stages)
        if most > self.keep_checkpoints:
            raise ValueError(f"average_checkpoints is {most}: keep_checkpoints must be as many")
        return self
