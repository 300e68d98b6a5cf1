"""The two lessons of maximum likelihood that need no pair of article and summary.

Axes: B sentences or documents, S source positions, T positions of the sentence.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from summ.config import LikelihoodConfig
from summ.families.summarizer.rewards import length_reward, match_reward
from summ.networks.compressor import Compressor
from summ.networks.policy import Marks, chosen, policy_log_probs, sample
from summ.networks.reconstructor import Reconstructor
from summ.training.objectives.losses import likelihood_loss, sequence_nll
from summ.training.random_streams import RandomStreams
from summ.types import Batch, Draft, Relaxed, Tokens

_LENGTH = 2.0  # a word too few or too many outweighs all that may be in common


def count_words(words: Tokens, marks: Marks) -> Int[Tensor, " B"]:
    """How many whitespace-separated words begin in each sequence."""
    return (marks.starts_word[words.ids] & words.mask).sum(dim=1)


def text_mask(words: Tokens, marks: Marks) -> Bool[Tensor, "B T"]:
    """Where real words stand, the end mark left out."""
    return words.mask & (words.ids != marks.eos)


def uniform_integers(
    streams: RandomStreams, purpose: str, rows: int, bounds: tuple[int, int]
) -> Int[Tensor, " B"]:
    """One integer a row, between both bounds inclusive."""
    low, high = bounds
    return low + (streams.uniform(purpose, rows, 1)[:, 0] * (high - low + 1)).long()


def rebuild_nll(
    reconstructor: Reconstructor, drafts: Tokens | Relaxed, documents: Tokens, marks: Marks
) -> Float[Tensor, " B"]:
    """How surprised the reconstructor is by each document, given its draft, in nats."""
    encoded = reconstructor.read(drafts, count_words(documents, marks))
    log_probs = chosen(policy_log_probs(reconstructor, encoded, documents, marks), documents)
    return sequence_nll(log_probs, documents.mask & torch.isfinite(log_probs))


def coverage(sentences: Tokens, documents: Tokens, marks: Marks) -> Float[Tensor, " B"]:
    """The share of each sentence's pieces that its document has, too; 1 for an empty one."""
    text = text_mask(sentences, marks)
    same = (sentences.ids[:, :, None] == documents.ids[:, None, :]) & documents.mask[:, None, :]
    missing = (text & ~same.any(dim=2)).sum(dim=1)
    return 1 - missing / text.sum(dim=1).clamp(min=1)


def draw_drafts(
    compressor: Compressor,
    documents: Tokens,
    marks: Marks,
    streams: RandomStreams,
    budgets: tuple[int, int],
    width: int,
) -> Draft:
    """One draft of each document, of a length drawn from ``budgets``; without gradient."""
    rows = len(documents)
    with torch.no_grad():
        budget = uniform_integers(streams, "lesson/budget", rows, budgets)
        encoded = compressor.read(documents, budget)
        uniforms = streams.uniform("lesson/draft", rows, width)
        return sample(compressor, encoded, marks, uniforms)


