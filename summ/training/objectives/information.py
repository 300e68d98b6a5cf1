"""Objectives of information: two views of a text must tell each other apart from all others.

Pure functions from tensors to losses, as in ``objectives``.

Axes: N pairs here, M pairs of the whole batch (all processes), D width, B bits, K classes.
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


def joint_table(first: Float[Tensor, "M K"], second: Float[Tensor, "M K"]) -> Float[Tensor, "K K"]:
    """How often the views of a text are of class k and of class l; symmetric, sums to 1.

    Source: Ji, Henriques & Vedaldi (2019, arXiv:1807.06653), equation (2) and below.
    """
    table = first.T @ second
    table = (table + table.T) / 2
    return table / table.sum()


def mutual_information(table: Float[Tensor, "K L"]) -> Float[Tensor, ""]:
    r"""Of a joint table of probabilities, in nats; 0 log 0 counts as 0.

    .. math:: \sum_{k,l} p_{kl} \log \frac{p_{kl}}{p_k p_l}
    """
    rows, columns = table.sum(dim=1, keepdim=True), table.sum(dim=0, keepdim=True)
    smallest = torch.finfo(table.dtype).tiny
    ratio = table.clamp(min=smallest).log() - (rows * columns).clamp(min=smallest).log()
    return (table * ratio).sum()
