"""Bottlenecks: vectors pass through a code of little information.

A text has one vector or several, its slots; each becomes numbers, signs or a symbol.  What a code
is for is not known here.  The codes of a learned codebook are in ``codebook.py``.

Axes: N texts, H slots, P stored slots, E width of a vector, L numbers of a slot, B bits of a slot,
K symbols, C random numbers of a text.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Float, Int, Shaped
from torch import Tensor, nn
from torch.nn import functional

from summ.errors import ArgumentError
from summ.networks.code_costs import (
    active_units,
    free_bits,
    gaussian_kl,
    perplexity,
    symbol_counts,
)

# The smallest uniform number that is not 0, halved: its logarithm is finite.
_LEAST = 2.0**-25


@dataclass(frozen=True)
class Code:
    """What a bottleneck passes on.

    Attributes:
        values: what a decoder or a comparison reads.  Carries the gradient.
        nats: the information that the code of each text holds: the divergence from a prior where
            there is one, the most it can be where symbols are counted, infinite for plain numbers.
        loss: what the bottleneck asks for besides the text's being rebuilt, to be minimised:
            divergence from a prior, or commitment.  0 where it asks for nothing.
        bits: a binary code as truth values.
        symbols: the symbol of each slot.
        parts: numbers as they are stored, where a decoder reads others.  Carries the gradient.
        figures: of these texts, for the log, by name.  Without gradient.
    """

    values: Float[Tensor, "N H L"]
    nats: Float[Tensor, " N"]
    loss: Float[Tensor, " N"]
    bits: Bool[Tensor, "N H B"] | None = None
    symbols: Int[Tensor, "N H"] | None = None
    parts: Float[Tensor, "N P L"] | None = None
    figures: dict[str, Tensor] = field(default_factory=dict)

    @property
    def stored(self) -> Shaped[Tensor, "N H ..."]:
        """The code as it is kept: symbols, bits, or else the numbers themselves."""
        if self.symbols is not None:
            return self.symbols
        if self.bits is not None:
            return self.bits
        return (self.values if self.parts is None else self.parts).detach()


@runtime_checkable
class Bottleneck(Protocol):
    """What every bottleneck can do; ``size`` is L, the numbers that a decoder reads of a slot."""

    size: int

    def draws(self, slots: int) -> int:
        """How many random numbers training takes for a text of so many slots."""

    def __call__(
        self, slots: Float[Tensor, "N H E"], uniforms: Float[Tensor, "N C"] | None = None
    ) -> Code:
        """The code of each text.

        Args:
            uniforms: in [0, 1), as many as ``draws`` says, in training; None, as in use, draws
                nothing and learns nothing: the likeliest code.
        """

    def opened(self, stored: Shaped[Tensor, "N H ..."]) -> Float[Tensor, "N H L"]:
        """The values of stored codes."""

    def prior(
        self, texts: int, slots: int, generator: torch.Generator
    ) -> Shaped[Tensor, "N H ..."]:
        """Codes drawn from the prior, as they are stored.

        Raises:
            ArgumentError: the bottleneck has no prior.
        """


class ContinuousBottleneck(nn.Module):
    """Plain numbers: a linear map, brought to mean 0 and variance 1 within each slot.

    In training normal noise of variance ``noise`` is added.  A channel of that noise has room for
    log(1 + 1 / noise) / 2 nats a number (Shannon 1948, Theorem 17), so that a code learns to be
    told apart from others by what is left when it is quantised.  In use there is none: nothing
    limits what the numbers hold, and there is no prior to draw them from.
    """

    def __init__(self, width: int, size: int, noise: float = 0.0) -> None:
        super().__init__()
        self.size, self.noise = size, noise
        self.linear = nn.Linear(width, size)

    def draws(self, slots: int) -> int:
        return slots * self.size if self.noise else 0

    def forward(
        self, slots: Float[Tensor, "N H E"], uniforms: Float[Tensor, "N C"] | None = None
    ) -> Code:
        values = functional.layer_norm(self.linear(slots).float(), (self.size,))
        nothing = values.new_zeros(len(values))
        figures = {"active_units": active_units(values.detach().flatten(1)).float()}
        if self.noise and uniforms is not None:
            values = values + math.sqrt(self.noise) * normal(uniforms).view_as(values)
        return Code(values, nothing + math.inf, nothing, figures=figures)

    def opened(self, stored: Float[Tensor, "N H L"]) -> Float[Tensor, "N H L"]:
        return stored

    def prior(self, texts: int, slots: int, generator: torch.Generator) -> Float[Tensor, "N H L"]:
        raise ArgumentError(
            "bottleneck: a continuous code has no prior to sample from. Train a gaussian one."
        )


class GaussianBottleneck(nn.Module):
    """A normal distribution over numbers, drawn from in training; in use, its mean.

    Its price is the divergence from N(0, 1), of which each number may have ``free_nats`` for
    nothing: or the decoder would learn to do without the code before the code says anything
    (posterior collapse).

    Source: Kingma & Welling (2014, arXiv:1312.6114), Section 3.
    """

    def __init__(self, width: int, size: int, free_nats: float) -> None:
        super().__init__()
        self.size, self.free_nats = size, free_nats
        self.linear = nn.Linear(width, size)
        self.spread = nn.Linear(width, size)

    def draws(self, slots: int) -> int:
        return slots * self.size

    def distribution(
        self, slots: Float[Tensor, "N H E"]
    ) -> tuple[Float[Tensor, "N H L"], Float[Tensor, "N H L"]]:
        """Mean and logarithm of the variance of each number."""
        # Beyond these the variance is 0 or infinite for every purpose.
        return self.linear(slots).float(), self.spread(slots).float().clamp(-12, 6)

    def forward(
        self, slots: Float[Tensor, "N H E"], uniforms: Float[Tensor, "N C"] | None = None
    ) -> Code:
        mean, logvar = self.distribution(slots)
        kl = gaussian_kl(mean, logvar).flatten(1)
        values = mean
        if uniforms is not None:
            values = mean + (logvar / 2).exp() * normal(uniforms).view_as(mean)
        figures = {
            "kl": kl.detach().sum(dim=1).mean(),
            "active_units": active_units(mean.detach().flatten(1)).float(),
        }
        return Code(values, kl.detach().sum(dim=1), free_bits(kl, self.free_nats), figures=figures)

    def opened(self, stored: Float[Tensor, "N H L"]) -> Float[Tensor, "N H L"]:
        return stored

    def prior(self, texts: int, slots: int, generator: torch.Generator) -> Float[Tensor, "N H L"]:
        return torch.randn(texts, slots, self.size, generator=generator)


class OneHotBottleneck(nn.Module):
    """One symbol of K a slot, as a one-hot vector; straight-through Gumbel-softmax in training.

    A draw is the largest of logit plus Gumbel noise; its gradient is that of the softmax of the
    same sum, divided by ``temperature``.  In use, the likeliest symbol.

    Source: Jang, Gu & Poole (2017, arXiv:1611.01144), Sections 2.1 and 2.2.
    """

    def __init__(self, width: int, symbols: int, temperature: float) -> None:
        super().__init__()
        self.size, self.temperature = symbols, temperature
        self.linear = nn.Linear(width, symbols)

    def draws(self, slots: int) -> int:
        return slots * self.size

    def forward(
        self, slots: Float[Tensor, "N H E"], uniforms: Float[Tensor, "N C"] | None = None
    ) -> Code:
        logits = self.linear(slots).float()
        if uniforms is not None:
            logits = logits + gumbel(uniforms).view_as(logits)
        symbols = logits.argmax(dim=2)
        hard = functional.one_hot(symbols, self.size).to(logits)
        soft = (logits / self.temperature).softmax(dim=2)
        nothing = logits.new_zeros(len(logits))
        price = nothing + logits.shape[1] * math.log(self.size)
        used = perplexity(symbol_counts(symbols, self.size)).mean()
        return Code(
            hard + soft - soft.detach(),
            price,
            nothing,
            symbols=symbols,
            figures={"perplexity_of_batch": used},
        )

    def opened(self, stored: Int[Tensor, "N H"]) -> Float[Tensor, "N H L"]:
        return functional.one_hot(stored, self.size).float()

    def prior(self, texts: int, slots: int, generator: torch.Generator) -> Int[Tensor, "N H"]:
        return torch.randint(self.size, (texts, slots), generator=generator)


class BinaryBottleneck(nn.Module):
    r"""Signs of a linear map: b = sign(W x + c), ±1.

    The gradient is that of tanh (straight-through): :math:`db/da := 1 - \tanh^2 a`.

    Source: Bengio, Leonard & Courville (2013, arXiv:1308.3432), Section 4, for the straight-through
    estimator, with the slope of tanh in place of 1.
    """

    fitted: Tensor

    def __init__(self, width: int, bits: int) -> None:
        super().__init__()
        self.size = bits
        self.linear = nn.Linear(width, bits)
        # Whether it has had its start; kept in checkpoints, so that a resumed run has none again.
        self.register_buffer("fitted", torch.tensor(False))

    def draws(self, slots: int) -> int:
        return 0

    def forward(
        self, slots: Float[Tensor, "N H E"], uniforms: Float[Tensor, "N C"] | None = None
    ) -> Code:
        activation = self.linear(slots.float())
        soft = activation.tanh()
        bits = activation > 0
        signs = torch.where(bits, 1.0, -1.0)
        values = soft + (signs - soft).detach()
        nothing = activation.new_zeros(len(activation))
        price = nothing + bits.shape[1] * bits.shape[2] * math.log(2)
        figures = {"mean_bit": signs.mean(dim=0).abs().mean()}
        return Code(values, price, nothing, bits=bits, figures=figures)

    def opened(self, stored: Bool[Tensor, "N H B"]) -> Float[Tensor, "N H B"]:
        return torch.where(stored, 1.0, -1.0)

    def prior(self, texts: int, slots: int, generator: torch.Generator) -> Bool[Tensor, "N H B"]:
        return torch.rand(texts, slots, self.size, generator=generator) < 0.5

    @torch.no_grad()
    def fit(self, vectors: Float[Tensor, "N E"], seed: int) -> None:
        """Starts from iterative quantisation: principal axes, turned until they lie near signs.

        Source: Gong & Lazebnik (2011, CVPR), "Iterative Quantization", Sections 2.1 and 2.2.
        """
        mean = vectors.mean(dim=0)
        axes = principal_axes(vectors - mean, self.linear.out_features)
        projected = (vectors - mean) @ axes
        rotation = iterative_quantisation(projected, seed)
        # Activations of standard deviation 1, where tanh has a slope.
        weights = (axes @ rotation) / projected.std()
        self.linear.weight.copy_(weights.T)
        self.linear.bias.copy_(-(mean @ weights))
        self.fitted.fill_(True)


def normal(uniforms: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Numbers in [0, 1) as standard normal ones, by the inverse of their distribution."""
    return math.sqrt(2) * torch.special.erfinv(2 * uniforms.clamp(min=_LEAST) - 1)


