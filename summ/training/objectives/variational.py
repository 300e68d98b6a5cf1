"""Objectives of texts that are rebuilt from codes.

Pure functions from tensors to losses, as in ``objectives``; what a code itself costs is in
``summ.networks.code_costs``.

Axes: N texts, T positions, B bags of a text, V pieces, S draws of a code.
"""

from __future__ import annotations

import math

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor


def bag_nll(
    logits: Float[Tensor, "N B V"],
    ids: Int[Tensor, "N T"],
    mask: Bool[Tensor, "N T"],
    bags: Int[Tensor, "N T"],
) -> Float[Tensor, " N"]:
    """Nats of the pieces of each text, all of a bag told from one distribution, in no order.

    Args:
        logits: of the pieces, one distribution a bag.
        bags: which bag each piece is in.
    """
    rows = torch.arange(len(ids), device=ids.device)[:, None]
    log_probs = logits.float().log_softmax(dim=2)[rows, bags, ids]
    return -log_probs.masked_fill(~mask, 0.0).sum(dim=1)


def contractive_loss(
    code: Float[Tensor, "N D"], embeddings: Float[Tensor, "N T E"], signs: Float[Tensor, "N D"]
) -> Float[Tensor, " N"]:
    r"""Squared norm of the code's Jacobian, without bias from one product with it.

    .. math:: E_s |s^\top J|^2 = |J|_F^2

    Args:
        code: computed from ``embeddings``, so that it can be differentiated twice; that of a text
            depends on its own only.
        signs: ±1 at random (Rademacher).

    Source: Rifai et al. (2011, ICML), "Contractive Auto-Encoders", equation (2); the trace of
    :math:`J J^\top` as in Hutchinson (1990).
    """
    (slopes,) = torch.autograd.grad((code * signs).sum(), embeddings, create_graph=True)
    return slopes.float().square().flatten(1).sum(dim=1)


def shift_loss(
    code: Float[Tensor, "N D"], moved: Float[Tensor, "N D"], others: Float[Tensor, "M D"]
) -> Float[Tensor, " N"]:
    r"""Squared distance that a code is moved, of the mean one between the codes of two texts.

    .. math:: |c - c'|^2 / \frac{1}{M (M - 1)} \sum_{i, j} |o_i - o_j|^2

    Codes that shrink, or all move by the same, gain nothing.

    Args:
        moved: the code of the same text, written otherwise.
        others: codes of texts, at least two, that say what is far; as a rule all of an update.
    """
    # The mean over pairs, as twice the variance.
    spread = 2 * others.var(dim=0).sum()
    return (code - moved).square().sum(dim=1) / spread


def importance_weighted_nll(
    nll: Float[Tensor, "S N"],
    log_prior: Float[Tensor, "S N"],
    log_posterior: Float[Tensor, "S N"],
) -> Float[Tensor, " N"]:
    r"""An upper bound of the nats of each text, closer the more codes are drawn for it.

    .. math:: -\log \frac1S \sum_s \frac{p(x \mid z_s)\, p(z_s)}{q(z_s \mid x)}, \quad z_s \sim q

    With one draw its mean is the negative of the evidence lower bound.

    Args:
        nll: of a text given each of the codes drawn for it, in nats.
        log_prior: of the codes.
        log_posterior: of the codes, under the distribution that they were drawn from.

    Source: Burda, Grosse & Salakhutdinov (2016, arXiv:1509.00519), equation (8).
    """
    weights = log_prior - log_posterior - nll
    return math.log(len(weights)) - torch.logsumexp(weights, dim=0)


def gaussian_log_density(
    values: Float[Tensor, "*shape"], mean: Float[Tensor, "*shape"], logvar: Float[Tensor, "*shape"]
) -> Float[Tensor, "*shape"]:
    """Log-density of each number under N(mean, exp(logvar))."""
    return -((values - mean).square() / logvar.exp() + logvar + math.log(2 * math.pi)) / 2
