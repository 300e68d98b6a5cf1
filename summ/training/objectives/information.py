"""Objectives of information: two views of a text must tell each other apart from all others.

Pure functions from tensors to losses, as in ``objectives``.

Axes: N pairs here, M pairs of the whole batch (all processes), D width, B bits.
"""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional


def info_nce_nll(scores: Float[Tensor, "N M"], own: Int[Tensor, " N"]) -> Float[Tensor, " N"]:
    r"""Nats of finding the partner among all M candidates.

    .. math:: -\log \frac{\exp s_{i,o_i}}{\sum_j \exp s_{i,j}}

    log M less its mean is a lower bound of the mutual information of the views.

    Args:
        scores: how well a view fits each candidate, higher is better.
        own: the place of each view's partner.

    Source: van den Oord, Li & Vinyals (2018, arXiv:1807.03748), equations (4) and (5).
    """
    return functional.cross_entropy(scores.float(), own, reduction="none")


def balance_penalty(bits: Float[Tensor, "M B"]) -> Float[Tensor, ""]:
    """Squared mean of each bit of ±1, summed: 0 where every bit is 1 for half of the batch."""
    return bits.mean(dim=0).square().sum()


def decorrelation_penalty(bits: Float[Tensor, "M B"]) -> Float[Tensor, ""]:
    """Squared products of different bits, averaged over the batch, summed, a bit: 0 where no
    bit tells of another."""
    products = bits.T @ bits / len(bits)  # (B, B)
    return (products - torch.diag(products.diagonal())).square().sum() / bits.shape[1]