def gumbel(uniforms: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Numbers in [0, 1) as standard Gumbel ones: the largest of logit plus these is a draw."""
    return -(-uniforms.clamp(min=_LEAST).log()).log()


def principal_axes(centred: Float[Tensor, "N E"], count: int) -> Float[Tensor, "E D"]:
    """The directions of the most variance, orthonormal; fewer than ``count`` of few columns."""
    # Of the small square, not of the N rows.
    _, vectors = torch.linalg.eigh(centred.T.double() @ centred.double())
    return vectors.flip(1)[:, :count].to(centred.dtype)


def iterative_quantisation(
    projected: Float[Tensor, "N B"], seed: int, rounds: int = 30
) -> Float[Tensor, "B B"]:
    """The rotation R, orthogonal, for which |sign(V R) - V R| is small.

    Each round takes the signs as they are and the best rotation to them (orthogonal Procrustes),
    so that the error never grows.
    """
    bits = projected.shape[1]
    generator = torch.Generator().manual_seed(seed)
    rotation, _ = torch.linalg.qr(torch.randn(bits, bits, generator=generator))
    rotation = rotation.to(projected)
    for _ in range(rounds):
        signs = torch.where(projected @ rotation > 0, 1.0, -1.0)
        left, _, right = torch.linalg.svd(projected.T @ signs)
        rotation = left @ right
    return rotation
