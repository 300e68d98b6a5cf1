"""The schema of a training run; YAML holds the values, ``--set a.b=c`` overrides them.

Every key is checked: an unknown one is an error that names the nearest known one.  Keys
ending in ``_weight`` multiply a loss or a reward, ``_share`` is a part of one, ``*_loss`` does
not occur here.  A run is a list of stages; each goes on from where the one before it stopped.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from summ.errors import ConfigError

Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0)]
Positive = Annotated[int, Field(gt=0)]
Temperature = Annotated[float, Field(ge=0.1)]
# YAML reads a bare `no` as false.
Precision = Annotated[Literal["no", "bf16"], BeforeValidator(lambda value: value or "no")]


class Section(BaseModel):
    """A part of the configuration: immutable, and strict about unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DataConfig(Section):
    """Which corpus, how much of each text, and how many texts an update takes.

    ``documents`` and ``sentences`` count over all processes and all micro-batches of one
    update, so that the result does not depend on how many machines share the work.
    """

    corpus: Path
    max_document: Positive = 64
    max_sentence: Positive = 24
    documents: Positive = 32
    sentences: Positive = 64


class NoiseConfig(Section):
    """How a sentence is hidden among other words, and a document reduced to keywords."""

    extra_words: tuple[float, float] = (1.0, 2.5)
    drop_share: Share = 0.08
    shuffle_share: Share = 0.3
    keyword_share: tuple[float, float] = (0.25, 0.5)


class NetworkConfig(Section):
    """A transformers network: ``checkpoint`` to start from, or ``config`` to build from nothing.

    ``config`` is passed to ``AutoConfig.for_model``; it names ``model_type`` and its sizes.
    """

    checkpoint: str | None = None
    config: dict[str, Any] | None = None

    @model_validator(mode="after")
    def one_source(self) -> NetworkConfig:
        if (self.checkpoint is None) == (self.config is None):
            raise ValueError("give either 'checkpoint' or 'config', not both and not neither")
        if self.config is not None and "model_type" not in self.config:
            raise ValueError("config must name a 'model_type', for example pegasus")
        return self


class NetworksConfig(Section):
    """The three networks, and which words a summary may use; a language model if it is wanted.

    ``shortlist`` limits summaries to the source's own pieces plus that many of the commonest
    pieces of human sentences; ``null`` leaves the whole vocabulary open.
    """

    compressor: NetworkConfig
    reconstructor: NetworkConfig
    discriminator: NetworkConfig
    language_model: NetworkConfig | None = None
    shortlist: Positive | None = 300
    attention: Literal["eager", "sdpa"] = "eager"


class GruConfig(Section):
    """A recurrent sentence encoder, built from nothing: the one of the skip-thought papers.

    With ``residual`` the states are added to the embeddings, which must be as wide as they are;
    without ``layers`` the embeddings themselves are the states, in no order.
    """

    embedding: Positive
    hidden: Positive = 1
    layers: Annotated[int, Field(ge=0)] = 1
    bidirectional: bool = False
    residual: bool = False

    @model_validator(mode="after")
    def addable(self) -> GruConfig:
        width = self.hidden * (2 if self.bidirectional else 1)
        if self.residual and width != self.embedding:
            raise ValueError(f"residual states must be as wide as embeddings, but are {width} wide")
        return self


class EncoderConfig(Section):
    """Sentence encoders: ``network`` (any AutoModel of transformers) or ``gru``, and the pooling.

    ``encoders`` of the same shape are built: two (f and g) for quick-thought, one for
    skip-thought.  ``last`` pools the state behind the end mark, ``cls`` that of a mark put before
    the first piece.  ``max_pieces`` counts the end mark.  ``embeddings_from`` names corpora in
    which words are counted beside each other, for embeddings to begin with.
    """

    network: NetworkConfig | None = None
    gru: GruConfig | None = None
    encoders: Literal[1, 2] = 2
    pooling: Literal["mean", "cls", "attention", "last"] = "mean"
    attention: Literal["eager", "sdpa"] = "eager"
    max_pieces: Positive = 64
    embeddings_from: list[Path] = []

    @model_validator(mode="after")
    def one_kind(self) -> EncoderConfig:
        if (self.network is None) == (self.gru is None):
            raise ValueError("give either 'network' or 'gru', not both and not neither")
        plain = self.gru is not None and self.gru.layers and not self.gru.residual
        if self.gru is not None and self.pooling in ("cls",) + (() if plain else ("last",)):
            raise ValueError(f"this gru has no state to pool by {self.pooling}: pool by mean")
        return self


