"""Reranking: the best of a search's summaries, by all of a model's networks.

The compressor alone prefers what is likely; the reconstructor knows from which summary the source
can be rebuilt, the discriminator and the language model which one reads well.

Axes: B candidates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial

import torch

from summ.errors import CheckpointError
from summ.families.summarizer.critics import Critics
from summ.families.summarizer.critique import critique
from summ.families.summarizer.model import SummaryModel
from summ.families.summarizer.rewards import humanness_reward
from summ.pipelines.headline import LONGEST_HEADLINE_WORDS
from summ.pipelines.lexicon import Lexicon, Word
from summ.pipelines.rerank_weights import LIKELIEST, RerankWeights
from summ.pipelines.search import Hypothesis
from summ.types import Tokens


def weights_of(summary_model: SummaryModel) -> RerankWeights:
    """The weights in a model folder, which were chosen for that model.

    Raises:
        CheckpointError: this version does not know one of them.
    """
    stored = summary_model.settings.rerank
    if stored is None:
        return LIKELIEST
    known = asdict(LIKELIEST)
    for name in stored:
        if name not in known:
            raise CheckpointError(
                f"the model is to be reranked by {name!r}, which this summ does not know. "
                "Use a newer version."
            )
    return RerankWeights(**{**known, **stored})


class Reranker:
    """Chooses among the summaries that a search has found."""

    def __init__(self, summary_model: SummaryModel, weights: RerankWeights) -> None:
        self._weights = weights
        self._device = next(summary_model.compressor.parameters()).device
        lexicon = Lexicon(summary_model.vocabulary)
        critics = Critics.of(summary_model)
        # Networks without a weight are not run: the reconstructor takes longer than the search.
        self._critics = Critics(
            critics.marks,
            critics.discriminator if weights.humanness else None,
            critics.reconstructor if weights.reconstruction else None,
            critics.language_model if weights.fluency else None,
            salience=critics.salience if weights.salience else None,
            content_word=partial(_is_content_word, lexicon) if weights.novelty else None,
        )

    def choose(
        self,
        sources: Sequence[Sequence[int]],
        candidates: Sequence[Sequence[Hypothesis]],
        rows: int = 64,
    ) -> list[Hypothesis]:
        """The best candidate of each source; among equals the first.

        Args:
            sources: ids without marks.
            candidates: at least one for each source.
            rows: candidates in one forward pass, whichever sources they belong to.
        """
        pairs = [(place, one) for place, several in enumerate(candidates) for one in several]
        scores: list[float] = []
        for start in range(0, len(pairs), rows):
            scores += self._scores(sources, pairs[start : start + rows])
        best, start = [], 0
        for several in candidates:
            own = scores[start : start + len(several)]
            best.append(several[own.index(max(own))])
            start += len(several)
        return best

    def _scores(
        self, sources: Sequence[Sequence[int]], pairs: Sequence[tuple[int, Hypothesis]]
    ) -> list[float]:
        """The weighted sum for each candidate, beside the place of its source."""
        weights, first = self._weights, pairs[0][0]
        # Candidates of a source are adjacent, so that these are few and each is read once.
        own = self._tokens(sources[first : pairs[-1][0] + 1])
        rows = torch.tensor([place - first for place, _ in pairs], device=self._device)
        found = critique(self._critics, own, self._tokens([one.ids for _, one in pairs]), rows)
        likelihood = [
            one.log_prob / max(1, len(one.ids) + one.finished) ** weights.length_exponent
            for _, one in pairs
        ]
        total = torch.tensor(likelihood, dtype=torch.float64)
        humanness = None if found.humanness is None else humanness_reward(found.humanness)
        repetition = found.repetition.masked_fill(found.words > LONGEST_HEADLINE_WORDS, 0.0)
        for weight, figure in (
            (weights.reconstruction, found.reconstruction),
            (weights.humanness, humanness),
            (weights.fluency, found.fluency),
            (weights.salience, found.salience),
            (weights.repetition, repetition),
            (weights.novelty, found.novelty),
        ):
            if figure is not None:
                total += weight * figure.cpu().double()
        return total.tolist()

    def _tokens(self, sequences: Sequence[Sequence[int]]) -> Tokens:
        marks = self._critics.marks
        return Tokens.from_lists([[*ids, marks.eos] for ids in sequences], marks.pad).to(
            self._device
        )


def _is_content_word(lexicon: Lexicon, word: Word) -> bool:
    """Whether a word says something of its own: no function word and no punctuation mark."""
    nature = lexicon.nature(word)
    return not (nature.repeatable or nature.mark)
