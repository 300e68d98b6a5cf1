"""Shortening sentences by stretches that may go: candidates of rules, chosen by a network.

Candidates are what the rules of a language leave, and what the network finds along the steps that
they allow; the network's mean log-probability chooses among them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from summ.pipelines.compressed import Compressed
from summ.pipelines.decoding_options import DecodingOptions
from summ.pipelines.line_judges import LineJudges
from summ.pipelines.ordered_search import OrderedLine, OrderedSearcher, OrderedSource
from summ.pipelines.texts import alike
from summ.text.breaking_off import break_off
from summ.text.sentences import split_sentences
from summ.text.words import count_words


class SpanSteps(Protocol):
    """The steps of a source, with lines that rules find along them."""

    @property
    def followers(self) -> list[list[int]]:
        """The places that may follow each place; the first row is of the beginning."""

    @property
    def ends(self) -> list[bool]:
        """Whether a line may end with each word."""

    @property
    def dispensable(self) -> frozenset[int]:
        """The places of what a line can do without."""

    def pairs_marks(self, places: Sequence[int]) -> bool:
        """Whether brackets and quotation marks of a line come in pairs."""

    def plain_lines(self, words: int) -> list[tuple[int, ...]]:
        """Lines that rules alone find; some may have more words."""


@dataclass(frozen=True)
class SpanChoiceWeights:
    """What a line is worth, in nats a piece: its mean log-probability, less these prices.

    Attributes:
        short: of each word (a character in scripts without spaces) fewer than ``enough``.
        enough: words beyond which more are not better.
        dispensable: of each word that stays although a line can do without it.
        least: a line worth less is not shown; the sentence is broken off instead.
    """

    short: float
    enough: int
    dispensable: float
    least: float


@dataclass(frozen=True)
class _Candidate:
    """A line that may be shown, what it is worth, and its log-probability in nats."""

    text: str
    worth: float
    log_prob: float


class SpanShortener:
    """Shortens sentences by the steps of a searcher."""

    def __init__(
        self,
        searcher: OrderedSearcher,
        steps: Callable[[OrderedSource], SpanSteps],
        weights: SpanChoiceWeights,
        length: Callable[[str], int],
        longest: int,
        code: str | None,
        telling: Callable[[str], str],
        plainer: Callable[[str], str],
        others: Callable[[str], Sequence[str]] = lambda _: (),
        titled: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """A shortener.

        Args:
            searcher: finds lines along the steps of a source.
            steps: of a source; the searcher takes the same.
            weights: of the choice.
            length: of a text, in the units of ``longest`` and of the weights.
            longest: of a source that is read whole, as a rule.
            code: by whose abbreviations sentences end; None tells by the script.
            telling: the sentence of a text that is shortened, without the mark at its end.
            plainer: a sentence without what it can always do without, before it is broken off.
            titled: whether ``telling`` finds in a text of any length what its title would say.
            others: sentences that say part of one in another order; they are shortened as well.
        """
        self._searcher, self._steps, self._weights = searcher, steps, weights
        self._length, self._longest, self._code = length, longest, code
        self._telling, self._plainer, self._others = telling, plainer, others
        self._titled = titled

    @property
    def longest(self) -> int:
        """Words of a source that is read whole, as a rule."""
        return self._longest

    def fits(self, text: str) -> bool:
        """Whether a text is one sentence, short enough to be read whole, or one is found in it."""
        return self._titled(text) or (
            self._length(text) <= self._longest
            and len(split_sentences(text, language=self._code)) == 1
        )

    def compress(
        self, texts: Sequence[str], budgets: Sequence[int], decoding: DecodingOptions
    ) -> list[Compressed]:
        """As ``shorten``; so a summarizer may be put around a shortener alone."""
        return self.shorten(texts, budgets, decoding)

    def shorten(
        self, texts: Sequence[str], words: Sequence[int], decoding: DecodingOptions
    ) -> list[Compressed]:
        """Each sentence in at most so many words.

        Args:
            texts: not blank; of several sentences the first that says something is shortened.
            words: the most of each, as ``summ.text.words`` counts them.
            decoding: the width of the search, and how many sentences are searched at once.
        """
        texts = [self._telling(text) for text in texts]
        found: dict[int, Compressed] = {}
        forms: list[tuple[int, str]] = []  # of the sentence at a place
        for place, (text, most) in enumerate(zip(texts, words, strict=True)):
            if count_words(text) <= most:
                found[place] = Compressed(text, 0.0, False, "extracted")
            else:
                forms += [(place, form) for form in (text, *self._others(text))]
        candidates: dict[int, list[_Candidate]] = {place: [] for place, _ in forms}
        cut: dict[int, bool] = {}
        for batch in alike(range(len(forms)), lambda one: len(forms[one][1]), decoding.batch_size):
            sources = [self._searcher.read(forms[one][1]) for one in batch]
            budgets = [words[forms[one][0]] for one in batch]
            lines = self._searcher.search(sources, budgets, decoding.beams)
            for one, source, most, own in zip(batch, sources, budgets, lines, strict=True):
                place, form = forms[one]
                candidates[place] += self._candidates(source, own, most)
                if form == texts[place]:
                    cut[place] = source.cut
        for place, several in candidates.items():
            found[place] = self._choose(
                texts[place], several, words[place], cut[place], decoding.judges
            )
        return [found[place] for place in range(len(texts))]

    def _candidates(
        self, source: OrderedSource, lines: Sequence[OrderedLine], words: int
    ) -> list[_Candidate]:
        """What the search and the rules find along one source."""
        steps = self._steps(source)
        known = {line.places: line for line in lines}
        new = [
            places
            for places in steps.plain_lines(words)
            if places not in known and source.count_words(places) <= words
        ]
        if new:
            known |= {line.places: line for line in self._searcher.score(source, new, words)}
        written = {places: self._searcher.write(source, places) for places in known}
        return [
            _Candidate(
                shown,
                self._worth(known[places], self._length(shown), steps.dispensable),
                known[places].log_prob,
            )
            for places, shown in written.items()
            if count_words(shown) <= words
        ]

    def _choose(
        self,
        text: str,
        candidates: Sequence[_Candidate],
        words: int,
        cut: bool,
        judges: LineJudges | None,
    ) -> Compressed:
        """The line that is shown; ``cut`` if the network could not read the whole sentence."""
        fit = [one for one in candidates if one.worth >= self._weights.least]
        if not fit:
            head = break_off(self._plainer(text) or text, words)
            return Compressed(head, 0.0, cut, "cut")
        best = max(fit, key=lambda one: one.worth)
        if judges is not None:
            device = next(self._searcher.model.compressor.parameters()).device
            shown, values = [one.text for one in fit], [one.worth for one in fit]
            best = fit[judges.best(text, shown, values, device)]
        return Compressed(best.text, best.log_prob, cut, "compressed")

    def _worth(self, line: OrderedLine, length: int, spare: frozenset[int]) -> float:
        weights = self._weights
        kept = len(spare.intersection(line.places))
        short = max(0, weights.enough - length)
        return line.mean_log_prob - weights.short * short - weights.dispensable * kept
