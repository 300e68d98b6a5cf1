"""A code of two parts, so that the style of one text can be put on the content of another.

Axes: N texts, H slots, P stored slots, E width of a vector, L numbers of a slot, C random numbers
of a text, S styles, Q slots of
the style.
"""

from __future__ import annotations

import math
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from summ.errors import ArgumentError
from summ.networks.bottlenecks import Code
from summ.networks.code_costs import active_units

_LEAST = 1e-5  # added to a variance


class StyledBottleneck(nn.Module):
    """Plain numbers, of which some are the style.

    By ``instance-norm`` the style is what is the same in all slots: mean and standard deviation of
    each number over them.  What is left, of mean 0 and variance 1, is the content.  A decoder reads
    the content with the style put on again (adaptive instance normalisation); no label is needed.
    By ``slot`` the last slot is the style: only an adversary keeps it out of the others.

    With ``pieces`` it also knows which pieces of the vocabulary tell a style; the content may then
    be read from slots of the other words, and the style from slots of these: see ``of_both``.

    Source: Ulyanov, Vedaldi & Lempitsky (2016, arXiv:1607.08022), equation (2); Huang & Belongie
    (2017, arXiv:1703.06868), equation (8), with the statistics of words' slots for those of pixels.
    """

    telling: Tensor | None

    def __init__(
        self, width: int, size: int, style: Literal["instance-norm", "slot"], pieces: int = 0
    ) -> None:
        super().__init__()
        self.size, self.style = size, style
        self.linear = nn.Linear(width, size)
        self.style_slots = 2 if style == "instance-norm" else 1
        """Of a stored code, at its end."""
        telling = torch.zeros(pieces, dtype=torch.bool) if pieces else None
        self.register_buffer("telling", telling)

    def draws(self, slots: int) -> int:
        return 0

    def forward(
        self, slots: Float[Tensor, "N H E"], uniforms: Float[Tensor, "N C"] | None = None
    ) -> Code:
        return self.of_both(slots, slots)

    def of_both(self, content: Float[Tensor, "N H E"], style: Float[Tensor, "N H E"]) -> Code:
        """The code with the content of some slots and the style of others."""
        parts = self.parts(content)
        if style is not content:
            parts = self.swapped(parts, self.parts(style))
        nothing = parts.new_zeros(len(parts))
        figures = {"active_units": active_units(parts.detach().flatten(1)).float()}
        return Code(self.opened(parts), nothing + math.inf, nothing, parts=parts, figures=figures)

    def parts(self, slots: Float[Tensor, "N H E"]) -> Float[Tensor, "N P L"]:
        """Content and style as they are stored."""
        values = self.linear(slots).float()
        if self.style == "slot":
            # Of one length, or the content would hide from an adversary by being small.
            return functional.layer_norm(values, (self.size,))
        content, mean, deviation = instance_norm(values)
        return torch.cat([content, mean, deviation], dim=1)

    def opened(self, stored: Float[Tensor, "N P L"]) -> Float[Tensor, "N H L"]:
        if self.style == "slot":
            return stored
        return stored[:, :-2] * stored[:, -1:] + stored[:, -2:-1]

    def content(self, stored: Float[Tensor, "N P L"]) -> Float[Tensor, "N H L"]:
        return stored[:, : -self.style_slots]

    def manner(self, stored: Float[Tensor, "N P L"]) -> Float[Tensor, "N Q L"]:
        """The style of stored codes."""
        return stored[:, -self.style_slots :]

    def swapped(
        self, content: Float[Tensor, "N P L"], style: Float[Tensor, "N P L"]
    ) -> Float[Tensor, "N P L"]:
        """Stored codes of the content of some and the style of others."""
        return torch.cat([self.content(content), self.manner(style)], dim=1)

    def prior(self, texts: int, slots: int, generator: torch.Generator) -> Float[Tensor, "N P L"]:
        raise ArgumentError(
            "bottleneck: a styled code has no prior to sample from. Train a gaussian one."
        )


class StyleCritic(nn.Module):
    """Tells from a part of the code of a text which style it had."""

    def __init__(self, numbers: int, styles: int, width: int = 128) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(numbers, width), nn.ReLU(), nn.Linear(width, styles))

    def forward(self, part: Float[Tensor, "N P L"]) -> Float[Tensor, "N S"]:
        """Logits of the styles."""
        return self.layers(part.flatten(1))


def instance_norm(
    values: Float[Tensor, "N H L"],
) -> tuple[Float[Tensor, "N H L"], Float[Tensor, "N 1 L"], Float[Tensor, "N 1 L"]]:
    """Numbers of mean 0 and variance 1 over the slots of each text; their mean and deviation."""
    mean = values.mean(dim=1, keepdim=True)
    variance = values.var(dim=1, keepdim=True, correction=0)
    deviation = (variance + _LEAST).sqrt()
    return (values - mean) / deviation, mean, deviation
