"""Objectives of sentence encoders: what stands next to a sentence says what it means.

Pure functions from tensors to losses, as in ``objectives``.

Axes: N sentences here, M sentences of the whole batch (all processes), T positions, D width.
Masks are True on what counts.
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional


def neighbours(
    span: Int[Tensor, " N"],
    place: Int[Tensor, " N"],
    all_spans: Int[Tensor, " M"],
    all_places: Int[Tensor, " M"],
    window: int,
) -> Bool[Tensor, "N M"]:
    """Which sentences of the batch stand next to which, in the same span.

    Args:
        span, place: of the sentences here; see ``summ.types.Spans``.
        all_spans, all_places: of all sentences.
        window: how many sentences away a neighbour may be.
    """
    distance = (place[:, None] - all_places[None, :]).abs()
    return (span[:, None] == all_spans[None, :]) & (distance > 0) & (distance <= window)


def neighbour_log_probs(
    scores: Float[Tensor, "N M"], itself: Bool[Tensor, "N M"]
) -> Float[Tensor, "N M"]:
    """Log-probability, in nats, that each sentence of the batch is the neighbour.

    Args:
        scores: inner products, or what else compares two sentences.
        itself: where a sentence would be compared with itself; there it is ``-inf``.
    """
    return scores.float().masked_fill(itself, -torch.inf).log_softmax(dim=1)


def quick_thought_nll(
    log_probs: Float[Tensor, "N M"], neighbour: Bool[Tensor, "N M"]
) -> Float[Tensor, " N"]:
    r"""Cross-entropy in nats of choosing a sentence's neighbours among all others.

    .. math:: -\frac{1}{|C_i|} \sum_{j \in C_i} \log \frac{\exp f(s_i)^\top g(s_j)}
        {\sum_{k \ne i} \exp f(s_i)^\top g(s_k)}

    The target is uniform over the true neighbours :math:`C_i`; a sentence without any has 0.
    The sum over sentences, divided by their number in the whole batch, is the loss.

    Source: Logeswaran & Lee (2018, arXiv:1803.02893), Section 3; averaged over the neighbours
    here, so that sentences at borders do not weigh less.
    """
    counts = neighbour.sum(dim=1).clamp(min=1)
    # masked_fill, not multiplication: 0 * -inf is nan.
    return -log_probs.masked_fill(~neighbour, 0.0).sum(dim=1) / counts


def skip_thought_nll(
    logits: Float[Tensor, "N T V"], targets: Int[Tensor, "N T"], mask: Bool[Tensor, "N T"]
) -> Float[Tensor, " N"]:
    r"""Negative log-likelihood in nats of each decoded sentence, summed over its words.

    .. math:: -\sum_t \log P(w_t \mid w_{<t}, h)

    Source: Kiros et al. (2015, arXiv:1506.06726), Section 2.1, for one of the two neighbours.
    """
    nll = functional.cross_entropy(logits.float().transpose(1, 2), targets, reduction="none")
    return nll.masked_fill(~mask, 0.0).sum(dim=1)
