"""Inspection: what the networks of a summarizer do with one text, step by step.

The compressor's candidates, the opinion of every critic of each, how human each prefix of a
candidate looks to the discriminator, and the document that the reconstructor makes of the words.

Axes: B candidates, T summary positions.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch

from summ.errors import ConfigError
from summ.families.summarizer.critique import critique
from summ.families.summarizer.likelihood import count_words
from summ.families.summarizer.model import SummaryModel
from summ.networks.policy import greedy
from summ.pipelines.compress import Finalists, ModelCompressor
from summ.pipelines.rerank import (
    Reranker,
    all_critics,
    normalised_log_prob,
    weighed_figures,
    weights_of,
)
from summ.types import Tokens


@dataclass(frozen=True)
class Prefix:
    """One piece of a candidate, and the probability that a human wrote what ends with it."""

    piece: str
    humanness: float


@dataclass(frozen=True)
class Opinion:
    """One candidate, and what the networks say of it.

    Attributes:
        log_prob: under the compressor, in nats.
        figures: by the names of ``RerankWeights``, and ``likelihood``, the first term of its
            score; higher is better, except of repetition and novelty only in that theirs are
            minus the number of words.
        score: the weighted sum by which the model chooses.
        prefixes: the discriminator's opinion; the last one is of the finished summary.
    """

    summary: str
    log_prob: float
    figures: dict[str, float]
    score: float
    prefixes: list[Prefix]


@dataclass(frozen=True)
class Inspection:
    """What happened to one text.

    Attributes:
        read: the text as the networks read it: folded, and cut where they cannot read on.
        chosen: the place of the candidate that the model prefers.
        weights: of the figures in a score.
        rebuilt: the document that the reconstructor finds likeliest, word by word, given the
            chosen candidate and the number of words of the text.
    """

    read: str
    candidates: list[Opinion]
    chosen: int
    weights: dict[str, float]
    rebuilt: str


class Inspector:
    """Shows how a summarization model comes to its summary."""

    def __init__(self, model: SummaryModel) -> None:
        self._model = model
        self._compressor = ModelCompressor(model)
        self._weights = weights_of(model)
        self._reranker = Reranker(model, self._weights)
        self._critics = all_critics(model)
        self._device = next(model.compressor.parameters()).device

    def inspect(self, text: str, words: int = 10, beams: int = 8) -> Inspection:
        """Compresses one text in the open.

        Args:
            text: of which the model reads as much as it can.
            words: the most words of a summary.
            beams: width of the search, and the number of candidates.

        Raises:
            ConfigError: a number is below 1, or the model can read nothing of the text.
        """
        for name, value in (("words", words), ("beams", beams)):
            if value < 1:
                raise ConfigError(f"{name}: must be at least 1, found {value}.")
        found = self._compressor.finalists(text, words, beams)
        if not found.source:
            raise ConfigError("the text holds no word that the model can read. Give another one.")
        best = self._reranker.choose([found.source], [found.hypotheses])[0]
        return Inspection(
            self._model.vocabulary.decode(found.source),
            self._opinions(found),
            found.hypotheses.index(best),
            asdict(self._weights),
            self._rebuilt(found.source, best.ids),
        )

    def _opinions(self, found: Finalists) -> list[Opinion]:
        """Each candidate with the figures of every critic."""
        marks, values = self._critics.marks, asdict(self._weights)
        summaries = self._tokens([one.ids for one in found.hypotheses])
        judged = critique(self._critics, self._tokens([found.source]), summaries)
        columns = {name: figure.tolist() for name, figure in weighed_figures(judged).items()}
        prefixes = judged.prefix_humanness
        pieces = self._model.vocabulary.pieces()
        opinions = []
        for row, (one, text) in enumerate(zip(found.hypotheses, found.texts, strict=True)):
            likelihood = normalised_log_prob(one, self._weights.length_exponent)
            figures = {name: column[row] for name, column in columns.items()}
            score = likelihood + sum(values[name] * figure for name, figure in figures.items())
            human = [] if prefixes is None else prefixes[row].tolist()
            shown = [*(pieces[piece] for piece in one.ids), pieces[marks.eos]]
            curve = [Prefix(*pair) for pair in zip(shown, human, strict=False)]
            opinions.append(
                Opinion(text, one.log_prob, {"likelihood": likelihood} | figures, score, curve)
            )
        return opinions

    @torch.no_grad()
    def _rebuilt(self, source: list[int], summary: list[int]) -> str:
        """The reconstructor's document."""
        model, marks = self._model, self._critics.marks
        length = count_words(self._tokens([source]), marks)
        encoded = model.reconstructor.read(self._tokens([summary]), length)
        drawn = greedy(model.reconstructor, encoded, marks, model.settings.max_document)
        [ids], [mask] = drawn.ids.tolist(), drawn.mask.tolist()
        return model.vocabulary.decode(
            piece for piece, real in zip(ids, mask, strict=True) if real and piece != marks.eos
        )

    def _tokens(self, sequences: list[list[int]]) -> Tokens:
        marks = self._critics.marks
        ended = [[*ids, marks.eos] for ids in sequences]
        return Tokens.from_lists(ended, marks.pad).to(self._device)
