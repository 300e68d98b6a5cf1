"""Reranking: the best of a search's summaries, by all of a model's networks.

The compressor alone prefers what is likely; the reconstructor knows from which summary the source
can be rebuilt, the discriminator and the language model which one reads well.

Axes: B candidates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor

from summ.errors import CheckpointError, ConfigError
from summ.families.summarizer.critics import Critics
from summ.families.summarizer.critique import Critique, critique
from summ.families.summarizer.model import SummaryModel
from summ.families.summarizer.rewards import humanness_reward
from summ.pipelines.headline import LONGEST_HEADLINE_WORDS
from summ.pipelines.lexicon import Lexicon, Word
from summ.pipelines.search import Hypothesis
from summ.types import Tokens


@dataclass(frozen=True)
class RerankWeights:
    r"""The weights of a score: the best summary y of a source x has the highest

    .. math:: \frac{\log \pi(y|x)}{|y|^a} + w_r \frac{\log p(x|y)}{|x|} + w_h H(y) + w_f F(y)
            + w_s S(x, y) - w_t T(y) - w_n N(x, y)

    The figures are those of ``summ.families.summarizer.critique``.

    Attributes:
        length_exponent: a; 1 divides by the summary's pieces, end mark included, as beam search
            does.
        reconstruction: w_r, of the source's log-likelihood in nats per piece.
        humanness: w_h, of the humanness reward: the mean over prefixes of 2 D - 1, between -1
            and 1.
        fluency: w_f, of the summary's SLOR in nats per piece; ignored without a language model.
        salience: w_s, of how much of what is salient in the source the summary says; ignored by a
            model that does not predict it.
        repetition: w_t, of the number of words of a headline, punctuation marks among them, that
            already stood in it; longer summaries need their function words again.
        novelty: w_n, of the number of different content words that the source lacks: what reads
            like a headline need not be what the source says.
    """

    length_exponent: float = 1.0
    reconstruction: float = 1.0
    humanness: float = 0.0
    fluency: float = 0.0
    salience: float = 0.0
    repetition: float = 0.0
    novelty: float = 0.0

    @property
    def silent(self) -> bool:
        """Whether the order of the search stands, so that nothing needs to be computed."""
        return self == LIKELIEST


LIKELIEST = RerankWeights(reconstruction=0.0)


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


def parse_weights(text: str) -> RerankWeights:
    """Reads ``reconstruction=2,humanness=0.5``; what is not named keeps its default.

    ``none`` leaves the order of the search.

    Raises:
        ConfigError: a name that is not among the weights, or no number.
    """
    if text.strip() == "none":
        return LIKELIEST
    known: dict[str, float] = asdict(RerankWeights())
    for part in filter(None, text.split(",")):
        name, _, value = part.partition("=")
        if name not in known:
            raise ConfigError(f"rerank: no weight {name!r}. Known: {', '.join(known)}.")
        try:
            known[name] = float(value)
        except ValueError as error:
            raise ConfigError(
                f"rerank: {name} must be a number, but is {value!r}. Write {name}=0.5."
            ) from error
    return RerankWeights(**known)


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
