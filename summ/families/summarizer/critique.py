"""The critique of a summary: what the networks, and plain counting, say of it.

Training makes rewards of it (``summ.families.summarizer.rewarded_drafts``); reranking, scoring and
evaluation read it as it is.

Axes: N sources, B summaries, T summary positions, V word types.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from summ.families.summarizer import rewards
from summ.families.summarizer.critics import Critics
from summ.families.summarizer.likelihood import reconstruction_nll, text_mask
from summ.networks.policy import Marks, chosen, policy_log_probs
from summ.networks.whole_words import repeats, split_words, word_keys
from summ.text.words import count_words
from summ.training.objectives.likelihood import sequence_nll
from summ.types import Tokens


@dataclass(frozen=True)
class Critique:
    """Figures of B summaries; None where the critic, or what it needs, is absent.

    Higher is better, except of the two nll.

    Attributes:
        words: how many words begin in the summary, as the networks read it.
        length: minus the distance, in words, from the budget.
        repetition: minus the number of its words that already stood in the summary.
        novelty: minus the number of different content words that the source lacks.
        position: minus the mean place of its pieces in the source, 0 at the head, -1 at the end.
        source_nll: -log p(source | summary) in nats, summed over the source's pieces.
        reconstruction: minus that, per piece of the source, its end mark included.
        prefix_humanness: probability that a human wrote each prefix; 0 on padding.
        humanness: the mean of that over all prefixes, between 0 and 1.
        language_model_nll: -log p(summary) in nats, its end mark included.
        fluency: SLOR: see ``rewards.fluency_reward``, in nats per piece; or what a pretrained
            judge says in its place, in nats per word.
        similarity: cosine of the sentence vectors of source and summary.
        reference: log-likelihood under the reference policy, in nats per piece.
        salience: sum, over its words, of how salient each is in the source.
    """

    words: Int[Tensor, " B"]
    length: Float[Tensor, " B"] | None
    repetition: Float[Tensor, " B"]
    novelty: Float[Tensor, " B"] | None
    position: Float[Tensor, " B"]
    source_nll: Float[Tensor, " B"] | None
    reconstruction: Float[Tensor, " B"] | None
    prefix_humanness: Float[Tensor, "B T"] | None
    humanness: Float[Tensor, " B"] | None
    language_model_nll: Float[Tensor, " B"] | None
    fluency: Float[Tensor, " B"] | None
    similarity: Float[Tensor, " B"] | None
    reference: Float[Tensor, " B"] | None
    salience: Float[Tensor, " B"] | None


@torch.no_grad()
def critique(
    critics: Critics,
    sources: Tokens,
    summaries: Tokens,
    rows: Int[Tensor, " B"] | None = None,
    *,
    budget: Int[Tensor, " N"] | None = None,
    source_nll: Float[Tensor, " B"] | None = None,
) -> Critique:
    """Scores summaries of sources.

    Args:
        rows: the row of each summary's source; by default all sources have equally many
            summaries, and those of a source are adjacent.
        budget: how many words the summaries of each source may have; needed for ``length`` and
            ``reference``.
        source_nll: where it is known already; the reconstructor is then not run.
    """
    if rows is None:
        each = len(summaries) // max(1, len(sources))
        rows = torch.arange(len(sources), device=sources.ids.device).repeat_interleave(each)
    marks, texts = critics.marks, sources.at(rows)
    begins = marks.starts_word[summaries.ids] & summaries.mask
    repeated = repeats(word_keys(summaries, _borders(marks)), begins)
    source_nll, reconstruction = _reconstruction(critics, summaries, texts, source_nll)
    prefixes, humanness = _humanness(critics, summaries)
    language_model_nll, fluency = _fluency(critics, summaries)
    return Critique(
        words=begins.sum(dim=1),
        length=None if budget is None else rewards.length_reward(begins, budget[rows]),
        repetition=rewards.repetition_reward(repeated),
        novelty=_novelty(critics, sources, summaries, rows),
        position=rewards.position_reward(
            summaries.ids, text_mask(summaries, marks), texts.ids, text_mask(texts, marks)
        ),
        source_nll=source_nll,
        reconstruction=reconstruction,
        prefix_humanness=prefixes,
        humanness=humanness,
        language_model_nll=language_model_nll,
        fluency=fluency,
        similarity=_similarity(critics, sources, summaries, rows),
        reference=_reference(critics, sources, summaries, rows, budget),
        salience=None if critics.salience is None else critics.salience(summaries, sources, rows),
    )


def prefix_humanness(
    discriminator: Callable[[Tokens], Tensor], words: Tokens
) -> Float[Tensor, "B T"]:
    """The probability, by the discriminator, that a human wrote each prefix; 0 on padding."""
    return discriminator(words).float().sigmoid().masked_fill(~words.mask, 0.0)


def nll_per_word(nll: float, text: str) -> float:
    """Nats per whitespace-separated word of a text as its reader sees it.

    The networks split punctuation and clitics off (*Japan's* is two of their words, *markets.*
    too), vocabularies cut words into pieces of different lengths; neither moves this figure.
    Scripts without spaces count by character, as everywhere (``summ.text.words.count_words``).

    Args:
        nll: of the whole text, its end mark included, in nats.
        text: as it was given, not folded; nan is returned if it is blank.
    """
    words = count_words(text)
    return nll / words if words else math.nan


def _reconstruction(
    critics: Critics, summaries: Tokens, texts: Tokens, nll: Float[Tensor, " B"] | None
) -> tuple[Float[Tensor, " B"] | None, Float[Tensor, " B"] | None]:
    """The nll of each summary's source, and its log-likelihood per piece."""
    if nll is None and critics.reconstructor is not None:
        nll = reconstruction_nll(critics.reconstructor, summaries, texts, critics.marks)
    return nll, None if nll is None else rewards.reconstruction_reward(nll, texts.mask)


