"""Bottlenecks: a vector passes through a code of little information.

What a code is for is not known here.

Axes: N vectors, E width of a vector, D axes, B bits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn


@dataclass(frozen=True)
class Code:
    """What a bottleneck passes on.

    Attributes:
        values: what a decoder or a comparison reads, with one slot.  Carries the gradient.
        bits: the same as truth values.
        nats: the most information that the code can hold.
    """

    values: Float[Tensor, "N 1 B"]
    bits: Bool[Tensor, "N B"]
    nats: Float[Tensor, " N"]


class BinaryBottleneck(nn.Module):
    r"""Signs of a linear map: b = sign(W x + c), ±1.

    The gradient is that of tanh (straight-through): :math:`db/da := 1 - \tanh^2 a`.

    Source: Bengio, Leonard & Courville (2013, arXiv:1308.3432), Section 4, for the straight-through
    estimator, with the slope of tanh in place of 1.
    """

    fitted: Tensor

    def __init__(self, width: int, bits: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, bits)
        # Whether it has had its start; kept in checkpoints, so that a resumed run has none again.
        self.register_buffer("fitted", torch.tensor(False))

    def forward(self, vectors: Float[Tensor, "N E"]) -> Code:
        activation = self.linear(vectors.float())
        soft = activation.tanh()
        bits = activation > 0
        signs = torch.where(bits, 1.0, -1.0)
        values = soft + (signs - soft).detach()
        price = torch.full_like(activation[:, 0], bits.shape[1] * math.log(2))
        return Code(values[:, None, :], bits, price)

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
