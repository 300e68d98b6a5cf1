"""Objectives: pure functions from tensors to scalar losses.

Nothing here samples, holds parameters, logs, or reads a config.  Every name that ends in
``_loss`` is to be minimised; coefficients are applied by the caller.  All of them sum over
words and average over sequences, so that micro-batches of equal size average to the whole.

Axes: B and C sequences in the batch, T and U positions, S source positions, V word types, D width.
Masks are True on real words (the end mark included), False on padding.
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional


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
        log_probs: log-probability, in nats, of each sampled word under the policy that
            sampled it (same temperature, no dropout).  Carries the gradient.
        mask: the words that were sampled.  Padding may hold any value, even ``-inf``.
        reward: what followed from each word, higher is better.  Treated as constant.
        baseline: must not depend on the word at its position.  Pass zeros for none.

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


def likelihood_loss(
    log_probs: Float[Tensor, "B T"], mask: Bool[Tensor, "B T"]
) -> Float[Tensor, ""]:
    """Negative log-likelihood in nats, summed over words, averaged over sequences.

    Words that the policy cannot say (log-probability ``-inf``) are left out: with a shortlist,
    a word of the target that noise dropped from the source is beyond any policy.

    Args:
        log_probs: of the target words.  Carries the gradient.
        mask: the target's real words.
    """
    return sequence_nll(log_probs, mask & torch.isfinite(log_probs)).mean()


def sequence_nll(log_probs: Float[Tensor, "B T"], mask: Bool[Tensor, "B T"]) -> Float[Tensor, " B"]:
    """Negative log-likelihood of each sequence in nats, summed over its words."""
    return -log_probs.masked_fill(~mask, 0.0).sum(dim=1)


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


def mean_score(scores: Float[Tensor, "B T"], mask: Bool[Tensor, "B T"]) -> Float[Tensor, " B"]:
    """A critic's score of each sequence: the mean over its real positions."""
    return scores.float().masked_fill(~mask, 0.0).sum(dim=1) / mask.sum(dim=1).clamp(min=1)


