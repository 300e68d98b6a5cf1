"""The settings of a run of sentence encoders: its texts, encoders and stages."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from summ.config import (
    DecoderConfig,
    EncoderConfig,
    Length,
    Place,
    Positive,
    Rows,
    RunShape,
    Section,
    StageShape,
    TrainingStage,
    Weight,
    Width,
)


class ProseConfig(Section):
    """Which running text, and how much of it an update takes.

    ``corpus`` is a folder of ``summ prepare --prose``; ``max_sentence`` counts the pieces that are
    read of a sentence, ``sentences`` those of one update over all processes.
    """

    corpus: Place
    max_sentence: Length = 24
    sentences: Rows = 64


class QuickThoughtStage(TrainingStage):
    """Which of all sentences of a batch stands next to this one?

    A batch is cut into spans of consecutive sentences; ``sentences`` are to be found within
    ``window`` places.  They are compared by the inner product of their vectors, as in the paper, or
    by their cosine, divided by ``temperature``.
    """

    kind: Literal["quick-thought"]
    sentences: Rows | None = None
    span: Annotated[Rows, Field(ge=3)] = 100
    window: Rows = 1
    similarity: Literal["inner-product", "cosine"] = "inner-product"
    temperature: Annotated[float, Field(ge=0.001, le=1000)] = 1.0

    @model_validator(mode="after")
    def whole_batches(self) -> QuickThoughtStage:
        if self.optimizer.accumulation > 1:
            raise ValueError("quick-thought chooses among a whole batch: accumulation must be 1")
        return self


class SkipThoughtStage(TrainingStage):
    """What do the sentences before and after this one say?  Two decoders tell it from its vector.

    A batch is cut into spans of consecutive sentences.
    """

    kind: Literal["skip-thought"]
    decoder: DecoderConfig
    sentences: Rows | None = None
    span: Annotated[Rows, Field(ge=3)] = 8


class CpcStage(TrainingStage):
    """Which of all sentences of a batch come next in this document?

    A batch is cut into spans of consecutive sentences, which are read in order; each of the
    ``ahead`` sentences after the last one read is picked by itself.  What has been read is the
    state of a GRU of ``hidden`` numbers, or by ``sentence`` the last sentence alone.  Vectors are
    compared as in quick-thought.
    """

    kind: Literal["cpc"]
    sentences: Rows | None = None
    span: Annotated[Rows, Field(ge=3)] = 8
    ahead: Rows = 3
    context: Literal["gru", "sentence"] = "gru"
    hidden: Width = 256
    similarity: Literal["inner-product", "cosine"] = "inner-product"
    temperature: Annotated[float, Field(ge=0.001, le=1000)] = 1.0

    @model_validator(mode="after")
    def whole_batches(self) -> CpcStage:
        if self.optimizer.accumulation > 1:
            raise ValueError("cpc chooses among a whole batch: accumulation must be 1")
        if self.ahead >= self.span:
            raise ValueError("no sentence of a span is so far ahead: ahead must be below span")
        return self


class BinaryCodeConfig(Section):
    """A code of ``bits`` signs of a linear map of the sentence vector.

    ``balance`` weighs that each bit is 1 for half of the texts, ``decorrelation`` that none tells
    of another.  It starts from the vectors of the first ``fitted_on`` sentences.
    """

    bits: Width = 64
    balance: Weight = 0.5
    decorrelation: Weight = 0.1
    fitted_on: Positive = 20_000


class InfoMaxStage(TrainingStage):
    """Which half of which sentence is the other half of this one?

    Cosines of the halves' vectors are divided by ``temperature``.  With a ``code``, the encoders
    stay as they are, the code learns, and cosines are those of codes.
    """

    kind: Literal["infomax"]
    sentences: Rows | None = None
    temperature: Annotated[float, Field(ge=0.001, le=1000)] = 0.1
    code: BinaryCodeConfig | None = None

    @model_validator(mode="after")
    def whole_batches(self) -> InfoMaxStage:
        if self.optimizer.accumulation > 1:
            raise ValueError("infomax chooses among a whole batch: accumulation must be 1")
        return self


class TrainingTextStage(StageShape):
    """What the model has read, so that it can be told whether another text is like it.

    No updates: up to ``measured`` documents (at most a tenth) are held out and say how unlike its
    own kind such text is; the others are counted.
    """

    kind: Literal["training-text"]
    measured: Positive = 10_000


Stage = Annotated[
    QuickThoughtStage | SkipThoughtStage | InfoMaxStage | CpcStage | TrainingTextStage,
    Field(discriminator="kind"),
]


class SentenceRun(RunShape):
    """A whole run: a new ``encoder``, or those of the model folder ``start_from``, and its stages.

    ``validation_documents`` are held out; figures of them are of the stage's own objective.
    """

    family: Literal["sentence"] = "sentence"
    data: ProseConfig
    encoder: EncoderConfig | None = None
    start_from: Place | None = None
    stages: Annotated[list[Stage], Field(min_length=1)]
    validation_documents: Positive = 256

    @model_validator(mode="after")
    def training_text_last(self) -> SentenceRun:
        if any(isinstance(stage, TrainingTextStage) for stage in self.stages[:-1]):
            raise ValueError("a stage of the kind training-text must be the last one")
        return self

    @model_validator(mode="after")
    def encoders_from_somewhere(self) -> SentenceRun:
        if (self.encoder is None) == (self.start_from is None):
            raise ValueError("give either 'encoder' (new ones) or 'start_from' (a model folder)")
        return self
