"""Reranking: the best of a search's summaries, by all of a model's networks.

The compressor alone prefers what is likely; the reconstructor knows from which summary the source
can be rebuilt, the discriminator and the language model which one reads well.

Axes: B candidates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from itertools import islice

import torch
from jaxtyping import Float
from torch import Tensor

from summ.errors import CheckpointError
from summ.families.summarizer.critics import Critics
from summ.families.summarizer.critique import Critique, critique
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


def all_critics(summary_model: SummaryModel) -> Critics:
    """Every critic that can have a weight, as far as the model has it."""
    lexicon = Lexicon(summary_model.vocabulary)
    content_word = partial(_is_content_word, lexicon)
    return replace(Critics.of(summary_model), content_word=content_word)


def normalised_log_prob(hypothesis: Hypothesis, length_exponent: float) -> float:
    """The first term of the score: log-probability over a power of the length."""
    pieces = max(1, len(hypothesis.ids) + hypothesis.finished)
    return float(hypothesis.log_prob / pieces**length_exponent)


def weighed_figures(found: Critique) -> dict[str, Float[Tensor, " B"]]:
    """What each weight multiplies, by the weight's name; without those that are not known."""
    humanness = None if found.humanness is None else humanness_reward(found.humanness)
    figures = {
        "reconstruction": found.reconstruction,
        "humanness": humanness,
        "fluency": found.fluency,
        "salience": found.salience,
        "repetition": found.repetition.masked_fill(found.words > LONGEST_HEADLINE_WORDS, 0.0),
        "novelty": found.novelty,
    }
    return {name: figure for name, figure in figures.items() if figure is not None}


class Reranker:
    """Chooses among the summaries that a search has found."""

    def __init__(self, summary_model: SummaryModel, weights: RerankWeights) -> None:
        self._weights = weights
        self._device = next(summary_model.compressor.parameters()).device
        critics = all_critics(summary_model)
        # Networks without a weight are not run: the reconstructor takes longer than the search.
        self._critics = Critics(
            critics.marks,
            critics.discriminator if weights.humanness else None,
            critics.reconstructor if weights.reconstruction else None,
            critics.language_model if weights.fluency else None,
            salience=critics.salience if weights.salience else None,
            content_word=critics.content_word if weights.novelty else None,
        )

    def choose(
        self,
        sources: Sequence[Sequence[int]],
        candidates: Sequence[Sequence[Hypothesis]],
        rows: int = 32,
    ) -> list[Hypothesis]:
        """The best candidate of each source, by ``worths``; among equals the first."""
        scores = self.worths(sources, candidates, rows)
        return [
            several[own.index(max(own))] for several, own in zip(candidates, scores, strict=True)
        ]

    def worths(
        self,
        sources: Sequence[Sequence[int]],
        candidates: Sequence[Sequence[Hypothesis]],
        rows: int = 32,
    ) -> list[list[float]]:
        """The score of each candidate of each source.

        Args:
            sources: ids without marks.
            candidates: at least one for each source.
            rows: candidates in one forward pass, whichever sources they belong to.
        """
        pairs = [(place, one) for place, several in enumerate(candidates) for one in several]
        scores: list[float] = []
        for start in range(0, len(pairs), rows):
            scores += self._scores(sources, pairs[start : start + rows])
        left = iter(scores)
        return [list(islice(left, len(several))) for several in candidates]

    def _scores(
        self, sources: Sequence[Sequence[int]], pairs: Sequence[tuple[int, Hypothesis]]
    ) -> list[float]:
        """The weighted sum for each candidate, beside the place of its source."""
        weights, first = self._weights, pairs[0][0]
        # Candidates of a source are adjacent, so that these are few and each is read once.
        own = self._tokens(sources[first : pairs[-1][0] + 1])
        rows = torch.tensor([place - first for place, _ in pairs], device=self._device)
        found = critique(self._critics, own, self._tokens([one.ids for _, one in pairs]), rows)
        likelihood = [normalised_log_prob(one, weights.length_exponent) for _, one in pairs]
        total = torch.tensor(likelihood, dtype=torch.float64)
        values = asdict(weights)
        for name, figure in weighed_figures(found).items():
            total += values[name] * figure.cpu().double()
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