def humanness_loss(logits: Float[Tensor, "B T"], mask: Bool[Tensor, "B T"]) -> Float[Tensor, ""]:
    r"""How inhuman relaxed drafts read to the discriminator: mean over prefixes, then drafts.

    .. math:: L = -\frac1B \sum_b \frac{1}{T_b} \sum_t \log D(\tilde y_{b,\le t})

    The form that does not saturate: where the discriminator is sure of a draft, ``1 - D`` has
    no gradient left.

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
    r"""How far the critic's slope is from 1 at points between human sentences and drafts.

    .. math:: P = \frac1B \sum_b (\lVert \nabla_{\hat x_b} f \rVert_2 - 1)^2

    Args:
        gradient: of each sequence's critic score with respect to its rows, differentiable.

    Source: Gulrajani et al. (2017, arXiv:1704.00028), equation 3.
    """
    # The root's own slope is infinite at 0.
    norm = (gradient.float().square().sum(dim=(1, 2)) + 1e-12).sqrt()
    return (norm - 1).square().mean()


def prior_loss(
    log_probs: Float[Tensor, "B T V"],
    prior: Float[Tensor, "B T V"],
    mask: Bool[Tensor, "B T"],
) -> Float[Tensor, ""]:
    r"""Divergence of the policy from a language model of human sentences, summed over words.

    .. math:: L = \frac1B \sum_{b,t} \mathrm{KL}(\pi(\cdot \mid y_{b,<t}, x_b) \,\Vert\,
        q(\cdot \mid y_{b,<t}))

    Args:
        log_probs: of the policy, in nats, ``-inf`` where it cannot say a word.  Carries the
            gradient.
        prior: of the language model after the same words, in nats.  Treated as constant.

    Source: Baziotis et al. (2019, arXiv:1904.03651), the language model prior.
    """
    # exp(-inf) * -inf is nan: what the policy cannot say adds nothing.
    never = log_probs == -torch.inf
    ratio = (log_probs - prior.detach()).masked_fill(never, 0.0)
    divergence = (log_probs.exp() * ratio).sum(dim=-1)  # (B, T)
    return divergence.masked_fill(~mask, 0.0).sum(dim=1).mean()


def fluency_loss(
    log_probs: Float[Tensor, "B T V"],
    lifts: Float[Tensor, "B T V"],
    mask: Bool[Tensor, "B T"],
) -> Float[Tensor, ""]:
    r"""Minus the fluency that the policy expects of its next word, mean over words, then drafts.

    .. math:: L = -\frac1B \sum_b \frac1{T_b} \sum_t \sum_w \pi(w \mid y_{b,<t}, x_b) \,
        \ell(w \mid y_{b,<t})

    It is minus ``rewards.fluency_reward``, with each word's expectation in the place of the word
    that was drawn: what an estimator would have to guess is summed exactly.  What a word makes
    of the words after it is left out.

    Args:
        log_probs: of the policy, in nats, ``-inf`` where it cannot say a word.  Carries the
            gradient.
        lifts: of every word under a language model after the same words, less its unigram
            log-probability for SLOR.  Treated as constant.
    """
    # 0 * -inf is nan: what the policy cannot say adds nothing.
    lifts = lifts.detach().masked_fill(log_probs == -torch.inf, 0.0)
    expected = (log_probs.exp() * lifts).sum(dim=-1)  # (B, T)
    return -mean_score(expected, mask).mean()


def topic_loss(
    source: Float[Tensor, "B S D"],
    source_weight: Float[Tensor, "B S"],
    draft: Float[Tensor, "B T D"],
    draft_weight: Float[Tensor, "B T"],
) -> Float[Tensor, ""]:
    r"""One minus the cosine of two weighted means of embeddings.

    .. math:: L = 1 - \frac1B \sum_b \cos(\sum_s w_{b,s} e_{b,s}, \sum_t w_{b,t} e_{b,t})

    Args:
        source: embeddings of the source's words.
        source_weight: how much each tells of the topic, its inverse document frequency; 0 on
            padding.
        draft: embeddings of the draft's words, mixed by their rows.  Carries the gradient.
        draft_weight: as for the source, mixed by the rows.

    Source: Baziotis et al. (2019, arXiv:1904.03651), the topic loss; they weigh the source only.
    """
    theirs = (source * source_weight[..., None]).sum(dim=1)
    ours = (draft * draft_weight[..., None]).sum(dim=1)
    return 1 - functional.cosine_similarity(theirs.float(), ours.float(), dim=-1).mean()


def coverage_loss(said: Float[Tensor, "B T S"], weight: Float[Tensor, "B S"]) -> Float[Tensor, ""]:
    r"""The weighted share of the source's words that the draft does not say.

    .. math:: L = \frac1B \sum_b
        \frac{\sum_s w_{b,s} \prod_t (1 - \tilde y_{b,t,x_s})}{\sum_s w_{b,s}}

    Args:
        said: the row's entry for each word of the source.  Carries the gradient.
        weight: of each word of the source, 0 on padding.
    """
    missed = (1 - said.float()).prod(dim=1)  # (B, S)
    return ((weight * missed).sum(dim=1) / weight.sum(dim=1).clamp(min=1e-6)).mean()


def position_loss(
    said: Float[Tensor, "B T S"], first: Bool[Tensor, "B S"], length: Int[Tensor, " B"]
) -> Float[Tensor, ""]:
    r"""The mean place, in the source, of what the draft says: 0 is its head, 1 its end.

    .. math:: L = \frac1B \sum_b \frac{\sum_{t,s} \tilde y_{b,t,x_s} f_{b,s} \, s / S_b}
        {\sum_{t,s} \tilde y_{b,t,x_s} f_{b,s}}

    A draft that says nothing of the source gets 1.  It is minus ``rewards.position_reward``, with
    relaxed words.

    Args:
        said: the row's entry for each word of the source.  Carries the gradient.
        first: where a word of the source stands for the first time; False on padding and the end
            mark.
        length: of each source, the end mark left out.
    """
    mass = said.float().sum(dim=1).masked_fill(~first, 0.0)  # (B, S)
    places = torch.arange(said.shape[2], device=said.device) / length[:, None]
    total = mass.sum(dim=1)
    mean = (mass * places).sum(dim=1) / total.clamp(min=1e-6)
    return mean.masked_fill(total == 0, 1.0).mean()


def length_loss(begun: Float[Tensor, " B"], budget: Int[Tensor, " B"]) -> Float[Tensor, ""]:
    """The distance, in words, between relaxed drafts' lengths and those asked for.

    Args:
        begun: how much of the rows' mass stands on pieces that begin a word.  Carries the
            gradient, which at the end mark says whether to have gone on.
    """
    return (begun - budget).abs().mean()
