"""The judges of a draft, and the rewards that they give, in training and on held-out texts.

Axes: N documents, K drafts of each, B = N * K drafts (those of a document adjacent),
T summary positions, V word types, D width of a sentence vector.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from summ.errors import ConfigError
from summ.families.summarizer import rewards
from summ.families.summarizer.config import RewardConfig
from summ.families.summarizer.likelihood import text_mask
from summ.families.summarizer.model import SummaryModel, load_summary_model
from summ.networks.compressor import Compressor
from summ.networks.language_model import LanguageModel
from summ.networks.policy import Marks, chosen, policy_log_probs
from summ.text.vocabulary import Vocabulary
from summ.types import Tokens


@runtime_checkable
class SentenceEncoder(Protocol):
    """What similarity asks of a model of sentences, which another family trains."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The pieces that it reads."""

    @property
    def settings(self) -> Any:
        """``max_pieces``: how many pieces of a sentence it reads, the end mark included."""

    def read_canonical(self, texts: list[str]) -> Tokens:
        """Folded texts as its pieces."""

    def vectors(self, words: Tokens) -> Float[Tensor, "N D"]:
        """Unit vectors of sentences."""


# Loads the encoder in a folder; None is the one that ships.
SentenceEncoderLoader = Callable[[Path | None, torch.device], SentenceEncoder]


@dataclass(frozen=True)
class Judges:
    """What judges drafts beside the reconstructor.  No step may learn their parameters.

    Attributes:
        humanness: logits that each prefix was written by a human: ``Tokens`` to (B, T).
        language_model: for fluency; None where the machine has none.
        vectors: sentence vectors for similarity: ``Tokens`` to (B, D).
        reference: a frozen policy that says how likely a draft is.
        salience: how much of what is salient in its document each draft says: B drafts and their N
            documents, ``Tokens`` and ``Tokens`` to (B,).
    """

    humanness: Callable[[Tokens], Tensor]
    language_model: LanguageModel | None = None
    vectors: Callable[[Tokens], Tensor] | None = None
    reference: Compressor | None = None
    salience: Callable[[Tokens, Tokens], Tensor] | None = None


@dataclass(frozen=True)
class Verdict:
    """The rewards of some drafts.

    Attributes:
        credit: the weighted sum of all rewards at each word: what that word is credited with.
        total: the weighted sum of ``figures``; models are chosen by its mean.
        figures: each reward of the whole draft by name, unweighted.  What is credited prefix by
            prefix, or word by word, counts with its mean over the words, undiscounted.
    """

    credit: Float[Tensor, "B T"]
    total: Float[Tensor, " B"]
    figures: dict[str, Float[Tensor, " B"]]


@torch.no_grad()
def judge(
    judges: Judges,
    weights: RewardConfig,
    drafts: Tokens,
    nll: Float[Tensor, " B"],
    documents: Tokens,
    budget: Int[Tensor, " N"],
    marks: Marks,
) -> Verdict:
    """Rewards drafts of documents.

    Judges with a weight of 0 are heard, too: how far rewards agree can be read from the log.

    Args:
        nll: of each draft's document, given the draft.
        budget: how many words each document's drafts were asked for.
    """
    samples = len(drafts) // len(documents)
    sources = documents.repeat(samples)
    begins = marks.starts_word[drafts.ids] & drafts.mask
    logits = judges.humanness(drafts)
    figures = {
        "reconstruction": rewards.reconstruction_reward(nll, sources.mask),
        "humanness": _mean(2 * logits.float().sigmoid() - 1, drafts.mask),
        "length": rewards.length_reward(begins, budget.repeat_interleave(samples)),
        "repetition": rewards.repetition_reward(drafts.ids, begins),
        "position": rewards.position_reward(
            drafts.ids, text_mask(drafts, marks), sources.ids, text_mask(sources, marks)
        ),
    }
    by_word = {"humanness": rewards.humanness_reward(logits, drafts.mask, weights.discount)}
    if judges.language_model is not None:
        lifts = _lifts(judges.language_model, weights, drafts)
        figures["fluency"] = _fluency(lifts, weights, drafts)
        if weights.fluency_credit == "word":
            by_word["fluency"] = rewards.fluency_to_go(lifts, drafts.mask, weights.discount)
    if judges.vectors is not None:
        read = judges.vectors(documents).repeat_interleave(samples, dim=0)
        figures["similarity"] = rewards.similarity_reward(read, judges.vectors(drafts))
    if judges.reference is not None:
        encoded = judges.reference.read(documents, budget).repeat(samples)
        log_probs = policy_log_probs(judges.reference, encoded, drafts, marks)
        figures["reference"] = _mean(chosen(log_probs, drafts), drafts.mask)
    if judges.salience is not None:
        figures["salience"] = judges.salience(drafts, documents)
    share = _shares(weights)
    total = torch.stack([share[name] * figures[name] for name in figures]).sum(dim=0)
    credit = torch.stack(
        [
            share[name] * by_word.get(name, rewards.spread(figures[name], drafts.mask))
            for name in figures
        ]
    ).sum(dim=0)
    return Verdict(credit, total, figures)


