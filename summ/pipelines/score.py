"""The scorer: how well a model can rebuild texts from its summaries, and how human they read.

Text unlike what the model was trained on is hard to rebuild from a few words, so a high
``nll_per_word`` among similar texts marks an anomaly.

Axes: B units, S source positions, T positions of a unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from summ.data.readers import Record
from summ.data.windows import windows
from summ.families.summarizer.critique import nll_per_word, prefix_humanness
from summ.families.summarizer.likelihood import reconstruction_nll
from summ.families.summarizer.model import SummaryModel, load_summary_model
from summ.pipelines.arguments import whole_number
from summ.pipelines.device import chosen_device
from summ.pipelines.likeness import TrainingLikeness
from summ.pipelines.search import Searcher
from summ.pipelines.texts import as_records
from summ.pretrained import find_model
from summ.text.sentences import split_sentences
from summ.types import Tokens

_DRAFT_WORDS = 10


@dataclass(frozen=True)
class Score:
    """The scores of one text; None where the text is blank.

    Attributes:
        id: the record's own identifier, or its position in the input, from 1.
        nll_per_word: -log p(text | its own summary) under the reconstructor, in nats per
            whitespace-separated word of the text.
        humanness: probability that a human wrote it as a summary: the discriminator's mean over
            all prefixes of each sentence.
        anomaly_percentile: share of the texts of the same input whose ``nll_per_word`` is lower,
            ties counting half, in percent.
        unlike_training: how unlike the text that the model has read this one is; see
            ``Summary.unlike_training``.
    """

    id: str
    nll_per_word: float | None
    humanness: float | None
    anomaly_percentile: float | None
    unlike_training: float | None = None

    def __str__(self) -> str:
        if self.nll_per_word is None or self.humanness is None:
            return "blank"
        return f"{self.nll_per_word:.2f} nats a word, humanness {self.humanness:.2f}"


@dataclass
class _Sums:
    """Running sums over the sentences of one text."""

    nll: float = 0.0
    humanness: float = 0.0
    prefixes: int = 0


class Scorer:
    """Scores texts with compressor, reconstructor and discriminator of a model."""

    def __init__(self, model: SummaryModel, likeness: TrainingLikeness | None = None) -> None:
        """``likeness`` knows what the model has read."""
        self.model, self._likeness = model, likeness
        self._searcher = Searcher(model)
        # The end mark takes one place.
        self._room = model.settings.max_document - 1

    @staticmethod
    def load(path: Path | str | None = None, device: str | None = None) -> Scorer:
        """Loads a model; see ``Summarizer.load``."""
        folder = None if path is None else find_model(path)
        model = load_summary_model(folder, chosen_device(device))
        return Scorer(model, TrainingLikeness.of_summarizer(folder, model.settings.language))

    def score(self, texts: Iterable[str | Record], batch_size: int = 64) -> list[Score]:
        """Scores all texts; they stream, five numbers a text are kept.

        Long texts are scored sentence by sentence, and all of their sentences count.

        Args:
            texts: strings, or records with an ``id``: a list, a generator, a column of a table.
            batch_size: sentences scored at once; affects speed and memory only.

        Raises:
            TypeError: ``texts`` is one text, or one of them is no string.
            ArgumentError: the batch size is below 1.
        """
        batch_size = whole_number("batch size", batch_size)
        ids: list[str] = []
        nll: list[float] = []
        human: list[float] = []
        unlike: list[float | None] = []
        for window in windows(as_records(texts)):
            window_texts = [record.text for record in window]
            sums = self._sums(window_texts, batch_size)
            unlike += self._unlike(window_texts)
            for record, one in zip(window, sums, strict=True):
                ids.append(record.id or str(len(ids) + 1))
                nll.append(nll_per_word(one.nll, record.text) if one.prefixes else np.nan)
                human.append(one.humanness / one.prefixes if one.prefixes else np.nan)
        columns = zip(ids, nll, human, percentiles(nll), unlike, strict=True)
        return [
            Score(one, _known(surprise), _known(humanness), _known(percentile), value)
            for one, surprise, humanness, percentile, value in columns
        ]

    def _unlike(self, texts: Sequence[str]) -> list[float | None]:
        return [None] * len(texts) if self._likeness is None else self._likeness.unlike(texts)

    def _sums(self, texts: Sequence[str], batch_size: int) -> list[_Sums]:
        """Scores the sentences of some texts in batches of like length."""
        units = [(place, ids) for place, text in enumerate(texts) for ids in self._units(text)]
        units.sort(key=lambda unit: len(unit[1]), reverse=True)
        sums = [_Sums() for _ in texts]
        for start in range(0, len(units), batch_size):
            batch = units[start : start + batch_size]
            scored = self._scored([ids for _, ids in batch])
            for (place, _), one in zip(batch, scored, strict=True):
                total = sums[place]
                total.nll += one.nll
                total.humanness += one.humanness
                total.prefixes += one.prefixes
        return sums

    def _units(self, text: str) -> list[list[int]]:
        """A text in stretches that the model can read: sentences, cut if need be."""
        encoded = self.model.vocabulary.encode(split_sentences(text, longest=self._room))
        return [
            ids[start : start + self._room]
            for ids in encoded
            for start in range(0, len(ids), self._room)
        ]

    @torch.no_grad()
    def _scored(self, units: Sequence[list[int]]) -> list[_Sums]:
        """The figures of one batch of units."""
        marks, texts = self._searcher.marks, self._tokens(units)
        words = (marks.starts_word[texts.ids] & texts.mask).sum(dim=1)  # (B,)
        budgets = (words // 2).clamp(1, _DRAFT_WORDS).tolist()
        summaries = self._tokens([drawn.ids for drawn in self._searcher.search(units, budgets)])
        nll = reconstruction_nll(self.model.reconstructor, summaries, texts, marks)
        # The discriminator was trained on sentences up to this length; it has no more positions.
        width = self.model.settings.max_sentence
        read = Tokens(texts.ids[:, :width], texts.mask[:, :width])
        humanness = prefix_humanness(self.model.discriminator, read).sum(dim=1)
        columns = (nll, humanness, read.mask.sum(dim=1))
        return [_Sums(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]

    def _tokens(self, sequences: Sequence[Sequence[int]]) -> Tokens:
        marks = self._searcher.marks
        ended = [[*ids, marks.eos] for ids in sequences]
        return Tokens.from_lists(ended, marks.pad).to(self._searcher.device)


def percentiles(values: Sequence[float]) -> list[float]:
    """The share of values below each, ties counting half, in percent; nan stays nan."""
    from scipy.stats import rankdata

    column = np.asarray(values, dtype=np.float64)
    known = ~np.isnan(column)
    ranks = np.full(len(column), np.nan)
    if known.any():
        ranks[known] = 100 * (rankdata(column[known]) - 0.5) / known.sum()
    return [float(rank) for rank in ranks]


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
