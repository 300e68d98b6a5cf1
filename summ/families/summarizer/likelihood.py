"""The two maximum-likelihood objectives that need no pair of document and summary.

Axes: B sentences or documents, S positions of the source, T positions of the sentence.
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from summ.families.summarizer.config import AnchorConfig, LikelihoodConfig
from summ.networks.compressor import Compressor
from summ.networks.policy import Marks, chosen, policy_log_probs, sample
from summ.networks.reconstructor import Reconstructor
from summ.training.objectives.likelihood import likelihood_loss, sequence_nll
from summ.training.random_streams import RandomStreams
from summ.types import Batch, Relaxed, Tokens


def count_words(tokens: Tokens, marks: Marks) -> Int[Tensor, " B"]:
    """How many whitespace-separated words begin in each sequence."""
    return (marks.starts_word[tokens.ids] & tokens.mask).sum(dim=1)


def text_mask(tokens: Tokens, marks: Marks) -> Bool[Tensor, "B T"]:
    """True on real tokens other than the end mark."""
    return tokens.mask & (tokens.ids != marks.eos)


def reconstruction_nll(
    reconstructor: Reconstructor, drafts: Tokens | Relaxed, documents: Tokens, marks: Marks
) -> Float[Tensor, " B"]:
    """Negative log-likelihood of each document given its draft, in nats."""
    encoded = reconstructor.read(drafts, count_words(documents, marks))
    log_probs = chosen(policy_log_probs(reconstructor, encoded, documents, marks), documents)
    return sequence_nll(log_probs, documents.mask & torch.isfinite(log_probs))


def coverage(sentences: Tokens, documents: Tokens, marks: Marks) -> Float[Tensor, " B"]:
    """The share of each sentence's pieces that its document contains; 1 for an empty one."""
    text = text_mask(sentences, marks)
    same = (sentences.ids[:, :, None] == documents.ids[:, None, :]) & documents.mask[:, None, :]
    missing = (text & ~same.any(dim=2)).sum(dim=1)
    return 1 - missing / text.sum(dim=1).clamp(min=1)


@torch.no_grad()
def draw_drafts(
    compressor: Compressor,
    documents: Tokens,
    marks: Marks,
    streams: RandomStreams,
    budgets: tuple[int, int],
    width: int,
) -> Tokens:
    """One draft of each document, its length drawn from ``budgets``; without gradient.

    Args:
        width: the most pieces of a draft.
    """
    rows = len(documents)
    budget = streams.integers("likelihood/budget", rows, budgets)
    encoded = compressor.read(documents, budget)
    uniforms = streams.uniform("likelihood/draft", rows, width)
    return sample(compressor, encoded, marks, uniforms)


class DenoisingObjective(nn.Module):
    """Teaches the compressor to recover a human sentence from a longer source that contains it.

    The source is either noise around the sentence (denoising), or a document that the
    reconstructor wrote around it (back-translation, one half of the cycle: sentence, document,
    the same sentence).  Either way the target is a sentence that a human wrote.

    Source: denoising additive noise is the idea of Fevry & Phang (2018, arXiv:1809.02669), with
    human summaries in place of source sentences; the cycle is the other half of CycleGAN (Zhu et
    al. 2017, arXiv:1703.10593), which Wang & Lee (2018) leave out.
    """

    def __init__(
        self,
        compressor: Compressor,
        reconstructor: Reconstructor,
        marks: Marks,
        config: AnchorConfig,
        max_document: int,
        max_sentence: int,
    ) -> None:
        super().__init__()
        self.compressor, self.reconstructor = compressor, reconstructor
        self.marks, self.config = marks, config
        self.max_document, self.max_sentence = max_document, max_sentence

    def forward(self, batch: Batch, streams: RandomStreams) -> Float[Tensor, ""]:
        """The nll of ``batch.sentences`` given their sources, in nats a sentence."""
        encoded = self.compressor.read(self._sources(batch, streams), batch.budget)
        log_probs = policy_log_probs(self.compressor, encoded, batch.sentences, self.marks)
        return likelihood_loss(chosen(log_probs, batch.sentences), batch.sentences.mask)

    def _sources(self, batch: Batch, streams: RandomStreams) -> Tokens:
        """Back-translations for the first ``back_translated_share`` of the rows, noise below."""
        count = round(self.config.back_translated_share * len(batch.sentences))
        if not count:
            return batch.noised
        sentences = batch.sentences.rows(slice(0, count))
        # Like every source, a back-translation is cut to fit with its end mark.
        written = self.back_translate(sentences, streams)
        usable = coverage(sentences, written, self.marks) >= self.config.back_translated_coverage
        # Rows of the stack below: the back-translations first, then the noise of every sentence.
        rows = torch.arange(len(batch.sentences), device=usable.device) + count
        rows[:count] -= count * usable.long()
        return Tokens.stack([written, batch.noised], self.marks.pad).rows(rows)

    @torch.no_grad()
    def back_translate(self, sentences: Tokens, streams: RandomStreams) -> Tokens:
        """Documents that the reconstructor writes around human sentences."""
        rows, config = len(sentences), self.config
        length = streams.integers("back_translation/length", rows, config.back_translated_length)
        low, high = config.temperature
        share = streams.uniform("back_translation/temperature", rows, 1)[:, 0]
        encoded = self.reconstructor.read(sentences, length)
        uniforms = streams.uniform("back_translation/draft", rows, self.max_document)
        temperature = low + (high - low) * share
        return sample(self.reconstructor, encoded, self.marks, uniforms, temperature)


class ReconstructionObjective(nn.Module):
    """Teaches the reconstructor to write a document from a few words.

    The words are keywords of the document or, for ``draft_share`` of the documents, the
    compressor's draft of it (the other half of the cycle: document, draft, the same document).
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
        """The nll of each document, in nats, and the drafts, where any were drawn."""
        sources, drafts = batch.keywords, None
        count = round(self.config.draft_share * len(batch.documents))
        if count:
            drafts = draw_drafts(
                self.compressor,
                batch.documents.rows(slice(0, count)),
                self.marks,
                streams,
                self.config.budgets,
                self.max_sentence,
            )
            rest = batch.keywords.rows(slice(count, None))
            sources = Tokens.stack([drafts, rest] if len(rest) else [drafts], self.marks.pad)
        nll = reconstruction_nll(self.reconstructor, sources, batch.documents, self.marks)
        return nll, drafts