def _shares(weights: RewardConfig) -> dict[str, float]:
    """The weight of each reward, by the name of its figure."""
    return {
        "reconstruction": weights.reconstruction_weight,
        "humanness": weights.discriminator_weight,
        "length": weights.length_weight,
        "repetition": weights.repetition_weight,
        "position": weights.position_weight,
        "fluency": weights.fluency_weight,
        "similarity": weights.similarity_weight,
        "reference": weights.reference_weight,
        "salience": weights.salience_weight,
    }


def similarity_vectors(
    weights: RewardConfig,
    vocabulary: Vocabulary,
    device: torch.device,
    load: SentenceEncoderLoader,
) -> Callable[[Tokens], Tensor] | None:
    """What ``Judges.vectors`` is to be; None where no similarity is asked for.

    An encoder with a vocabulary of its own reads the text of the words.

    Raises:
        ConfigError: the encoder reads folded text and the machine does not, or the other way.
        CheckpointError: its folder is missing or damaged.
    """
    if not weights.similarity_weight and weights.similarity_encoder is None:
        return None
    model = load(weights.similarity_encoder, device)
    if model.vocabulary.pieces() == vocabulary.pieces():
        return lambda words: model.vectors(_readable(words, model))
    if model.vocabulary.folding != vocabulary.folding:
        place = weights.similarity_encoder or "the sentence encoder that ships"
        raise ConfigError(
            f"{place}: only one of it and the machine folds its text. Train an encoder on text "
            "prepared alike, or set similarity_weight to 0."
        )
    return lambda words: model.vectors(
        model.read_canonical([vocabulary.decode(row) for row in words.ids.tolist()]).to(device)
    )


def reference_policy(
    weights: RewardConfig, summary_model: SummaryModel, device: torch.device
) -> Compressor | None:
    """What ``Judges.reference`` is to be; None where no reference is asked for.

    Raises:
        ConfigError: it may say other pieces than the machine.
        CheckpointError: its folder is missing or damaged.
    """
    if weights.reference is None:
        return None
    other = load_summary_model(weights.reference)
    alike = other.settings.shortlist == summary_model.settings.shortlist
    if not alike or other.vocabulary.pieces() != summary_model.vocabulary.pieces():
        raise ConfigError(
            f"{weights.reference}: its vocabulary or shortlist is not the machine's, whose drafts "
            "it must be able to say. Take a stage of the same run."
        )
    return other.compressor.requires_grad_(False).to(device)


def salience_told(
    weights: RewardConfig, summary_model: SummaryModel, device: torch.device
) -> Callable[[Tokens, Tokens], Tensor] | None:
    """What ``Judges.salience`` is to be; None where no machine is named for it.

    Raises:
        ConfigError: that machine speaks another vocabulary, or does not know what is salient.
        CheckpointError: its folder is missing or damaged.
    """
    if weights.salience is None:
        return None
    other = load_summary_model(weights.salience, device)
    salience, compressor = other.salience, other.compressor
    if salience is None or other.vocabulary.pieces() != summary_model.vocabulary.pieces():
        what = "it does not guess salience" if salience is None else "its vocabulary is another"
        raise ConfigError(
            f"{weights.salience}: {what}. Name a machine of this vocabulary after a stage of kind "
            "salience."
        )

    def judged(drafts: Tokens, documents: Tokens) -> Tensor:
        samples = len(drafts) // len(documents)
        lifts = salience.lifts(salience.read(compressor, documents), documents)
        lifts = lifts.repeat_interleave(samples, dim=0)
        return salience.told(drafts, documents.repeat(samples), lifts)

    return judged


def _readable(words: Tokens, model: SentenceEncoder) -> Tokens:
    """Words cut to what the encoder reads, with the end mark that it is used to."""
    room = model.settings.max_pieces
    if words.ids.shape[1] <= room:
        return words
    ids, mask = words.ids[:, :room].clone(), words.mask[:, :room]
    ids[mask[:, -1], -1] = model.vocabulary.eos
    return Tokens(ids, mask)


def _lifts(
    language_model: LanguageModel, weights: RewardConfig, drafts: Tokens
) -> Float[Tensor, "B T"]:
    """How likely each word is where it stands; for SLOR, in proportion to how common it is."""
    if weights.fluency == "slor":
        return language_model.lifts(drafts)
    return chosen(language_model(drafts), drafts)


def _fluency(
    lifts: Float[Tensor, "B T"], weights: RewardConfig, drafts: Tokens
) -> Float[Tensor, " B"]:
    """The fluency of each whole draft, of the kind that is asked for."""
    if weights.fluency == "perplexity":
        return rewards.perplexity_reward(lifts, drafts.mask, weights.perplexity_scale)
    return rewards.fluency_reward(lifts, drafts.mask)


def _mean(values: Float[Tensor, "B T"], mask: Bool[Tensor, "B T"]) -> Float[Tensor, " B"]:
    """The mean over each draft's real words."""
    return values.masked_fill(~mask, 0.0).sum(dim=1) / mask.sum(dim=1)
