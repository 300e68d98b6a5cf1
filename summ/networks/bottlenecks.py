"""Bottlenecks: a vector passes through a code of little information.

Each is a module from vectors to a ``Code``.  What a code is for is not known here.

Axes: N vectors, E width of a vector, H code slots, D width of a slot, B bits, K codes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class Code:
    """What a bottleneck passes on.

    Attributes:
        values: what a decoder or a comparison reads.  Carries the gradient.
        symbols: the number of each slot's code, 0 to K - 1; None where codes have no numbers.
        bits: of a binary code; None of others.
        nats: the most information that the code can hold, or what it costs.
    """

    values: Float[Tensor, "N H D"]
    symbols: Int[Tensor, "N H"] | None
    bits: Bool[Tensor, "N B"] | None
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
        return Code(values[:, None, :], None, bits, price)

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


class OneHotBottleneck(nn.Module):
    """One of K classes, by several heads beside each other, of which the ``best`` is used.

    Heads differ by their start alone.  Training asks ``probabilities`` of all; ``forward`` is the
    best one's, straight-through.
    """

    best: Tensor
    fitted: Tensor

    def __init__(self, width: int, classes: int, heads: int = 1) -> None:
        super().__init__()
        self.classes, self.heads = classes, heads
        self.linear = nn.Linear(width, heads * classes)
        self.register_buffer("best", torch.tensor(0))
        self.register_buffer("fitted", torch.tensor(False))

    def probabilities(self, vectors: Float[Tensor, "N E"]) -> Float[Tensor, "N H K"]:
        """Of the classes, by every head."""
        logits = self.linear(vectors.float()).unflatten(1, (self.heads, self.classes))
        return logits.softmax(dim=2)

    def forward(self, vectors: Float[Tensor, "N E"]) -> Code:
        soft = self.probabilities(vectors)[:, int(self.best)]
        symbols = soft.argmax(dim=1, keepdim=True)
        hard = torch.zeros_like(soft).scatter(1, symbols, 1.0)
        values = soft + (hard - soft).detach()
        price = torch.full_like(soft[:, 0], math.log(self.classes))
        return Code(values[:, None, :], symbols, None, price)


class VectorQuantiser(nn.Module):
    r"""The nearest of K codes on the unit sphere, which are moving means of what chose them.

    .. math:: n_k \leftarrow \gamma n_k + (1 - \gamma) |S_k|, \qquad
              m_k \leftarrow \gamma m_k + (1 - \gamma) \sum_{i \in S_k} z_i, \qquad
              e_k = m_k / |m_k|

    The gradient passes straight through.  ``update`` moves the codes: they have no gradient.

    Source: van den Oord, Vinyals & Kavukcuoglu (2017, arXiv:1711.00937), Section 3.1 and
    Appendix A.1 (moving means); cosines as in Yu et al. (2022, arXiv:2110.04627), Section 3.2.
    """

    codes: Tensor
    sums: Tensor
    counts: Tensor
    fitted: Tensor

    def __init__(self, width: int, codes: int, columns: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, columns)
        self.register_buffer("codes", torch.zeros(codes, columns))
        self.register_buffer("sums", torch.zeros(codes, columns))
        self.register_buffer("counts", torch.zeros(codes))
        self.register_buffer("fitted", torch.tensor(False))

    def projected(self, vectors: Float[Tensor, "N E"]) -> Float[Tensor, "N D"]:
        """The vectors where the codes are, of length 1."""
        return functional.normalize(self.linear(vectors.float()), dim=1)

    def forward(self, vectors: Float[Tensor, "N E"]) -> Code:
        projected = self.projected(vectors)
        symbols = (projected.detach() @ self.codes.T).argmax(dim=1, keepdim=True)
        values = projected + (self.codes[symbols[:, 0]] - projected).detach()
        price = torch.full_like(projected[:, 0], math.log(len(self.codes)))
        return Code(values[:, None, :], symbols, None, price)

    @torch.no_grad()
    def start(self, codes: Float[Tensor, "K D"], counts: Float[Tensor, " K"]) -> None:
        """Codes to begin with, such as the centres of k-means, and how many rows chose each."""
        self.codes.copy_(functional.normalize(codes, dim=1))
        self.counts.copy_(counts)
        self.sums.copy_(self.codes * counts[:, None])
        self.fitted.fill_(True)

    @torch.no_grad()
    def update(
        self, projected: Float[Tensor, "N D"], symbols: Int[Tensor, " N"], decay: float
    ) -> None:
        """One step of the moving means; at decay 0, one of Lloyd's (k-means) on the sphere."""
        chosen = functional.one_hot(symbols, len(self.codes)).to(projected.dtype)
        self.counts.mul_(decay).add_(chosen.sum(dim=0), alpha=1 - decay)
        self.sums.mul_(decay).add_(chosen.T @ projected, alpha=1 - decay)
        # A code that nobody chose stays where it is.
        there = self.sums.norm(dim=1, keepdim=True) > 0
        self.codes.copy_(torch.where(there, functional.normalize(self.sums, dim=1), self.codes))

    @torch.no_grad()
    def restart(self, dead: Bool[Tensor, " K"], rows: Float[Tensor, "M D"], count: float) -> None:
        """Puts codes that are hardly used at some of the rows, M at least as many as the dead."""
        fresh = rows[: int(dead.sum())]
        self.codes[dead] = fresh
        self.counts[dead] = count
        self.sums[dead] = fresh * count


Bottleneck = BinaryBottleneck | OneHotBottleneck | VectorQuantiser
