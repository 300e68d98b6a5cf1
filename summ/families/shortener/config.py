"""The settings of a run that trains a shortener: its pairs, where it starts, its stages."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from summ.config import (
    Language,
    Length,
    NetworkConfig,
    Place,
    Positive,
    Rows,
    RunShape,
    Section,
    TrainingStage,
)
from summ.text.vocabulary import LONGEST_PROMPT


class PairsConfig(Section):
    """Which pairs, and how many an update takes.

    ``pairs`` is what ``data_prep.splices`` wrote, ``verbs`` the lexicon beside it; without, it is
    that of the shortener that the run starts from.  Pairs of more than ``max_document`` and
    ``max_sentence`` pieces, end marks included, are left out.  ``rows`` counts the pairs of an
    update over all processes and micro-batches; ``held_out`` targets are never trained on.
    """

    pairs: Place
    verbs: Place | None = None
    max_document: Length = 64
    max_sentence: Length = 24
    rows: Rows = 64
    held_out: Positive = 512


class NewCompressorConfig(Section):
    """A compressor that begins with random weights, and what it reads.

    ``vocabulary`` is the folder that the program which made the pairs wrote; ``language`` an ISO
    639 code, by which texts find the model.  ``layers_from`` is the folder, or the name, of a
    shortener in another language, whose layers it begins with; see ``transplanted``.
    """

    vocabulary: Place
    language: Language
    compressor: NetworkConfig
    layers_from: Place | None = None
    attention: Literal["eager", "sdpa"] = "eager"


class ShortenStage(TrainingStage):
    """The likelihood of a shorter sentence, given the long one and the most words it may have.

    These are drawn anew in each update, uniformly between the words of the target and
    ``longest_line``: so a line ends where it is complete, and not only where there is no more room.
    """

    kind: Literal["shorten"]
    longest_line: Annotated[int, Field(gt=0, le=LONGEST_PROMPT)] = 12


# One kind so far; a second makes this a union, told apart by ``kind``.
Stage = ShortenStage


class ShortenerRun(RunShape):
    """A whole run: a ``new`` compressor, or that of the folder ``start_from``, and its stages.

    ``start_from`` is a summarizer or a shortener; its vocabulary is kept.
    """

    family: Literal["shortener"] = "shortener"
    data: PairsConfig
    new: NewCompressorConfig | None = None
    start_from: Place | None = None
    stages: Annotated[list[Stage], Field(min_length=1)]

    @model_validator(mode="after")
    def compressor_from_somewhere(self) -> ShortenerRun:
        if (self.new is None) == (self.start_from is None):
            raise ValueError(
                "give either 'new' (a new compressor) or 'start_from' (a model folder)"
            )
        return self
