"""The policy-gradient loss of REINFORCE.

Axes: B sequences, T positions.  Masks are True on real tokens (the end mark included).
"""

from __future__ import annotations

from jaxtyping import Bool, Float
from torch import Tensor


def reinforce_loss(
    log_probs: Float[Tensor, "B T"],
    mask: Bool[Tensor, "B T"],
    reward: Float[Tensor, "B T"],
    baseline: Float[Tensor, "B T"],
) -> Float[Tensor, ""]:
    r"""Surrogate whose gradient is the policy gradient of the expected reward.

    .. math:: L = -\frac1B \sum_{b,t} (r_{b,t} - \beta_{b,t}) \log \pi(y_{b,t} \mid y_{b,<t}, x_b)

    The inner sum is *not* divided by the summary's length: dividing would make the
    estimator favour long summaries when the advantage is negative.  A reward of the whole
    summary is the same number at each of its positions.

    Args:
        log_probs: log-probability, in nats, of each sampled token under the policy that
            sampled it (same temperature, no dropout).  Carries the gradient.
        mask: the tokens that were sampled.  Padding may hold any value, even ``-inf``.
        reward: what followed from each token, higher is better.  Treated as constant.
        baseline: must not depend on the token at its position.  Pass zeros for none.

    Returns:
        Scalar.  Only its gradient means anything; do not log it as progress.

    Source: Williams (1992), REINFORCE; Rennie et al. (2017, arXiv:1612.00563), Section 3,
    for the greedy baseline; Kool et al. (2019), "Buy 4 REINFORCE samples, get a baseline for
    free!", for the leave-one-out baseline.
    """
    advantage = (reward - baseline).detach()  # (B, T)
    # masked_fill, not multiplication: 0 * -inf is nan.
    credited = (advantage * log_probs.masked_fill(~mask, 0.0)).masked_fill(~mask, 0.0)
    return -credited.sum(dim=1).mean()
