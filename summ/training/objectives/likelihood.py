"""Maximum-likelihood losses.

Axes: B sequences, T positions.  Masks are True on real tokens (the end mark included).
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor


def likelihood_loss(
    log_probs: Float[Tensor, "B T"], mask: Bool[Tensor, "B T"]
) -> Float[Tensor, ""]:
    """Negative log-likelihood in nats, summed over tokens, averaged over sequences.

    Tokens that the policy forbids (log-probability ``-inf``) are left out: with a shortlist, a
    token of the target that noise dropped from the source has no probability under any policy.

    Args:
        log_probs: of the target's tokens.  Carries the gradient.
        mask: the target's real tokens.
    """
    return sequence_nll(log_probs, mask & torch.isfinite(log_probs)).mean()


def sequence_nll(log_probs: Float[Tensor, "B T"], mask: Bool[Tensor, "B T"]) -> Float[Tensor, " B"]:
    """Negative log-likelihood of each sequence in nats, summed over its tokens."""
    return -log_probs.masked_fill(~mask, 0.0).sum(dim=1)
