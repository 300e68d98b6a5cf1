"""The parts of a configuration that stages share: texts, noise, networks, encoders."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from summ.config.values import (
    Count,
    Layers,
    Length,
    Place,
    PretrainedName,
    Rate,
    Rows,
    Share,
    Shares,
    Weight,
    Weights,
    Width,
)

_MOST_LAYERS = 1000
_LARGEST_SIZE = 1 << 20


class Section(BaseModel):
    """A part of the configuration: immutable, and strict about unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class DataConfig(Section):
    """Which corpus, how much of each text, and how many texts an update takes.

    ``documents`` and ``sentences`` count over all processes and all micro-batches of one
    update, so that the result does not depend on how many machines share the work.
    """

    corpus: Place
    max_document: Length = 64
    max_sentence: Length = 24
    documents: Rows = 32
    sentences: Rows = 64


class OptimizerConfig(Section):
    """AdamW with linear warm-up, then linear decay to ``final_share`` of the peak."""

    learning_rate: Rate
    warmup_steps: Count = 100
    final_share: Share = 0.1
    weight_decay: Weight = 0.01
    max_grad_norm: Annotated[float, Field(gt=0)] = 1.0
    accumulation: Rows = 1


class NoiseConfig(Section):
    """How a sentence is hidden among other words, and a document reduced to keywords."""

    extra_words: Weights = (1.0, 2.5)
    drop_share: Share = 0.08
    shuffle_share: Share = 0.3
    keyword_share: Shares = (0.25, 0.5)


def _within_bounds(config: dict[str, Any]) -> dict[str, Any]:
    """A configuration of transformers in which no number is beyond every network."""
    waiting: list[tuple[str, Any]] = list(config.items())
    while waiting:
        key, value = waiting.pop()
        if isinstance(value, dict):
            waiting += ((str(name), item) for name, item in value.items())
        elif isinstance(value, list):
            waiting += ((key, item) for item in value)
        elif isinstance(value, int):
            most = _MOST_LAYERS if "layer" in key else _LARGEST_SIZE
            if abs(value) > most:
                raise ValueError(f"{key} must be at most {most:,}")
        elif isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{key} must be a finite number")
    return config


class NetworkConfig(Section):
    """A transformers network: ``checkpoint`` to start from, or ``config`` to build from nothing.

    ``config`` is passed to ``AutoConfig.for_model``; it names ``model_type`` and its sizes.
    """

    checkpoint: PretrainedName | None = None
    config: Annotated[dict[str, Any], AfterValidator(_within_bounds)] | None = None

    @model_validator(mode="after")
    def one_source(self) -> NetworkConfig:
        if (self.checkpoint is None) == (self.config is None):
            raise ValueError("give either 'checkpoint' or 'config', not both and not neither")
        if self.config is not None and "model_type" not in self.config:
            raise ValueError("config must name a 'model_type', for example pegasus")
        return self


class StaticConfig(Section):
    """A static sentence encoder: a table of embeddings of this width, and the mean of its rows."""

    embedding: Width


class GruConfig(Section):
    """A recurrent sentence encoder, initialised at random, as in the skip-thought papers."""

    embedding: Width
    hidden: Width
    layers: Layers = 1
    bidirectional: bool = False

    @field_validator("layers")
    @classmethod
    def any_layers(cls, layers: int) -> int:
        if not layers:
            raise ValueError("a gru has at least one layer. Write 'static' instead of 'gru'")
        return layers


class EmbeddingsConfig(Section):
    """How the embeddings of one encoder are initialised.

    The first ``counted`` columns are factors of how often pieces occur near each other: anywhere
    ``around`` a piece, or on each of its ``sides`` separately.  The other columns are random and
    tell apart pieces that counting finds alike, after the two channels of Logeswaran & Lee's MC-QT
    (2018).  Rows of frequent pieces are made shorter: a piece that makes up the share ``telling``
    of the text keeps half its length.
    """

    counted: Count
    contexts: Literal["around", "sides"] = "around"
    telling: Annotated[float, Field(ge=1e-9)] = 1e-3


class EncoderConfig(Section):
    """Sentence encoders: one of ``network`` (any AutoModel of transformers), ``gru``, ``static``.

    ``encoders`` of the same shape are built: two (f and g) for quick-thought, one for
    skip-thought.  Of the ``pooling``s, ``last`` takes the state behind the end mark and ``cls``
    that of a mark put before the first piece; a static encoder has the mean alone.  ``max_pieces``
    includes the end mark.  ``embeddings_from`` names prepared corpora whose pieces are counted to
    initialise embeddings, as the item of ``embeddings`` for each encoder says.
    """

    network: NetworkConfig | None = None
    gru: GruConfig | None = None
    static: StaticConfig | None = None
    encoders: Literal[1, 2] = 2
    pooling: Literal["mean", "cls", "attention", "last"] = "mean"
    attention: Literal["eager", "sdpa"] = "eager"
    max_pieces: Length = 64
    embeddings_from: list[Place] = []
    embeddings: list[EmbeddingsConfig] = []

    @model_validator(mode="after")
    def one_kind(self) -> EncoderConfig:
        if [self.network, self.gru, self.static].count(None) != 2:
            raise ValueError("give exactly one of 'network', 'gru' and 'static'")
        if self.embeddings_from and len(self.embeddings) != self.encoders:
            raise ValueError(f"embeddings_from needs 'embeddings' of {self.encoders} encoders each")
        if self.gru is not None and self.pooling == "cls":
            raise ValueError("a gru reads no mark to pool by cls. Set pooling to last or mean")
        if self.static is not None and self.pooling != "mean":
            raise ValueError(f"a static encoder has no {self.pooling}. Set pooling to mean")
        return self


class DecoderConfig(Section):
    """The sizes of the two GRUs that skip-thought decodes the neighbours with."""

    embedding: Width
    hidden: Width
