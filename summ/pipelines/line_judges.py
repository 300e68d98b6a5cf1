"""Pretrained judges: networks that a user names have a say in the choice among candidate lines.

They are read from a folder or the hub's cache; nothing is downloaded.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from summ.errors import ConfigError

if TYPE_CHECKING:
    import torch

    from summ.networks.pretrained_fluency import PretrainedFluency
    from summ.networks.pretrained_similarity import PretrainedSimilarity

_FLUENCY, _SIMILARITY = 0.5, 3.0  # weights of the trial in docs/training.md, not tuned
_JUDGED = 12  # candidates of a text; a judge costs far more than the search


@dataclass(frozen=True)
class NamedJudge:
    """A pretrained network, and what its figure is multiplied by."""

    folder: Path
    weight: float

    @staticmethod
    def parse(option: str, text: str, weight: float) -> NamedJudge:
        """Reads ``NAME`` or ``NAME=WEIGHT``.

        Args:
            option: which the text was given for, for errors.
            weight: of a name alone.

        Raises:
            ConfigError: the weight is no finite number.
            CheckpointError: there is no such folder, nor such a name in the hub's cache.
        """
        from summ.networks.local_checkpoint import local_folder

        name, given, value = text.rpartition("=")
        if not given or Path(text).is_dir():
            return NamedJudge(local_folder(text), weight)
        try:
            weight = float(value)
        except ValueError:
            weight = math.nan
        if not math.isfinite(weight):
            raise ConfigError(
                f"{option}: the weight must be a number, found {value!r:.60}. Write {name}=0.5."
            )
        return NamedJudge(local_folder(name), weight)


@dataclass(frozen=True)
class LineJudges:
    """Which pretrained networks have a say; either may be absent.

    Attributes:
        fluency: a causal language model; its figure is ``PretrainedFluency``'s, nats a word.
        similarity: a sentence encoder; its figure is the cosine of source and line.
    """

    fluency: NamedJudge | None = None
    similarity: NamedJudge | None = None

    @staticmethod
    def parse(fluency: str | None, similarity: str | None) -> LineJudges | None:
        """The judges as the command line names them; None if it names none.

        Raises:
            ConfigError, CheckpointError: as for ``NamedJudge.parse``.
        """
        if fluency is None and similarity is None:
            return None
        return LineJudges(
            None if fluency is None else NamedJudge.parse("fluency", fluency, _FLUENCY),
            None if similarity is None else NamedJudge.parse("similarity", similarity, _SIMILARITY),
        )

    def best(
        self, source: str, lines: Sequence[str], worths: Sequence[float], device: torch.device | str
    ) -> int:
        """The place of the line whose worth and weighted figures have the highest sum.

        Only the dozen lines that are worth most are judged.

        Args:
            source: what they are lines of.
            lines: at least one, as their reader would see them.
            worths: of each without the judges.
            device: where the networks run.

        Raises:
            CheckpointError: a network is damaged, or of another kind.
        """
        places = sorted(range(len(lines)), key=lambda place: -worths[place])[:_JUDGED]
        judged = [lines[place] for place in places]
        sums = [worths[place] for place in places]
        if self.fluency is not None:
            figures = _fluency(self.fluency.folder, str(device)).log_probs_per_word(judged)
            sums = _added(sums, self.fluency.weight, figures.tolist())
        if self.similarity is not None:
            figures = _similarity(self.similarity.folder, str(device)).cosines(source, judged)
            sums = _added(sums, self.similarity.weight, figures.tolist())
        return places[sums.index(max(sums))]


def _added(sums: Sequence[float], weight: float, figures: Sequence[float]) -> list[float]:
    return [total + weight * figure for total, figure in zip(sums, figures, strict=True)]


@lru_cache(maxsize=1)
def _fluency(folder: Path, device: str) -> PretrainedFluency:
    from summ.networks.pretrained_fluency import PretrainedFluency

    return PretrainedFluency.load(folder, device)


@lru_cache(maxsize=1)
def _similarity(folder: Path, device: str) -> PretrainedSimilarity:
    from summ.networks.pretrained_similarity import PretrainedSimilarity

    return PretrainedSimilarity.load(folder, device)
