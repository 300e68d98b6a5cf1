"""Losses of a discriminator or Wasserstein critic, and of the compressor that plays against it.

Axes: B and C sequences, T and U positions, V pieces of the vocabulary.  Masks are True on real
tokens (the end mark included).
"""

from __future__ import annotations

from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn import functional


def discriminator_loss(
    human: Float[Tensor, "B T"],
    human_mask: Bool[Tensor, "B T"],
    draft: Float[Tensor, "C U"],
    draft_mask: Bool[Tensor, "C U"],
) -> Float[Tensor, ""]:
    r"""Binary cross-entropy at every prefix, human against draft.

    .. math:: L = -\frac1B \sum_{b,t} \log D(h_{b,\le t})
        - \frac1C \sum_{c,t} \log(1 - D(y_{c,\le t}))

    Args:
        human: logits of the prefixes of human sentences.
        draft: logits of the prefixes of the compressor's drafts.

    Source: Wang & Lee (2018, arXiv:1810.02851), the adversarial REINFORCE discriminator.
    """
    human_loss = functional.softplus(-human.float()).masked_fill(~human_mask, 0.0).sum(dim=1)
    draft_loss = functional.softplus(draft.float()).masked_fill(~draft_mask, 0.0).sum(dim=1)
    return human_loss.mean() + draft_loss.mean()


def humanness_loss(logits: Float[Tensor, "B T"], mask: Bool[Tensor, "B T"]) -> Float[Tensor, ""]:
    r"""Non-saturating generator loss at every prefix: mean over prefixes, then drafts.

    .. math:: L = -\frac1B \sum_b \frac{1}{T_b} \sum_t \log D(\tilde y_{b,\le t})

    ``log(1 - D)`` would have no gradient left where the discriminator rejects a draft with
    certainty.

    Source: Goodfellow et al. (2014, arXiv:1406.2661), section 3.
    """
    return mean_score(functional.softplus(-logits.float()), mask).mean()


def critic_loss(human: Float[Tensor, " B"], draft: Float[Tensor, " C"]) -> Float[Tensor, ""]:
    r"""Minus the critic's estimate of the Wasserstein distance.

    .. math:: L = \frac1C \sum_c f(y_c) - \frac1B \sum_b f(h_b)

    Source: Arjovsky et al. (2017, arXiv:1701.07875), equation 2.
    """
    return draft.float().mean() - human.float().mean()


def gradient_penalty(gradient: Float[Tensor, "B T V"]) -> Float[Tensor, ""]:
    r"""Squared distance of the critic's gradient norm from 1 between human sentences and drafts.

    .. math:: P = \frac1B \sum_b (\lVert \nabla_{\hat x_b} f \rVert_2 - 1)^2

    Args:
        gradient: of each sequence's critic score with respect to its rows, differentiable.

    Source: Gulrajani et al. (2017, arXiv:1704.00028), equation 3.
    """
    # The root's own gradient is infinite at 0.
    norm = (gradient.float().square().sum(dim=(1, 2)) + 1e-12).sqrt()
    return (norm - 1).square().mean()


def mean_score(scores: Float[Tensor, "B T"], mask: Bool[Tensor, "B T"]) -> Float[Tensor, " B"]:
    """A critic's score of each sequence: the mean over its real positions."""
    return scores.float().masked_fill(~mask, 0.0).sum(dim=1) / mask.sum(dim=1).clamp(min=1)
