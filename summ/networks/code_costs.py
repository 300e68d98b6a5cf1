"""What a code costs, and how much of it is used: pure functions of tensors.

Axes: N texts, H slots, L numbers of a slot, D all numbers of a code, K symbols.
"""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional


def gaussian_kl(
    mean: Float[Tensor, "*shape"], logvar: Float[Tensor, "*shape"]
) -> Float[Tensor, "*shape"]:
    r"""Divergence of N(mean, exp(logvar)) from N(0, 1) in nats, for each number by itself.

    .. math:: \tfrac12 (e^{\log\sigma^2} + \mu^2 - 1 - \log\sigma^2)

    Source: Kingma & Welling (2014, arXiv:1312.6114), Appendix B, with the sign of a divergence.
    """
    return (logvar.exp() + mean.square() - 1 - logvar) / 2


def free_bits(kl: Float[Tensor, "N D"], floor: float) -> Float[Tensor, " N"]:
    """The price of a code in which every number may cost ``floor`` nats for nothing.

    Below it a number has no gradient towards the prior, so that it does not pay to use none.  The
    floor holds for each text by itself: the loss is the same however a batch is shared out.

    Source: Kingma et al. (2016, arXiv:1606.04934), equation (10), which takes the mean of a batch
    before the maximum.
    """
    return kl.clamp(min=floor).sum(dim=1)


def commitment_loss(
    slots: Float[Tensor, "N H L"], chosen: Float[Tensor, "N H L"]
) -> Float[Tensor, " N"]:
    """Squared distance of the encoder's slots from the codes chosen for them, which are constant.

    Summed over slots, averaged over the numbers of a slot.

    Source: van den Oord, Vinyals & Kavukcuoglu (2017, arXiv:1711.00937), equation (3), last term.
    """
    return (slots - chosen.detach()).square().mean(dim=2).sum(dim=1)


def active_units(means: Float[Tensor, "N D"], least: float = 0.01) -> Int[Tensor, ""]:
    """How many numbers of a code differ from text to text: variance of their means above ``least``.

    Source: Burda, Grosse & Salakhutdinov (2016, arXiv:1509.00519), Section 5.2.
    """
    return (means.var(dim=0, correction=0) > least).sum()


def perplexity(counts: Float[Tensor, "*slots K"]) -> Float[Tensor, "*slots"]:
    """How many symbols are in use, as the exponential of the entropy of how often each one is."""
    shares = counts / counts.sum(dim=-1, keepdim=True).clamp(min=1)
    return torch.special.entr(shares).sum(dim=-1).exp()


def symbol_counts(symbols: Int[Tensor, "N H"], kinds: int) -> Float[Tensor, "H K"]:
    """How often each slot holds each symbol."""
    return functional.one_hot(symbols, kinds).sum(dim=0).float()