def _humanness(
    critics: Critics, summaries: Tokens
) -> tuple[Float[Tensor, "B T"] | None, Float[Tensor, " B"] | None]:
    """Of each prefix, and its mean."""
    if critics.discriminator is None:
        return None, None
    prefixes = prefix_humanness(critics.discriminator, summaries)
    return prefixes, prefixes.sum(dim=1) / summaries.mask.sum(dim=1)


def _fluency(
    critics: Critics, summaries: Tokens
) -> tuple[Float[Tensor, " B"] | None, Float[Tensor, " B"] | None]:
    """The nll of each summary under the language model, and its SLOR, or a pretrained judge's."""
    model, judge = critics.language_model, critics.fluency
    judged = None if judge is None else judge(summaries)
    if model is None:
        return None, judged
    log_probs = model.log_probs(summaries)
    nll = sequence_nll(log_probs, summaries.mask)
    if judged is not None:
        return nll, judged
    lifts = model.lifts(summaries, log_probs)
    return nll, rewards.fluency_reward(lifts, summaries.mask)


def _similarity(
    critics: Critics, sources: Tokens, summaries: Tokens, rows: Int[Tensor, " B"]
) -> Float[Tensor, " B"] | None:
    vectors = critics.sentence_vectors
    if vectors is None:
        return None
    return rewards.similarity_reward(vectors(sources)[rows], vectors(summaries))


def _reference(
    critics: Critics,
    sources: Tokens,
    summaries: Tokens,
    rows: Int[Tensor, " B"],
    budget: Int[Tensor, " N"] | None,
) -> Float[Tensor, " B"] | None:
    """Mean log-likelihood of each summary's pieces under the reference policy."""
    if critics.reference is None or budget is None:
        return None
    encoded = critics.reference.read(sources, budget).rows(rows)
    log_probs = policy_log_probs(critics.reference, encoded, summaries, critics.marks)
    return rewards.fluency_reward(chosen(log_probs, summaries), summaries.mask)


def _novelty(
    critics: Critics, sources: Tokens, summaries: Tokens, rows: Int[Tensor, " B"]
) -> Float[Tensor, " B"] | None:
    """Minus the number of different content words that the source lacks."""
    if critics.content_word is None:
        return None
    marks = critics.marks
    texts, drafts = (
        split_words(words, marks.starts_word, marks.eos) for words in (sources, summaries)
    )
    novel = (
        set(draft).difference(texts[row]) for draft, row in zip(drafts, rows.tolist(), strict=True)
    )
    counts = [sum(map(critics.content_word, words)) for words in novel]
    return -torch.tensor(counts, dtype=torch.float32, device=summaries.ids.device)


def _borders(marks: Marks) -> Bool[Tensor, " V"]:
    """Pieces before which a word ends: those that begin one, and the end mark."""
    borders = marks.starts_word.clone()
    borders[marks.eos] = True
    return borders
