"""The critics: the networks that score summaries, and where they come from.

Axes: N sources, B summaries, T summary positions, D width of a sentence vector.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Float, Int
from torch import Tensor

from summ.errors import ConfigError
from summ.families.summarizer.config import RewardConfig
from summ.families.summarizer.model import SummaryModel, load_summary_model
from summ.networks.compressor import Compressor
from summ.networks.language_model import LanguageModel
from summ.networks.policy import Marks
from summ.networks.pretrained_fluency import PretrainedFluency
from summ.networks.pretrained_similarity import PretrainedSimilarity
from summ.networks.reconstructor import Reconstructor
from summ.networks.salience import Salience
from summ.text.vocabulary import Vocabulary
from summ.types import Tokens


@dataclass(frozen=True)
class SalienceCritic:
    """Layers that predict salience, and the compressor whose encoding they read."""

    salience: Salience
    compressor: Compressor

    def __call__(
        self, summaries: Tokens, sources: Tokens, rows: Int[Tensor, " B"]
    ) -> Float[Tensor, " B"]:
        """How much of what is salient in its source each summary says.

        Each source is read once, however many summaries it has.

        Args:
            rows: the row of each summary's source.
        """
        lifts = self.salience.lifts(self.salience.read(self.compressor, sources), sources)
        return self.salience.coverage(summaries, sources.at(rows), lifts[rows])


@dataclass(frozen=True)
class Critics:
    """What scores summaries.  Any of the critics may be absent; no step may teach them.

    Attributes:
        marks: of the vocabulary that sources and summaries are written in.
        discriminator: logits that each prefix was written by a human: ``Tokens`` to (B, T).
        reconstructor: for the likelihood of a source given its summary.
        language_model: for the fluency of a summary.
        fluency: a pretrained judge in its place: ``Tokens`` to (B,), higher is better.
        sentence_vectors: for the similarity of source and summary: ``Tokens`` to (B, D).
        reference: a frozen policy, for the likelihood of a summary given its source.
        salience: for how much of what is salient in its source a summary says.
        content_word: for novelty: whether a word, as a tuple of pieces, is a content word.
    """

    marks: Marks
    discriminator: Callable[[Tokens], Tensor] | None = None
    reconstructor: Reconstructor | None = None
    language_model: LanguageModel | None = None
    sentence_vectors: Callable[[Tokens], Tensor] | None = None
    reference: Compressor | None = None
    salience: SalienceCritic | None = None
    content_word: Callable[[tuple[int, ...]], bool] | None = None
    fluency: Callable[[Tokens], Tensor] | None = None

    @staticmethod
    def of(summary_model: SummaryModel) -> Critics:
        """The model's own networks."""
        device = next(summary_model.compressor.parameters()).device
        salience = None
        if summary_model.salience is not None:
            salience = SalienceCritic(summary_model.salience, summary_model.compressor)
        return Critics(
            Marks.of(summary_model.vocabulary, device),
            summary_model.discriminator,
            summary_model.reconstructor,
            summary_model.language_model,
            salience=salience,
        )


def load_critics(
    weights: RewardConfig,
    summary_model: SummaryModel,
    device: torch.device,
    sentence_vectors: Callable[[Tokens], Tensor] | None = None,
) -> Critics:
    """The critics of a training step: the model's own and those that its rewards name.

    The reconstructor is not among them: it learns in the same step, which hands over its nll.

    Args:
        sentence_vectors: for the similarity reward.

    Raises:
        ConfigError: a named model has another vocabulary or shortlist, or no salience.
        CheckpointError: its folder, or a pretrained judge, is missing or damaged.
    """
    folders = {folder for folder in (weights.reference, weights.salience) if folder is not None}
    models = {folder: load_summary_model(folder, device) for folder in folders}
    reference = salience = None
    if weights.reference is not None:
        reference = _reference(weights.reference, models[weights.reference], summary_model)
    if weights.salience is not None:
        salience = _salience(weights.salience, models[weights.salience], summary_model)
    vocabulary, fluency = summary_model.vocabulary, None
    if weights.fluency is not None:
        fluency = _fluency(PretrainedFluency.load(weights.fluency, device), vocabulary)
    if weights.similarity is not None:
        judge = PretrainedSimilarity.load(weights.similarity, device)
        sentence_vectors = _vectors(judge, vocabulary)
    return Critics(
        Marks.of(vocabulary, device),
        summary_model.discriminator,
        language_model=summary_model.language_model,
        sentence_vectors=sentence_vectors,
        reference=reference,
        salience=salience,
        fluency=fluency,
    )


def _fluency(judge: PretrainedFluency, vocabulary: Vocabulary) -> Callable[[Tokens], Tensor]:
    """What a pretrained network says of summaries, read as text."""

    def fluency(words: Tokens) -> Tensor:
        lines = [vocabulary.decode(row) for row in words.ids.tolist()]
        return judge.log_probs_per_word(lines).to(words.ids.device)

    return fluency


def _vectors(judge: PretrainedSimilarity, vocabulary: Vocabulary) -> Callable[[Tokens], Tensor]:
    """A pretrained encoder's vectors of sources or summaries, read as text."""
    return lambda words: judge.vectors([vocabulary.decode(row) for row in words.ids.tolist()])


def _reference(folder: Path, model: SummaryModel, summary_model: SummaryModel) -> Compressor:
    """The named model's compressor, frozen."""
    alike = model.settings.shortlist == summary_model.settings.shortlist
    if not alike or not _same_pieces(model, summary_model):
        raise ConfigError(
            f"{folder}: its vocabulary or shortlist is not that of the model in training, whose "
            "drafts it must be able to score. Name a stage of the same run."
        )
    return model.compressor.requires_grad_(False)


def _salience(folder: Path, model: SummaryModel, summary_model: SummaryModel) -> SalienceCritic:
    """The named model's salience, read from its own compressor."""
    if model.salience is None or not _same_pieces(model, summary_model):
        what = "it predicts no salience" if model.salience is None else "its vocabulary is another"
        raise ConfigError(
            f"{folder}: {what}. Name a model of this vocabulary after a stage of kind salience."
        )
    return SalienceCritic(model.salience, model.compressor)


def _same_pieces(one: SummaryModel, other: SummaryModel) -> bool:
    return one.vocabulary.pieces() == other.vocabulary.pieces()
