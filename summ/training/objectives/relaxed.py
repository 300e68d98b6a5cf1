"""Losses of relaxed drafts, whose gradient passes through the tokens (Gumbel-softmax).

Axes: B sequences, T positions, V pieces of the vocabulary.  Masks are True on real tokens (the
end mark included).
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor


def prior_loss(
    log_probs: Float[Tensor, "B T V"],
    prior: Float[Tensor, "B T V"],
    mask: Bool[Tensor, "B T"],
) -> Float[Tensor, ""]:
    r"""Divergence of the policy from a language model of human sentences, summed over tokens.

    .. math:: L = \frac1B \sum_{b,t} \mathrm{KL}(\pi(\cdot \mid y_{b,<t}, x_b) \,\Vert\,
        q(\cdot \mid y_{b,<t}))

    Args:
        log_probs: of the policy, in nats, ``-inf`` where it forbids a token.  Carries the
            gradient.
        prior: of the language model after the same tokens, in nats.  Treated as constant.

    Source: Baziotis et al. (2019, arXiv:1904.03651), the language model prior.
    """
    # exp(-inf) * -inf is nan: what the policy forbids adds nothing.
    never = log_probs == -torch.inf
    ratio = (log_probs - prior.detach()).masked_fill(never, 0.0)
    divergence = (log_probs.exp() * ratio).sum(dim=-1)  # (B, T)
    return divergence.masked_fill(~mask, 0.0).sum(dim=1).mean()


def fluency_loss(
    log_probs: Float[Tensor, "B T V"],
    lifts: Float[Tensor, "B T V"],
    mask: Bool[Tensor, "B T"],
) -> Float[Tensor, ""]:
    r"""Minus the expected fluency of the policy's next token, mean over tokens, then drafts.

    .. math:: L = -\frac1B \sum_b \frac1{T_b} \sum_t \sum_w \pi(w \mid y_{b,<t}, x_b) \,
        \ell(w \mid y_{b,<t})

    Minus ``rewards.fluency_reward`` with the sampled token replaced by its expectation, which is
    computed exactly, so that no estimator is needed.  The effect of a token on later tokens is
    ignored.

    Args:
        log_probs: of the policy, in nats, ``-inf`` where it forbids a token.  Carries the
            gradient.
        lifts: log-probability of every token under a language model after the same tokens,
            less its unigram log-probability for SLOR.  Treated as constant.
    """
    # 0 * -inf is nan: what the policy forbids adds nothing.
    lifts = lifts.detach().masked_fill(log_probs == -torch.inf, 0.0)
    expected = (log_probs.exp() * lifts).sum(dim=-1)  # (B, T)
    totals = expected.float().masked_fill(~mask, 0.0).sum(dim=1)
    return -(totals / mask.sum(dim=1).clamp(min=1)).mean()


def length_loss(begun: Float[Tensor, " B"], budget: Int[Tensor, " B"]) -> Float[Tensor, ""]:
    """The distance, in words, between the lengths of relaxed drafts and the requested ones.

    Args:
        begun: the expected number of words: the mass of the rows on pieces that begin one.
            Carries the gradient, which at the end mark says whether to have gone on.
        budget: the requested words.
    """
    return (begun - budget).abs().mean()
