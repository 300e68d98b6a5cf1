"""The settings of a summarizer's run: its texts, networks and stages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from summ.config import (
    Count,
    DataConfig,
    Lengths,
    NetworkConfig,
    NoiseConfig,
    OptimizerConfig,
    Place,
    Positive,
    PretrainedName,
    Rate,
    Rows,
    RunShape,
    Section,
    Share,
    StageName,
    StageShape,
    Temperature,
    Temperatures,
    TrainingStage,
    Weight,
    Width,
)


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


class AnchorConfig(Section):
    """Denoising: the compressor recovers human sentences, which needs no pair.

    ``back_translated_share`` of them are recovered from a document that the reconstructor wrote
    around them, the others from noise.  A document with less than ``back_translated_coverage`` of
    its sentence's pieces would teach hallucination: such a sentence is recovered from noise after
    all.  ``temperature`` bounds the sampling temperature of these documents,
    ``back_translated_length`` their words.  ``budgets`` bounds the words of drafts.
    """

    back_translated_share: Share = 0.0
    back_translated_coverage: Share = 0.0
    temperature: Temperatures = (0.7, 1.0)
    back_translated_length: Lengths = (16, 48)
    budgets: Lengths = (6, 14)


class LikelihoodConfig(AnchorConfig):
    """Denoising, and reconstruction: the reconstructor rebuilds documents.

    It rebuilds ``draft_share`` of them from the compressor's own drafts, the others from their
    keywords.
    """

    draft_share: Share = 0.0


class RewardConfig(Section):
    """What a draft is rewarded for: each weight multiplies one reward of a critique.

    ``reconstruction_weight``: log-likelihood of the source given the draft, per piece;
    ``discriminator_weight``: humanness of each prefix, credited to the words before with
    ``discount``; ``length_weight`` and ``repetition_weight``: words off the budget, and said
    before; ``position_weight`` prefers words from the source's head, where news begins.

    ``fluency_weight`` (SLOR) needs a model with a language model, ``similarity_encoder`` is the
    folder of a sentence encoder, by default the one that ships with summ.  Or pretrained networks
    take their place: ``fluency`` names a causal language model, ``similarity`` a sentence encoder,
    as a folder or as a name in the hub's cache; the model then says so.  ``reference`` names a
    model whose compressor, frozen, gives the log-likelihood of drafts: the policy stays near it.
    ``salience`` names a model that predicts salience.  Either is an earlier stage of the run, by
    its name, or the path of a model folder.
    """

    reconstruction_weight: Weight = 4.0
    discriminator_weight: Weight = 1.5
    discount: Share = 0.3
    length_weight: Weight = 1.0
    repetition_weight: Weight = 0.0
    position_weight: Weight = 0.0
    fluency_weight: Weight = 0.0
    fluency: PretrainedName | None = None
    similarity_weight: Weight = 0.0
    similarity: PretrainedName | None = None
    similarity_encoder: Place | None = None
    reference_weight: Weight = 0.0
    reference: Place | None = None
    salience_weight: Weight = 0.0
    salience: Place | None = None

    @model_validator(mode="after")
    def named(self) -> RewardConfig:
        if self.reference_weight and self.reference is None:
            raise ValueError("reference_weight needs 'reference': a stage or a model folder")
        if self.salience_weight and self.salience is None:
            raise ValueError("salience_weight needs 'salience': a stage or a model folder")
        if self.similarity is not None and self.similarity_encoder is not None:
            raise ValueError("give either 'similarity' or 'similarity_encoder', not both")
        return self

    def pretrained_judges(self) -> dict[str, str]:
        """The pretrained networks that drafts are rewarded by, by the name of the reward."""
        judges = {"fluency": self.fluency, "similarity": self.similarity}
        weights = {"fluency": self.fluency_weight, "similarity": self.similarity_weight}
        return {key: name for key, name in judges.items() if name is not None and weights[key]}


class AdversarialOptimizerConfig(OptimizerConfig):
    """That of compressor and reconstructor; the adversary differs in its learning rate alone."""

    discriminator_learning_rate: Rate = 3e-4


class DraftStage(TrainingStage):
    """What stages have in which the compressor drafts summaries and an adversary reads them.

    Every ``discriminator_every``-th update (0: never) is followed by ``critic_updates`` of the
    adversary, the first on the same texts, the others on texts of their own.  ``corpus`` (of the
    same vocabulary), ``documents``, ``sentences`` and ``noise`` replace the run's own.
    """

    optimizer: AdversarialOptimizerConfig
    likelihood: AnchorConfig = AnchorConfig()
    discriminator_every: Count = 0
    critic_updates: Positive = 1
    corpus: Place | None = None
    documents: Rows | None = None
    sentences: Rows | None = None
    noise: NoiseConfig | None = None


class PretrainStage(DraftStage):
    """Maximum likelihood only: the warm start, and with shares above zero the cycle."""

    kind: Literal["pretrain"]
    likelihood: LikelihoodConfig = LikelihoodConfig()


class LanguageModelStage(TrainingStage):
    """Maximum likelihood of human sentences for the language model; nothing else learns.

    ``network`` is built where the model has no language model yet; ``sentences`` replaces the
    run's own.
    """

    kind: Literal["language-model"]
    network: NetworkConfig | None = None
    sentences: Rows | None = None


class SalienceStage(TrainingStage):
    """Which words of a lead does the rest of its document take up again?  Nothing else learns.

    ``prose`` is running text in the model's vocabulary (``summ prepare --prose``), of whose
    documents the first ``leads`` sentences are read; ``sentences`` of an update are leads.
    ``hidden`` is the width of the layers that are built where the model has none for salience yet.
    They read the compressor's encoding: train them last, or again after the compressor has learned.
    """

    kind: Literal["salience"]
    prose: Place
    leads: Rows = 1
    hidden: Width = 64
    sentences: Rows | None = None


class ReinforceStage(DraftStage):
    """Adversarial REINFORCE: the policy gradient, with denoising as an anchor.

    ``temperature`` divides the policy's logits where drafts are drawn and scored: below 1 they are
    nearer to what search will find.
    """

    kind: Literal["reinforce"]
    baseline: Literal["self-critical", "leave-one-out"] = "leave-one-out"
    samples: Rows = 4
    temperature: Temperature = 1.0
    reward: RewardConfig = RewardConfig()
    likelihood_weight: Weight = 1.0

    @model_validator(mode="after")
    def enough_samples(self) -> ReinforceStage:
        if self.baseline == "leave-one-out" and self.samples < 2:
            raise ValueError("the leave-one-out baseline needs samples >= 2")
        return self


class TermConfig(Section):
    """The losses of a relaxed draft.  Each weight multiplies one function of ``objectives``.

    ``reconstruction_weight`` multiplies the nll per word, as in ``RewardConfig``;
    ``discriminator_weight`` the adversary's loss, whatever its kind.  ``prior_weight`` (the
    policy's divergence from a language model) and ``fluency_weight`` (the expected fluency of
    the next word, SLOR) need a model with a language model.
    """

    reconstruction_weight: Weight = 4.0
    discriminator_weight: Weight = 1.5
    length_weight: Weight = 1.0
    prior_weight: Weight = 0.0
    fluency_weight: Weight = 0.0


class GumbelStage(DraftStage):
    """The gradient through relaxed tokens (Gumbel-softmax), with denoising as an anchor.

    ``temperature`` is that of the relaxation and falls geometrically over the stage, from the first
    to the last; ``policy_temperature`` that of the policy, as in ``ReinforceStage``.  ``critic`` is
    the adversary: the discriminator of every prefix, or a Wasserstein critic whose slope is bounded
    by a gradient penalty (``penalty_weight``) or by limiting the spectra of its weights.
    """

    kind: Literal["gumbel"]
    straight_through: bool = True
    temperature: tuple[Temperature, Temperature] = (1.0, 0.5)
    policy_temperature: Temperature = 1.0
    critic: Literal["discriminator", "wgan-gp", "spectral"] = "discriminator"
    penalty_weight: Weight = 10.0
    terms: TermConfig = TermConfig()
    likelihood_weight: Weight = 1.0


NetworkName = Literal["compressor", "reconstructor", "discriminator", "language_model", "salience"]


class CombineStage(StageShape):
    """No training: each of ``networks`` becomes the mean of its weights after earlier stages.

    One stage takes that stage's network as it is.  Networks that are not named stay as they are.
    """

    kind: Literal["combine"]
    networks: Annotated[
        dict[NetworkName, Annotated[list[StageName], Field(min_length=1)]], Field(min_length=1)
    ]


Stage = Annotated[
    PretrainStage
    | LanguageModelStage
    | SalienceStage
    | ReinforceStage
    | GumbelStage
    | CombineStage,
    Field(discriminator="kind"),
]


class RerankConfig(Section):
    """Weights of the model's own networks in the choice among a search's candidates.

    See ``summ.pipelines.rerank``, whose names these are.
    """

    length_exponent: Weight = 1.0
    reconstruction: Weight = 0.0
    humanness: Weight = 0.0
    fluency: Weight = 0.0
    salience: Weight = 0.0
    repetition: Weight = 0.0
    novelty: Weight = 0.0


class ModelConfig(Section):
    """The model folder that the run ends with.

    ``weights`` is the type in which they are stored; int8 has a scale for each row of a matrix.
    Without ``rerank``, the compressor's likeliest summary is taken.
    """

    weights: Literal["float32", "float16", "int8"] = "float32"
    rerank: RerankConfig | None = None


class SummarizerRun(RunShape):
    """A whole run: new ``networks``, or those of the model folder ``start_from``, and its stages.

    ``validation_documents`` are held out; figures of them are of the stage's own objective.
    """

    family: Literal["summarizer"] = "summarizer"
    data: DataConfig
    noise: NoiseConfig = NoiseConfig()
    networks: NetworksConfig | None = None
    start_from: Place | None = None
    stages: Annotated[list[Stage], Field(min_length=1)]
    model: ModelConfig = ModelConfig()
    validation_documents: Positive = 256

    @model_validator(mode="after")
    def networks_from_somewhere(self) -> SummarizerRun:
        if (self.networks is None) == (self.start_from is None):
            raise ValueError("give either 'networks' (new ones) or 'start_from' (a model folder)")
        return self

    @model_validator(mode="after")
    def earlier_stages(self) -> SummarizerRun:
        earlier: set[str] = set()
        for place, stage in enumerate(self.stages):
            for key, name in _stages_named(stage):
                if name not in earlier:
                    raise ValueError(
                        f"stages.{place}.{key}: must name an earlier stage of this run, found "
                        f"'{name}'. Choose one of: {', '.join(sorted(earlier)) or 'none yet'}"
                    )
            earlier.add(stage.name)
        return self


def _stages_named(stage: Stage) -> Iterator[tuple[str, str]]:
    """The stages that a stage reads weights of, each with the key that names it."""
    match stage:
        case CombineStage(networks=networks):
            for network, names in networks.items():
                yield from ((f"networks.{network}", name) for name in names)
        case ReinforceStage(reward=reward):
            for key, model in (("reference", reward.reference), ("salience", reward.salience)):
                if model is not None and is_stage_name(model):
                    yield f"reward.{key}", str(model)


def is_stage_name(model: Path) -> bool:
    """Whether a model is named by an earlier stage; a folder's path has more than one part."""
    return len(model.parts) == 1
