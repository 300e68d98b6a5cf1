"""The rewards of drafts: their critique, weighted, and what each word is credited with.

Axes: N documents, B drafts (those of a document adjacent), T summary positions.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from summ.families.summarizer import rewards
from summ.families.summarizer.config import RewardConfig
from summ.families.summarizer.critics import Critics
from summ.families.summarizer.critique import Critique, critique
from summ.types import Tokens


@dataclass(frozen=True)
class RewardedDrafts:
    """The rewards of some drafts.

    Attributes:
        credit: the weighted sum of all rewards at each word: what the word is credited with.
        total: the weighted sum of ``figures``; models are chosen by its mean.
        figures: each reward of the whole draft by name, unweighted.  The humanness reward, which
            is credited prefix by prefix, counts with its mean over the prefixes, undiscounted.
    """

    credit: Float[Tensor, "B T"]
    total: Float[Tensor, " B"]
    figures: dict[str, Float[Tensor, " B"]]


@torch.no_grad()
def reward_drafts(
    critics: Critics,
    weights: RewardConfig,
    drafts: Tokens,
    source_nll: Float[Tensor, " B"],
    documents: Tokens,
    budget: Int[Tensor, " N"],
) -> RewardedDrafts:
    """Rewards drafts of documents.

    Rewards of weight 0 are computed as well, so that the log shows how far they agree.

    Args:
        critics: a discriminator at least.
        source_nll: of each draft's document, given the draft.
        budget: how many words each document's drafts may have.
    """
    found = critique(critics, documents, drafts, budget=budget, source_nll=source_nll)
    figures = _figures(found)
    shares = _shares(weights)
    total = torch.stack([shares[name] * figures[name] for name in figures]).sum(dim=0)
    by_word = {name: rewards.spread(figures[name], drafts.mask) for name in figures}
    if found.prefix_humanness is not None:
        prefixes = rewards.humanness_reward(found.prefix_humanness)
        by_word["humanness_reward"] = rewards.to_go(prefixes, drafts.mask, weights.discount)
    credit = torch.stack([shares[name] * by_word[name] for name in figures]).sum(dim=0)
    return RewardedDrafts(credit, total, figures)


def _figures(found: Critique) -> dict[str, Float[Tensor, " B"]]:
    """Each reward of the whole draft by name, as far as there are critics."""
    humanness = found.humanness
    figures = {
        "reconstruction": found.reconstruction,
        "humanness_reward": None if humanness is None else rewards.humanness_reward(humanness),
        "length": found.length,
        "repetition": found.repetition,
        "position": found.position,
        "fluency": found.fluency,
        "similarity": found.similarity,
        "reference": found.reference,
        "salience": found.salience,
    }
    return {name: values for name, values in figures.items() if values is not None}


def _shares(weights: RewardConfig) -> dict[str, float]:
    """The weight of each reward, by the name of its figure."""
    return {
        "reconstruction": weights.reconstruction_weight,
        "humanness_reward": weights.discriminator_weight,
        "length": weights.length_weight,
        "repetition": weights.repetition_weight,
        "position": weights.position_weight,
        "fluency": weights.fluency_weight,
        "similarity": weights.similarity_weight,
        "reference": weights.reference_weight,
        "salience": weights.salience_weight,
    }
