"""Reranking: which of a search's summaries is best, when the other networks are heard as well.

The compressor alone prefers what is likely; the reconstructor knows from which summary the
source can be rebuilt, the discriminator and the language model which one reads well.

Axes: B candidates, S source positions, T summary positions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import torch
from torch import Tensor

from summ.errors import CheckpointError, ConfigError
from summ.families.summarizer.model import SummaryModel
from summ.networks.policy import Marks, chosen, policy_log_probs
from summ.pipelines.headline import LONGEST_HEADLINE_WORDS
from summ.pipelines.lexicon import Lexicon, Word
from summ.pipelines.search import Hypothesis
from summ.types import Tokens


@dataclass(frozen=True)
class RerankWeights:
    r"""What counts how much: the best summary y of a source x has the highest

    .. math:: \frac{\log \pi(y|x)}{|y|^a} + w_r \frac{\log p(x|y)}{|x|} + w_h H(y) + w_f F(y)
            + w_s S(x, y) - w_t T(y) - w_n N(x, y)

    Attributes:
        length_exponent: a; 1 divides by the summary's pieces, end mark included, as beam search
            does.
        reconstruction: w_r, of the source's log-probability in nats, per piece.
        humanness: w_h, of the mean over prefixes of 2 D - 1, between -1 and 1.
        fluency: w_f, of the summary's log-probability under the language model, less that of its
            words anywhere in documents, in nats a piece; ignored by a machine without one.
        salience: w_s, of how much of what matters in the source the summary says, summed over its
            words (``summ.networks.salience``); ignored by a machine that does not guess it.
        repetition: w_t, of the number of words of a headline, marks among them, that stood in it
            before; longer summaries need their little words again.
        novelty: w_n, of the number of words that the source does not have, little words aside: what
            reads like a headline need not be what the source says.
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
        """Whether nobody is heard, so that the search's first is the best."""
        return self == LIKELIEST


LIKELIEST = RerankWeights(reconstruction=0.0)


