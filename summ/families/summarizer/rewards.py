"""Rewards and baselines: pure functions, higher is better, weights applied by the caller.

A reward of the whole draft has shape (B,); one that tells words apart has shape (B, T).

Axes: B drafts, N sources, K drafts of each source (B = N * K, drafts of a source adjacent),
T positions, V word types.
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional


def reconstruction_reward(
    nll: Float[Tensor, " B"], source_mask: Bool[Tensor, "B S"]
) -> Float[Tensor, " B"]:
    """Mean log-likelihood, in nats, of the source's pieces given the draft."""
    return -nll / source_mask.sum(dim=1)


def humanness_reward(humanness: Float[Tensor, "*B"]) -> Float[Tensor, "*B"]:
    r"""2 D - 1, between -1 and 1: positive where a human is the likelier writer.

    A word is credited with the reward of the prefix that it completes and, less and less, of the
    longer ones that it makes possible: see ``to_go``.

    Args:
        humanness: the discriminator's probability D that a human wrote a prefix, or its mean.

    Source: Wang & Lee (2018, arXiv:1810.02851); constants of their released code.
    """
    return 2 * humanness - 1


def fluency_reward(lifts: Float[Tensor, "B T"], mask: Bool[Tensor, "B T"]) -> Float[Tensor, " B"]:
    r"""SLOR: the mean log-likelihood of the draft's pieces, less that of the same pieces anywhere.

    .. math:: R = \frac1T \sum_t \log p(y_t \mid y_{<t}) - \log p_u(y_t)

    The first term alone prefers common words to the right ones.

    Args:
        lifts: the summands, in nats (``LanguageModel.lifts``): the unigram distribution is that of
            documents.

    Source: Kann et al. (2018, arXiv:1809.08731): WPSLOR, since the vocabulary is one of pieces.
    Dividing by whole words instead would tie it to the number of pieces in a word.
    """
    return lifts.masked_fill(~mask, 0.0).sum(dim=1) / mask.sum(dim=1)


def similarity_reward(
    source_vectors: Float[Tensor, "B D"], draft_vectors: Float[Tensor, "B D"]
) -> Float[Tensor, " B"]:
    """Cosine of the vectors of source and draft; 0 where one of them is zero."""
    return functional.cosine_similarity(source_vectors.float(), draft_vectors.float(), dim=1)


def to_go(
    values: Float[Tensor, "B T"], mask: Bool[Tensor, "B T"], discount: float
) -> Float[Tensor, "B T"]:
    r"""Each position's value and, discounted, the values after it.

    .. math:: R_t = \sum_{k \ge t} \gamma^{k-t} r_k
    """
    values = values.masked_fill(~mask, 0.0)
    sums = torch.zeros_like(values)
    running = torch.zeros_like(values[:, 0])
    for position in range(values.shape[1] - 1, -1, -1):
        running = values[:, position] + discount * running
        sums[:, position] = running
    return sums


def length_reward(begins: Bool[Tensor, "B T"], budget: Int[Tensor, " B"]) -> Float[Tensor, " B"]:
    """Minus the distance, in words, between the draft's length and its budget.

    Args:
        begins: True on pieces that begin a word, padding excluded.
    """
    return -(begins.sum(dim=1) - budget).abs().float()


def repetition_reward(repeated: Bool[Tensor, "B T"]) -> Float[Tensor, " B"]:
    """Minus the number of words that already occurred in the draft.

    Args:
        repeated: True where such a word begins.
    """
    return -repeated.sum(dim=1).float()


def position_reward(
    draft_ids: Int[Tensor, "B T"],
    draft_mask: Bool[Tensor, "B T"],
    source_ids: Int[Tensor, "B S"],
    source_mask: Bool[Tensor, "B S"],
) -> Float[Tensor, " B"]:
    """Minus the mean place, in the source, of the draft's pieces: 0 is its head, -1 its end.

    A piece has the place where it first stands there; pieces that the source does not have, and
    the end mark, have none.  A draft without any place gets -1.

    Args:
        draft_mask, source_mask: of the text, the end mark left out.
    """
    same = draft_ids[:, :, None] == source_ids[:, None, :]
    same &= draft_mask[:, :, None] & source_mask[:, None, :]
    stands = same.any(dim=2)  # (B, T)
    place = same.float().argmax(dim=2) / source_mask.sum(dim=1, keepdim=True)
    mean = place.masked_fill(~stands, 0.0).sum(dim=1) / stands.sum(dim=1).clamp(min=1)
    return -mean.masked_fill(~stands.any(dim=1), 1.0)


def spread(reward: Float[Tensor, " B"], mask: Bool[Tensor, "B T"]) -> Float[Tensor, "B T"]:
    """A reward of the whole draft, given to each of its words."""
    return reward[:, None].expand(-1, mask.shape[1]).masked_fill(~mask, 0.0)


def leave_one_out(
    reward: Float[Tensor, "B T"], mask: Bool[Tensor, "B T"], samples: int
) -> Float[Tensor, "B T"]:
    """Mean reward, at the same position, of the other drafts of the same source.

    Drafts that ended earlier count with their last word's reward, so that a longer draft
    still has rivals to be compared with.

    Source: Kool et al. (2019), leave-one-out baseline; per position as in Wang & Lee (2018),
    who take the mean over the batch (which would depend on the size of the micro-batch).
    """
    held = hold_last(reward, mask).unflatten(0, (-1, samples))  # (N, K, T)
    others = (held.sum(dim=1, keepdim=True) - held) / (samples - 1)
    return others.flatten(0, 1)


def hold_last(reward: Float[Tensor, "B T"], mask: Bool[Tensor, "B T"]) -> Float[Tensor, "B T"]:
    """Fills the positions after a draft's end with the reward of its last word."""
    last = mask.sum(dim=1, keepdim=True) - 1  # (B, 1)
    positions = torch.arange(mask.shape[1], device=mask.device).expand_as(mask)
    return reward.gather(1, torch.minimum(positions, last))


def fit_width(reward: Float[Tensor, "B U"], width: int) -> Float[Tensor, "B width"]:
    """Cuts to ``width`` positions, or goes on with the last one."""
    index = torch.arange(width, device=reward.device).clamp(max=reward.shape[1] - 1)
    return reward[:, index]
