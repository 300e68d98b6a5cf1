"""The schema of the stages of a run: what is learned, from what, and how it is weighted."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from summ.config.sections import (
    NetworkConfig,
    NoiseConfig,
    Positive,
    Section,
    Share,
    Temperature,
    Weight,
)

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


class OptimizerConfig(Section):
    """AdamW with linear warm-up, then linear decay to ``final_share`` of the peak."""

    learning_rate: Annotated[float, Field(gt=0)]
    discriminator_learning_rate: Annotated[float, Field(gt=0)] = 3e-4
    warmup_steps: Annotated[int, Field(ge=0)] = 100
    final_share: Share = 0.1
    weight_decay: Weight = 0.01
    max_grad_norm: Annotated[float, Field(gt=0)] = 1.0
    accumulation: Positive = 1


class LikelihoodConfig(Section):
    """The two maximum-likelihood objectives, neither of which needs a pair.

    The compressor recovers human sentences (denoising): ``back_translated_share`` of them from a
    document that the reconstructor wrote around them, the others from noise. A document with less
    than ``back_translated_coverage`` of its sentence's pieces would teach hallucination: such a
    sentence is recovered from noise after all. ``temperature`` bounds the sampling temperature of
    these documents, ``back_translated_length`` their words.

    The reconstructor rebuilds documents: ``draft_share`` of them from the compressor's own draft
    of ``budgets`` words, the others from their keywords.
    """

    back_translated_share: Share = 0.0
    back_translated_coverage: Share = 0.0
    draft_share: Share = 0.0
    temperature: tuple[float, float] = (0.7, 1.0)
    back_translated_length: tuple[int, int] = (16, 48)
    budgets: tuple[int, int] = (6, 14)


class RewardConfig(Section):
    """What a draft is rewarded for: each weight multiplies one reward of a critique.

    ``reconstruction_weight``: log-likelihood of the source given the draft, per piece;
    ``discriminator_weight``: humanness of each prefix, credited to the words before with
    ``discount``; ``length_weight`` and ``repetition_weight``: words off the budget, and said
    before; ``position_weight`` prefers words from the source's head, where news begins.

    ``fluency_weight`` (SLOR) needs a model with a language model.  ``similarity_encoder`` is the
    folder of a sentence encoder, by default the one that ships with summ.  ``reference`` is the
    folder of a model whose compressor, frozen, says how likely a draft is; it holds the policy to
    what maximum likelihood taught.  ``salience`` is the folder of a model that predicts salience.
    """

    reconstruction_weight: Weight = 4.0
    discriminator_weight: Weight = 1.5
    discount: Share = 0.3
    length_weight: Weight = 1.0
    repetition_weight: Weight = 0.0
    position_weight: Weight = 0.0
    fluency_weight: Weight = 0.0
    similarity_weight: Weight = 0.0
    similarity_encoder: Path | None = None
    reference_weight: Weight = 0.0
    reference: Path | None = None
    salience_weight: Weight = 0.0
    salience: Path | None = None

    @model_validator(mode="after")
    def named(self) -> RewardConfig:
        if self.reference_weight and self.reference is None:
            raise ValueError("reference_weight needs 'reference': a model folder")
        if self.salience_weight and self.salience is None:
            raise ValueError("salience_weight needs 'salience': a model folder")
        return self


class StageShape(Section):
    """What every stage has; ``documents``, ``sentences`` and ``noise`` replace the run's own.

    Every ``discriminator_every``-th update (0: never) is followed by ``critic_updates`` of the
    adversary, the first on the same texts, the others on texts of their own.  A stage hands on the
    mean of the weights in its last ``average_checkpoints`` checkpoints; 1 is its last weights.
    """

    name: StageName
    steps: Positive
    optimizer: OptimizerConfig
    likelihood: LikelihoodConfig = LikelihoodConfig()
    discriminator_every: Annotated[int, Field(ge=0)] = 0
    critic_updates: Positive = 1
    average_checkpoints: Positive = 1
    documents: Positive | None = None
    sentences: Positive | None = None
    noise: NoiseConfig | None = None


class PretrainStage(StageShape):
    """Maximum likelihood only: the warm start, and with shares above zero the cycle."""

    kind: Literal["pretrain"]


class DraftlessStage(StageShape):
    """A stage that draws no drafts: an adversary would have nothing to learn from."""

    @model_validator(mode="after")
    def no_adversary(self) -> Self:
        if self.discriminator_every:
            raise ValueError("no draft is drawn here: discriminator_every must be 0")
        return self


class LanguageModelStage(DraftlessStage):
    """Maximum likelihood of human sentences for the language model; nothing else learns.

    ``network`` is built where the machine has no language model yet.
    """

    kind: Literal["language-model"]
    network: NetworkConfig | None = None


class SalienceStage(DraftlessStage):
    """Which words of a lead does the rest of its document take up again?  Nothing else learns.

    ``prose`` is running text in the machine's vocabulary (``summ prepare --prose``), of whose
    documents the first ``leads`` sentences are read; ``sentences`` of an update are leads.
    ``hidden`` is the width of what is built where the machine does not guess salience yet.  It
    reads the compressor's encoding: teach it last, or again after the compressor has learned.
    """

    kind: Literal["salience"]
    prose: Path
    leads: Positive = 1
    hidden: Positive = 64


class ReinforceStage(StageShape):
    """Adversarial REINFORCE: the policy gradient, with the lessons kept in as an anchor.

    ``temperature`` divides the policy's logits where drafts are drawn and scored: below 1 they are
    nearer to what search will find, which is what should be judged.
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


class GumbelStage(StageShape):
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
    | SalienceStage
    | ReinforceStage
    | GumbelStage
    | QuickThoughtStage
    | SkipThoughtStage,
    Field(discriminator="kind"),
]
ENCODER_KINDS = ("quick-thought", "skip-thought")
STAGE_KINDS = ("pretrain", "language-model", "salience", "reinforce", "gumbel", *ENCODER_KINDS)
