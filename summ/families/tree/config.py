"""The settings of a run of trees: running text, and how its marks are read."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from summ.config import Place, RunShape, Section, StageShape, Weight


class TreeTextConfig(Section):
    """``corpus`` is running text of ``summ prepare --prose``, marks and all."""

    corpus: Place


class BordersStage(StageShape):
    """Counts what phrases begin and end with; there are no updates.

    A tree is split at its strongest border: ``end_weight`` weighs what stands before it against
    what stands behind it, ``mark`` is what a comma is worth, and ``right_branching`` how much a
    border loses from each word to the next.  ``trust`` are the occurrences of a piece from which on
    it is believed.
    """

    kind: Literal["borders"]
    end_weight: Weight = 0.8
    mark: Weight = 4.0
    right_branching: Weight = 2.5
    trust: Annotated[float, Field(gt=0, le=1e6)] = 20.0


class TreeRun(RunShape):
    """A whole run: one stage, which reads the text once."""

    family: Literal["tree"] = "tree"
    data: TreeTextConfig
    stages: Annotated[list[BordersStage], Field(min_length=1, max_length=1)]