class OptimizerConfig(Section):
    """AdamW with linear warm-up, then linear decay to ``final_share`` of the peak."""

    learning_rate: Annotated[float, Field(gt=0)]
    discriminator_learning_rate: Annotated[float, Field(gt=0)] = 3e-4
    warmup_steps: Annotated[int, Field(ge=0)] = 100
    final_share: Share = 0.1
    weight_decay: Weight = 0.01
    max_grad_norm: Annotated[float, Field(gt=0)] = 1.0
    accumulation: Positive = 1


class LessonConfig(Section):
    """The maximum-likelihood lessons that need no pair.

    ``invented_share`` of the sentences are sought in a document that the reconstructor invents
    from them (the cycle); the others in words of other texts (the denoising task).
    ``draft_share`` of the documents are rebuilt from the compressor's own draft; the others
    from their keywords.  Temperatures of the inventions are drawn from ``temperature``.
    """

    invented_share: Share = 0.0
    draft_share: Share = 0.0
    temperature: tuple[float, float] = (0.7, 1.0)
    invented_length: tuple[int, int] = (16, 48)
    budgets: tuple[int, int] = (6, 14)


class RewardConfig(Section):
    """What a draft is rewarded for.  Each weight multiplies one pure function of ``rewards``.

    ``fluency`` needs a machine with a language model: log-likelihood per word above that of the
    words without context (slor), log-likelihood per word, or exp(-perplexity / scale).  It is
    credited to the whole draft, or (slor and likelihood) to each word, discounted like the
    discriminator's.  ``similarity_encoder`` is the folder of a sentence encoder with the machine's
    vocabulary; by default the one that ships with summ.
    """

    reconstruction_weight: Weight = 4.0
    discriminator_weight: Weight = 1.5
    discount: Share = 0.3
    length_weight: Weight = 1.0
    repetition_weight: Weight = 0.0
    fluency_weight: Weight = 0.0
    fluency: Literal["slor", "likelihood", "perplexity"] = "slor"
    fluency_credit: Literal["draft", "word"] = "draft"
    perplexity_scale: Annotated[float, Field(gt=0)] = 150.0
    similarity_weight: Weight = 0.0
    similarity_encoder: Path | None = None

    @model_validator(mode="after")
    def creditable(self) -> RewardConfig:
        if self.fluency == "perplexity" and self.fluency_credit == "word":
            raise ValueError("perplexity is of a whole draft: fluency_credit must be 'draft'")
        return self


class StageShape(Section):
    """What every stage has; ``documents``, ``sentences`` and ``noise`` replace the run's own.

    Every ``discriminator_every``-th update (0: never) is followed by ``critic_updates`` of the
    adversary, the first on the same texts, the others on texts of their own.
    """

    name: str
    steps: Positive
    optimizer: OptimizerConfig
    lesson: LessonConfig = LessonConfig()
    discriminator_every: Annotated[int, Field(ge=0)] = 0
    critic_updates: Positive = 1
    documents: Positive | None = None
    sentences: Positive | None = None
    noise: NoiseConfig | None = None


class PretrainStage(StageShape):
    """Maximum likelihood only: the warm start, and with shares above zero the cycle."""

    kind: Literal["pretrain"]