class DenoisingObjective(nn.Module):
    """Teaches the compressor to find the human sentence hidden in a source.

    The source is either noise around the sentence (the denoising task), or a document that the
    reconstructor invented from it (the cycle: sentence, document, the same sentence).  Either
    way the target is a sentence that a human wrote as a summary of something.

    Source: the warm start follows the idea of Fevry & Phang (2018, arXiv:1809.02669), denoising
    additive noise, with human summaries in place of source sentences; the cycle is the other
    half of CycleGAN (Zhu et al. 2017, arXiv:1703.10593), which Wang & Lee (2018) leave out.
    """

    def __init__(
        self,
        compressor: Compressor,
        reconstructor: Reconstructor,
        marks: Marks,
        config: LikelihoodConfig,
        max_document: int,
        max_sentence: int,
    ) -> None:
        super().__init__()
        self.compressor, self.reconstructor = compressor, reconstructor
        self.marks, self.config = marks, config
        self.max_document, self.max_sentence = max_document, max_sentence

    def forward(self, batch: Batch, streams: RandomStreams) -> Float[Tensor, ""]:
        """The loss of finding ``batch.sentences``, in nats a sentence."""
        if self.config.matched_draws:
            batch = self.with_best_drafts(batch, streams)
        source = batch.hidden
        count = round(self.config.back_translated_share * len(batch.sentences))
        if count:
            sentences = batch.sentences.rows(slice(0, count))
            # Like every source, an invention is cut to fit with its end mark.
            back_translated = self.back_translate(sentences, streams)
            usable = (
                coverage(sentences, back_translated, self.marks)
                >= self.config.back_translated_coverage
            )
            # Of the stack below: the inventions come first, then what hides each sentence.
            rows = torch.arange(len(batch.sentences), device=usable.device) + count
            rows[:count] -= count * usable.long()
            source = Tokens.stack([back_translated, batch.hidden], self.marks.pad).rows(rows)
        encoded = self.compressor.read(source, batch.budget)
        log_probs = policy_log_probs(self.compressor, encoded, batch.sentences, self.marks)
        return likelihood_loss(chosen(log_probs, batch.sentences), batch.sentences.mask)

    @torch.no_grad()
    def with_best_drafts(self, batch: Batch, streams: RandomStreams) -> Batch:
        """The batch with drafts in the place of matches: of several, the nearest to the match.

        A match says what matters, in words and with facts that its document may lack; a draft says
        only what the policy can say of the document.  Length counts before all else: what shorter
        drafts have in common with a match is a larger part of them.

        Source: best-of-n drafts as targets are those of Dong et al. (2023, arXiv:2304.06767).
        """
        (rows,) = batch.matched.nonzero(as_tuple=True)
        if not len(rows):
            return batch
        times, width = self.config.matched_draws, self.max_sentence
        matches = batch.sentences.rows(rows).repeat(times)
        budget = uniform_integers(streams, "match/budget", len(rows), self.config.budgets)
        encoded = self.compressor.read(batch.hidden.rows(rows), budget).repeat(times)
        temperature = self._temperature(streams, "match/temperature", len(rows))
        uniforms = streams.uniform("match/draft", len(rows), times * width)
        drafts = sample(
            self.compressor,
            encoded,
            self.marks,
            uniforms.unflatten(1, (times, width)).flatten(0, 1),
            temperature.repeat_interleave(times),
        ).words
        texts = [text_mask(words, self.marks) for words in (drafts, matches)]
        worth = match_reward(drafts.ids, texts[0], matches.ids, texts[1])
        begins = self.marks.starts_word[drafts.ids] & drafts.mask
        worth += _LENGTH * length_reward(begins, budget.repeat_interleave(times))
        chosen_draft = worth.unflatten(0, (-1, times)).argmax(dim=1)
        best = torch.arange(len(rows), device=rows.device) * times + chosen_draft
        (others,) = (~batch.matched).nonzero(as_tuple=True)  # they stand before
        told = [batch.sentences.rows(others), drafts.rows(best)]
        budgets = torch.cat([batch.budget[others], budget])
        return replace(batch, sentences=Tokens.stack(told, self.marks.pad), budget=budgets)

    def _temperature(self, streams: RandomStreams, purpose: str, rows: int) -> Float[Tensor, " B"]:
        low, high = self.config.temperature
        return low + (high - low) * streams.uniform(purpose, rows, 1)[:, 0]

    @torch.no_grad()
    def back_translate(self, sentences: Tokens, streams: RandomStreams) -> Tokens:
        """Documents that the reconstructor writes around human sentences."""
        rows = len(sentences)
        length = uniform_integers(
            streams, "invent/length", rows, self.config.back_translated_length
        )
        temperature = self._temperature(streams, "invent/temperature", rows)
        encoded = self.reconstructor.read(sentences, length)
        uniforms = streams.uniform("invent/words", rows, self.max_document)
        return sample(self.reconstructor, encoded, self.marks, uniforms, temperature).words


class ReconstructionObjective(nn.Module):
    """Teaches the reconstructor to rebuild a document from a few words.

    The words are keywords of the document, or, for ``draft_share`` of the documents, what the
    compressor makes of it (document, draft, the same document).
    """

    def __init__(
        self,
        compressor: Compressor,
        reconstructor: Reconstructor,
        marks: Marks,
        config: LikelihoodConfig,
        max_sentence: int,
    ) -> None:
        super().__init__()
        self.compressor, self.reconstructor = compressor, reconstructor
        self.marks, self.config, self.max_sentence = marks, config, max_sentence

    def forward(
        self, batch: Batch, streams: RandomStreams
    ) -> tuple[Float[Tensor, " B"], Tokens | None]:
        """The nll of each document, and the drafts, where any were drawn."""
        words, drafts = batch.keywords, None
        count = round(self.config.draft_share * len(batch.documents))
        if count:
            drafts = draw_drafts(
                self.compressor,
                batch.documents.rows(slice(0, count)),
                self.marks,
                streams,
                self.config.budgets,
                self.max_sentence,
            ).words
            rest = batch.keywords.rows(slice(count, None))
            parts = [drafts, rest] if len(rest) else [drafts]
            words = Tokens.stack(parts, self.marks.pad)
        return rebuild_nll(self.reconstructor, words, batch.documents, self.marks), drafts
