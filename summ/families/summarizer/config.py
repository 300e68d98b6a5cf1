"""The settings of a summarizer's run: its texts, networks and stages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from summ.config import (
    DataConfig,
    LikelihoodConfig,
    NetworkConfig,
    NetworksConfig,
    NoiseConfig,
    OptimizerConfig,
    Positive,
    RunShape,
    Section,
    Share,
    StageShape,
    Temperature,
    Weight,
)


class RewardConfig(Section):
    """What a draft is rewarded for.  Each weight multiplies one pure function of ``rewards``.

    ``fluency`` needs a machine with a language model: log-likelihood per word above that of the
    words anywhere in documents (slor), log-likelihood per word, or exp(-perplexity / scale).  It is
    credited to the whole draft, or (slor and likelihood) to each word, discounted like the
    discriminator's.  ``similarity_encoder`` is the folder of a sentence encoder; by default the one
    that ships with summ.  ``position`` prefers words from where news begins: the source's head.
    ``reference`` is the folder of a machine whose compressor, frozen, says how likely a draft is:
    it holds the policy to what the lessons taught.  ``salience`` is the folder of a machine that
    guesses which words of a document matter; frozen, it counts what of them each word asked for
    brings.
    """

    reconstruction_weight: Weight = 4.0
    discriminator_weight: Weight = 1.5
    discount: Share = 0.3
    length_weight: Weight = 1.0
    repetition_weight: Weight = 0.0
    position_weight: Weight = 0.0
    fluency_weight: Weight = 0.0
    fluency: Literal["slor", "likelihood", "perplexity"] = "slor"
    fluency_credit: Literal["draft", "word"] = "draft"
    perplexity_scale: Annotated[float, Field(gt=0)] = 150.0
    similarity_weight: Weight = 0.0
    similarity_encoder: Path | None = None
    reference_weight: Weight = 0.0
    reference: Path | None = None
    salience_weight: Weight = 0.0
    salience: Path | None = None

    @model_validator(mode="after")
    def creditable(self) -> RewardConfig:
        if self.fluency == "perplexity" and self.fluency_credit == "word":
            raise ValueError("perplexity is of a whole draft: fluency_credit must be 'draft'")
        if self.reference_weight and self.reference is None:
            raise ValueError("reference_weight needs 'reference': a model folder")
        if self.salience_weight and self.salience is None:
            raise ValueError("salience_weight needs 'salience': a model folder")
        return self


class AdversarialOptimizerConfig(OptimizerConfig):
    """That of compressor and reconstructor; the adversary differs in its learning rate alone."""

    discriminator_learning_rate: Annotated[float, Field(gt=0)] = 3e-4


class DraftStage(StageShape):
    """What stages have in which the compressor drafts summaries and an adversary reads them.

    Every ``discriminator_every``-th update (0: never) is followed by ``critic_updates`` of the
    adversary, the first on the same texts, the others on texts of their own.  ``documents``,
    ``sentences`` and ``noise`` replace the run's own.
    """

    optimizer: AdversarialOptimizerConfig
    likelihood: LikelihoodConfig = LikelihoodConfig()
    discriminator_every: Annotated[int, Field(ge=0)] = 0
    critic_updates: Positive = 1
    documents: Positive | None = None
    sentences: Positive | None = None
    noise: NoiseConfig | None = None


class PretrainStage(DraftStage):
    """Maximum likelihood only: the warm start, and with shares above zero the cycle."""

    kind: Literal["pretrain"]


class LanguageModelStage(StageShape):
    """Maximum likelihood of human sentences for the language model; nothing else learns.

    ``network`` is built where the model has no language model yet; ``sentences`` replaces the
    run's own.
    """

    kind: Literal["language-model"]
    network: NetworkConfig | None = None
    sentences: Positive | None = None


class SalienceStage(StageShape):
    """Which words of a lead does the rest of its document take up again?  Nothing else learns.

    ``prose`` is running text in the model's vocabulary (``summ prepare --prose``), of whose
    documents the first ``leads`` sentences are read; ``sentences`` of an update are leads.
    ``hidden`` is the width of the layers that are built where the model has none for salience yet.
    They read the compressor's encoding: train them last, or again after the compressor has learned.
    """

    kind: Literal["salience"]
    prose: Path
    leads: Positive = 1
    hidden: Positive = 64
    sentences: Positive | None = None


class ReinforceStage(DraftStage):
    """Adversarial REINFORCE: the policy gradient, with denoising as an anchor.

    ``temperature`` divides the policy's logits where drafts are drawn and scored: below 1 they are
    nearer to what search will find.
    """

    kind: Literal["reinforce"]
    baseline: Literal["self-critical", "leave-one-out"] = "leave-one-out"
    samples: Positive = 4
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


Stage = Annotated[
    PretrainStage | LanguageModelStage | SalienceStage | ReinforceStage | GumbelStage,
    Field(discriminator="kind"),
]


class SummarizerRun(RunShape):
    """A whole run: new ``networks``, or those of the model folder ``start_from``, and its stages.

    ``validation_documents`` are held out; figures of them are of the stage's own objective.
    """

    family: Literal["summarizer"] = "summarizer"
    data: DataConfig
    noise: NoiseConfig = NoiseConfig()
    networks: NetworksConfig | None = None
    start_from: Path | None = None
    stages: Annotated[list[Stage], Field(min_length=1)]
    validation_documents: Positive = 256

    @model_validator(mode="after")
    def networks_from_somewhere(self) -> SummarizerRun:
        if (self.networks is None) == (self.start_from is None):
            raise ValueError("give either 'networks' (new ones) or 'start_from' (a model folder)")
        return self