class LanguageModelStage(StageShape):
    """Maximum likelihood of human sentences for the language model; nothing else learns.

    ``network`` is built where the machine has no language model yet.
    """

    kind: Literal["language-model"]
    network: NetworkConfig | None = None

    @model_validator(mode="after")
    def no_adversary(self) -> LanguageModelStage:
        if self.discriminator_every:
            raise ValueError("no draft is drawn here: discriminator_every must be 0")
        return self


class ReinforceStage(StageShape):
    """Adversarial REINFORCE: the policy gradient, with the lessons kept in as an anchor."""

    kind: Literal["reinforce"]
    baseline: Literal["self-critical", "leave-one-out"] = "leave-one-out"
    samples: Positive = 4
    reward: RewardConfig = RewardConfig()
    lesson_weight: Weight = 1.0

    @model_validator(mode="after")
    def enough_samples(self) -> ReinforceStage:
        if self.baseline == "leave-one-out" and self.samples < 2:
            raise ValueError("the leave-one-out baseline needs samples >= 2")
        return self


class TermConfig(Section):
    """What a relaxed draft is judged by.  Each weight multiplies one pure loss of ``objectives``.

    ``reconstruction_weight`` is the share of nll per word, as in ``RewardConfig``.
    ``discriminator_weight`` is that of the adversary, whatever its kind.  ``prior_weight`` needs a
    machine with a language model.
    """

    reconstruction_weight: Weight = 4.0
    discriminator_weight: Weight = 1.5
    length_weight: Weight = 1.0
    prior_weight: Weight = 0.0
    topic_weight: Weight = 0.0
    coverage_weight: Weight = 0.0


class GumbelStage(StageShape):
    """The gradient through relaxed words (Gumbel-softmax), with the lessons kept in as an anchor.

    ``temperature`` falls geometrically over the stage, from the first to the last.  ``critic`` is
    the adversary: the discriminator of every prefix, or a Wasserstein critic whose slope is kept
    by a gradient penalty (``penalty_weight``) or by limiting its spectra.  ``smoothing`` spreads
    that share of human words for a Wasserstein critic, against soft drafts.
    """

    kind: Literal["gumbel"]
    straight_through: bool = True
    temperature: tuple[Temperature, Temperature] = (1.0, 0.5)
    critic: Literal["discriminator", "wgan-gp", "spectral"] = "discriminator"
    penalty_weight: Weight = 10.0
    smoothing: Share = 0.0
    terms: TermConfig = TermConfig()
    lesson_weight: Weight = 1.0

    @model_validator(mode="after")
    def alike_in_sharpness(self) -> GumbelStage:
        if self.straight_through and self.smoothing:
            raise ValueError("straight-through drafts are one-hot: smoothing must be 0")
        return self


class QuickThoughtStage(StageShape):
    """Which of all sentences of a batch stands next to this one?

    A batch is cut into spans of consecutive sentences; ``sentences`` are to be found within
    ``window`` places.  They are compared by the inner product of their vectors, as in the paper, or
    by their cosine, divided by ``temperature``.
    """

    kind: Literal["quick-thought"]
    span: Annotated[int, Field(ge=3)] = 100
    window: Positive = 1
    similarity: Literal["inner-product", "cosine"] = "inner-product"
    temperature: Annotated[float, Field(gt=0)] = 1.0

    @model_validator(mode="after")
    def whole_batches(self) -> QuickThoughtStage:
        if self.optimizer.accumulation > 1:
            raise ValueError("quick-thought chooses among a whole batch: accumulation must be 1")
        return self


class DecoderConfig(Section):
    """The sizes of the two GRUs that skip-thought decodes the neighbours with."""

    embedding: Positive
    hidden: Positive


class SkipThoughtStage(StageShape):
    """What do the sentences before and after this one say?  Two decoders tell it from its vector.

    A batch is cut into spans of consecutive sentences.
    """

    kind: Literal["skip-thought"]
    decoder: DecoderConfig
    span: Annotated[int, Field(ge=3)] = 8