def weights_of(summary_model: SummaryModel) -> RerankWeights:
    """Those that a machine brings along, which were chosen for it.

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

    ``none`` hears nobody.

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


@dataclass(frozen=True)
class Opinions:
    """What the networks say of candidates, each a column of B figures, higher is better.

    ``fluency`` is 0 where the machine has no language model, ``salience`` where it guesses none.
    """

    reconstruction: list[float]
    humanness: list[float]
    fluency: list[float]
    salience: list[float]


class Reranker:
    """Chooses among the summaries that a search has found."""

    def __init__(self, summary_model: SummaryModel, weights: RerankWeights) -> None:
        self.summary_model = summary_model
        self.weights = weights
        self._device = next(summary_model.compressor.parameters()).device
        self._marks = Marks.of(summary_model.vocabulary, self._device)
        self._lexicon = Lexicon(summary_model.vocabulary)

    def choose(
        self, sources: Sequence[Sequence[int]], candidates: Sequence[Sequence[Hypothesis]]
    ) -> list[Hypothesis]:
        """The best candidate of each source; among equals the first.

        Args:
            sources: ids without marks.
            candidates: at least one for each source.
        """
        pairs = [
            (source, drawn)
            for source, several in zip(sources, candidates, strict=True)
            for drawn in several
        ]
        scores = iter(self._scores(pairs, max(1, len(sources))))
        best = []
        for several in candidates:
            own = [next(scores) for _ in several]
            best.append(several[own.index(max(own))])
        return best

    def _scores(
        self, pairs: Sequence[tuple[Sequence[int], Hypothesis]], batch_size: int
    ) -> list[float]:
        """The weighted sum for each pair, judged in batches no larger than those of the search."""
        weights = self.weights
        scores: list[float] = []
        for start in range(0, len(pairs), batch_size):
            batch = pairs[start : start + batch_size]
            heard = self.opinions(
                [source for source, _ in batch],
                [drawn.ids for _, drawn in batch],
                rebuild=weights.reconstruction != 0,
            )
            columns = (heard.reconstruction, heard.humanness, heard.fluency, heard.salience)
            for (source, drawn), rebuilt, human, fluent, tells in zip(batch, *columns, strict=True):
                pieces, words = len(drawn.ids) + drawn.finished, self._lexicon.split(drawn.ids)
                scores.append(
                    drawn.log_prob / max(1, pieces) ** weights.length_exponent
                    + weights.reconstruction * rebuilt
                    + weights.humanness * human
                    + weights.fluency * fluent
                    + weights.salience * tells
                    - weights.repetition * _repeats(words)
                    - weights.novelty * self._novel(words, source)
                )
        return scores

    @torch.no_grad()
    def opinions(
        self,
        sources: Sequence[Sequence[int]],
        summaries: Sequence[Sequence[int]],
        rebuild: bool = True,
    ) -> Opinions:
        """What each network says of each summary of the source in the same row.

        Args:
            rebuild: whether the reconstructor is asked, which takes longer than the search did;
                its column is 0 where it is not.
        """
        drafts = self._words(summaries)
        rebuilt = self._rebuilt(drafts, sources) if rebuild else torch.zeros(len(drafts))
        human = 2 * self.summary_model.discriminator(drafts).float().sigmoid() - 1  # (B, T)
        salient = self._salient(drafts, sources)
        columns = (rebuilt, _mean(human, drafts.mask), self._fluency(drafts), salient)
        return Opinions(*(column.tolist() for column in columns))

    def _rebuilt(self, drafts: Tokens, sources: Sequence[Sequence[int]]) -> Tensor:
        """Log-probability of the source in nats a piece.  Shape (B,)."""
        reconstructor, marks, texts = (
            self.summary_model.reconstructor,
            self._marks,
            self._words(sources),
        )
        length = (marks.starts_word[texts.ids] & texts.mask).sum(dim=1).clamp(min=1)  # (B,)
        encoded = reconstructor.read(drafts, length)
        log_probs = chosen(policy_log_probs(reconstructor, encoded, texts, marks), texts)  # (B, S)
        # Pieces that no output may contain have probability 0, whatever the summary.
        return _mean(log_probs.masked_fill(log_probs.isinf(), 0.0), texts.mask)

    def _fluency(self, drafts: Tokens) -> Tensor:
        """The mean lift of the language model, the end mark counted as a piece.  Shape (B,)."""
        model = self.summary_model.language_model
        if model is None:
            return torch.zeros(len(drafts))
        return _mean(model.lifts(drafts), drafts.mask)

    def _salient(self, drafts: Tokens, sources: Sequence[Sequence[int]]) -> Tensor:
        """How much of what is salient in its source each draft says.  Shape (B,)."""
        salience = self.summary_model.salience
        if salience is None:
            return torch.zeros(len(drafts))
        # Candidates of one source stand together; it is read once.
        texts = list(dict.fromkeys(map(tuple, sources)))
        place = {text: row for row, text in enumerate(texts)}
        rows = torch.tensor([place[tuple(source)] for source in sources], device=self._device)
        words = self._words(texts)
        lifts = salience.lifts(salience.read(self.summary_model.compressor, words), words)
        return salience.told(drafts, Tokens(words.ids[rows], words.mask[rows]), lifts[rows])

    def _novel(self, words: Sequence[Word], source: Sequence[int]) -> int:
        """How many words of a summary its source does not have, little words aside."""
        said = set(words).difference(self._lexicon.split(source))
        natures = map(self._lexicon.nature, said)
        return sum(not (nature.repeatable or nature.mark) for nature in natures)

    def _words(self, sequences: Sequence[Sequence[int]]) -> Tokens:
        ended = [[*ids, self._marks.eos] for ids in sequences]
        return Tokens.from_lists(ended, self._marks.pad).to(self._device)


def _repeats(words: Sequence[Word]) -> int:
    """How many words of a headline stood in it before; 0 for what is longer."""
    return len(words) - len(set(words)) if len(words) <= LONGEST_HEADLINE_WORDS else 0


def _mean(values: Tensor, mask: Tensor) -> Tensor:
    """The mean of each row over its real words."""
    return values.masked_fill(~mask, 0.0).sum(dim=1) / mask.sum(dim=1)
