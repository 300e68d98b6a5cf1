"""The settings of a run of autoencoders: its texts, networks, bottleneck and stages."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from summ.config import (
    Length,
    NetworkConfig,
    Place,
    Positive,
    Rate,
    Rows,
    RunShape,
    Section,
    Share,
    Temperature,
    TrainingStage,
    Weight,
)

# What a model folder from anywhere may ask for, too.
Slots = Annotated[int, Field(gt=0, le=64)]
Size = Annotated[int, Field(gt=0, le=1024)]
Symbols = Annotated[int, Field(gt=1, le=1 << 16)]


class SlotsConfig(Section):
    """Several slots; with ``in_order`` each reads the words around its own place in the text."""

    slots: Slots = 8
    in_order: bool = False


class ContinuousConfig(SlotsConfig):
    """Plain numbers, ``size`` of them in each of the ``slots``.

    Nothing limits what they hold but ``noise``: the variance of what is added to them in training,
    where their own is 1.
    """

    kind: Literal["continuous"]
    size: Size = 32
    noise: Weight = 0.0


class GaussianConfig(SlotsConfig):
    """A normal distribution over ``size`` numbers a slot: a variational autoencoder.

    Each number may cost ``free_nats`` for nothing.
    """

    kind: Literal["gaussian"]
    slots: Slots = 1
    size: Size = 32
    free_nats: Weight = 0.25


class OneHotConfig(SlotsConfig):
    """One of ``symbols`` a slot, by straight-through Gumbel-softmax of this ``temperature``."""

    kind: Literal["one-hot"]
    symbols: Symbols = 256
    temperature: Temperature = 1.0


class BinaryConfig(SlotsConfig):
    """Signs: ``bits`` of them a slot."""

    kind: Literal["binary"]
    bits: Size = 8


class VqConfig(SlotsConfig):
    """The nearest of ``symbols`` learned vectors of ``size`` numbers, for each slot.

    ``decay`` is that of their moving means, ``commitment`` weighs the distance of the encoder's
    slots from them.  One that was used less than twice in ``restart_every`` updates begins anew.
    They start from k-means of ``fitted_on`` texts.
    """

    kind: Literal["vq"]
    symbols: Symbols = 256
    size: Size = 32
    decay: Annotated[float, Field(ge=0, lt=1)] = 0.99
    commitment: Weight = 0.25
    restart_every: Positive = 100
    fitted_on: Rows = 2048


class StyledConfig(SlotsConfig):
    """Plain numbers in two parts, content and style.

    By ``instance-norm`` the style is mean and deviation of each number over the slots; by ``slot``
    it is the last slot, which says nothing of style by itself: see ``adversary_weight``.
    Words that are more than ``hide_above`` times as frequent in one style as in the others are kept
    from the content, and all others from the style.
    """

    kind: Literal["styled"]
    slots: Annotated[Slots, Field(ge=2)] = 8
    size: Size = 32
    style: Literal["instance-norm", "slot"] = "instance-norm"
    hide_above: Annotated[float, Field(ge=1)] | None = None

    @property
    def stored_slots(self) -> int:
        return self.slots + (2 if self.style == "instance-norm" else 0)


BottleneckConfig = Annotated[
    ContinuousConfig | GaussianConfig | OneHotConfig | BinaryConfig | VqConfig | StyledConfig,
    Field(discriminator="kind"),
]


class LinesConfig(Section):
    """Which texts, and how many an update takes.

    ``corpus`` is a folder of ``summ prepare``, whose sentences are read; those of more than
    ``max_sentence`` pieces, the end mark included, are left out.  ``sentences`` counts those of
    one update over all processes and micro-batches.  Each of ``other_styles`` is a folder of texts
    of another style, with the same vocabulary; an update has as many of each.
    """

    corpus: Place
    other_styles: list[Place] = Field(default_factory=list)
    max_sentence: Length = 32
    sentences: Rows = 64


class RebuildStage(TrainingStage):
    """The likelihood of a text, given its code.

    ``delete_share`` of a text's words are kept from the encoder (denoising), ``word_drop`` of the
    pieces from the decoder, which has to ask the code for them.  ``bag_weight`` weighs that the
    code tells the text's pieces in no order, ``code_weight`` what the bottleneck asks for
    (divergence from the prior, or commitment), which rises from 0 over the first ``warm_up`` of
    the updates.  With ``nested``, the first slots must do alone, too: of each text all are read, or
    half, a quarter, ... of them, so that a code may be cut (nested dropout).
    ``contractive_weight`` weighs how much a code moves with the embeddings of the text's pieces,
    ``typo_weight`` how far it is moved by a typo, of the distance between two texts.
    ``adversary_weight`` weighs that a critic, which learns after every ``adversary_every``-th
    update at its own rate, cannot tell the style of a text from the content of its code;
    ``style_weight`` that a classifier, which learns with the code, can tell it from the style.
    ``lent_share`` of the texts are rebuilt with the style of another text of the same style.
    """

    kind: Literal["rebuild"]
    delete_share: Annotated[float, Field(ge=0, lt=1)] = 0.0
    word_drop: Share = 0.0
    bag_weight: Weight = 0.1
    code_weight: Weight = 1.0
    warm_up: Share = 0.25
    nested: bool = False
    contractive_weight: Weight = 0.0
    typo_weight: Weight = 0.0
    adversary_weight: Weight = 0.0
    style_weight: Weight = 0.0
    lent_share: Share = 0.0
    adversary_every: Positive = 1
    adversary_learning_rate: Rate = 1e-3


# One kind so far; a second makes this a union, told apart by ``kind``.
Stage = RebuildStage


class AutoencoderRun(RunShape):
    """A whole run: new networks, or those of the folder ``start_from``, a bottleneck, its stages.

    What ``start_from`` has in another shape than ``bottleneck`` asks for begins anew.
    ``validation_sentences`` are held out.
    """

    family: Literal["autoencoder"] = "autoencoder"
    data: LinesConfig
    network: NetworkConfig | None = None
    attention: Literal["eager", "sdpa"] = "eager"
    start_from: Place | None = None
    bottleneck: BottleneckConfig
    stages: Annotated[list[Stage], Field(min_length=1)]
    validation_sentences: Positive = 512

    @model_validator(mode="after")
    def networks_from_somewhere(self) -> AutoencoderRun:
        if (self.network is None) == (self.start_from is None):
            raise ValueError("give either 'network' (a new one) or 'start_from' (a model folder)")
        return self

    @model_validator(mode="after")
    def whole_batches(self) -> AutoencoderRun:
        most = max(stage.optimizer.accumulation for stage in self.stages)
        if self.bottleneck.kind == "vq" and most > 1:
            raise ValueError("vq learns its codes of whole batches: accumulation must be 1")
        if any(stage.typo_weight for stage in self.stages) and most > 1:
            raise ValueError("typo_weight compares texts of whole batches: accumulation must be 1")
        return self

    @model_validator(mode="after")
    def slopes_of_numbers(self) -> AutoencoderRun:
        asked = {
            "contractive_weight": any(stage.contractive_weight for stage in self.stages),
            "typo_weight": any(stage.typo_weight for stage in self.stages),
        }
        kind = self.bottleneck.kind
        for name in (name for name, needed in asked.items() if needed):
            if kind in ("one-hot", "binary", "vq"):
                raise ValueError(f"a {kind} code moves by jumps: {name} must be 0")
        return self

    @model_validator(mode="after")
    def styles_to_hide(self) -> AutoencoderRun:
        bottleneck = self.bottleneck
        hides = bottleneck.kind == "styled" and bottleneck.hide_above is not None
        asked = {
            "adversary_weight": any(stage.adversary_weight for stage in self.stages),
            "style_weight": any(stage.style_weight for stage in self.stages),
            "lent_share": any(stage.lent_share for stage in self.stages),
            "hide_above": hides,
        }
        for name in (name for name, needed in asked.items() if needed):
            if bottleneck.kind != "styled":
                raise ValueError(f"{name} needs a bottleneck of 'kind: styled'")
            if not self.data.other_styles:
                raise ValueError(f"{name} needs data.other_styles, to tell them apart")
        if hides and any(stage.contractive_weight for stage in self.stages):
            raise ValueError("contractive_weight must be 0 where hide_above hides words")
        return self