Stage = Annotated[
    PretrainStage
    | LanguageModelStage
    | ReinforceStage
    | GumbelStage
    | QuickThoughtStage
    | SkipThoughtStage,
    Field(discriminator="kind"),
]
_ENCODER_KINDS = ("quick-thought", "skip-thought")
_STAGE_KINDS = ("pretrain", "language-model", "reinforce", "gumbel", *_ENCODER_KINDS)


class TrainConfig(Section):
    """A whole run."""

    output: Path
    seed: int = 1
    data: DataConfig
    noise: NoiseConfig = NoiseConfig()
    networks: NetworksConfig | None = None
    encoder: EncoderConfig | None = None
    start_from: Path | None = None
    stages: Annotated[list[Stage], Field(min_length=1)]
    precision: Precision = "no"
    log_every: Positive = 20
    validate_every: Positive = 500
    save_every: Positive = 500
    keep_checkpoints: Positive = 2
    validation_documents: Positive = 256
    max_bad_steps: Positive = 20
    loader_workers: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def networks_from_somewhere(self) -> TrainConfig:
        if len({stage.kind in _ENCODER_KINDS for stage in self.stages}) > 1:
            raise ValueError("stages of sentence encoders and of a summarizer need a run each")
        kind, other = ("encoder", "networks") if self.encodes else ("networks", "encoder")
        given = {name for name in (kind, other, "start_from") if dict(self)[name] is not None}
        if given not in ({kind}, {"start_from"}):
            raise ValueError(f"give either '{kind}' (new ones) or 'start_from' (a model folder)")
        return self

    @property
    def encodes(self) -> bool:
        """Whether the run teaches sentence encoders; otherwise a summarizer."""
        return self.stages[0].kind in _ENCODER_KINDS


def load_config(path: Path, overrides: Sequence[str] = ()) -> TrainConfig:
    """Reads a YAML file, applies ``a.b=c`` overrides and checks every key.

    List items are addressed by position: ``stages.0.steps=50``.

    Raises:
        ConfigError: the file cannot be read, is not YAML, or does not fit the schema.
    """
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}).") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not YAML: {' '.join(str(error).split())}.") from error
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: must hold keys and values, found {type(values).__name__}.")
    for override in overrides:
        _apply(values, override)
    try:
        return TrainConfig.model_validate(values)
    except ValidationError as error:
        raise ConfigError(f"{path}: {_first_problem(error)}") from error


def _apply(values: dict[str, Any], override: str) -> None:
    """Sets one dotted key in place."""
    key, equals, text = override.partition("=")
    if not equals or not key:
        raise ConfigError(f"--set {override}: must look like a.b=c.")
    place: Any = values
    *parents, last = key.split(".")
    try:
        for part in parents:
            if isinstance(place, list):
                place = place[int(part)]
            else:
                if place.get(part) is None:
                    place[part] = {}
                place = place[part]
        place[int(last) if isinstance(place, list) else last] = yaml.safe_load(text)
    except (IndexError, ValueError, TypeError, AttributeError, yaml.YAMLError) as error:
        raise ConfigError(f"--set {override}: there is no such place in the file.") from error


def _first_problem(error: ValidationError) -> str:
    """The first schema violation as *key: what is wrong. What to do.*"""
    problem = error.errors()[0]
    # The discriminator of a union stands in pydantic's location but is no key of the file.
    steps = [str(part) for part in problem["loc"] if part not in _STAGE_KINDS]
    key = ".".join(steps)
    if problem["type"] == "extra_forbidden":
        known = _known_keys()
        near = difflib.get_close_matches(steps[-1], known, n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        return f"{key}: unknown key.{hint}"
    found = problem.get("input")
    shown = "" if isinstance(found, dict) else f", found {found!r}"
    message = problem["msg"].removeprefix("Value error, ")
    return f"{key + ': ' if key else ''}{message[:1].lower()}{message[1:]}{shown}."


def _known_keys() -> set[str]:
    """All keys of the schema, to suggest a spelling from."""
    sections = [Section]
    known: set[str] = set()
    while sections:
        section = sections.pop()
        known |= set(section.model_fields)
        sections += section.__subclasses__()
    return known
