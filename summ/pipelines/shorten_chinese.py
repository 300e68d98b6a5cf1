"""Shortening Chinese sentences: characters in their order, phrases and clauses left out.

Candidates are what the phrases of ``summ.text.chinese`` leave and what the network finds along the
steps of ``ChineseSkips``; the network's mean log-probability chooses among them.  Traditional
characters are read as simplified ones and written as they stand in the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from summ.families.shortener.model import ShortenerModel
from summ.pipelines.chinese_skips import ChineseSkips
from summ.pipelines.compressed import Compressed
from summ.pipelines.decoding_options import DecodingOptions
from summ.pipelines.line_judges import LineJudges
from summ.pipelines.ordered_search import OrderedLine, OrderedSearcher, OrderedSource
from summ.pipelines.texts import alike
from summ.text.breaking_off import break_off
from summ.text.chinese import CLAUSE_MARKS, plainer
from summ.text.chinese_variants import simplified
from summ.text.folding import Folded, fold
from summ.text.sentences import split_sentences
from summ.text.words import count_words

_FEWEST = 6  # characters of a sentence that says something


@dataclass(frozen=True)
class ChineseChoiceWeights:
    """What a line is worth, in nats a piece: its mean log-probability, less these prices.

    Attributes:
        short: of each character fewer than ``enough``.
        enough: characters beyond which more are not better.
        dispensable: of each character of a date, an office and the like that stays.
        least: a line worth less is not shown; the sentence is broken off instead.
    """

    short: float = 0.02
    enough: int = 18
    dispensable: float = 0.1
    least: float = -2.0


class ChineseSource(OrderedSource):
    """A text in which each character is a word."""

    def begins_word(self, here: int, there: int) -> int:
        """The characters of a place."""
        return len(self.folded.surfaces[there])


class ChineseSearcher(OrderedSearcher):
    """The ordered search, by the phrases of Chinese."""

    def read(self, text: str) -> OrderedSource:
        """The words of a text that the network can read, traditional characters included."""
        source = super().read(simplified(text))
        kept = len(source.folded.tokens)
        surfaces = fold(text).surfaces[:kept]  # one character stands for one: the cuts are the same
        folded = Folded(source.folded.tokens, surfaces, source.folded.glued)
        return ChineseSource(folded, source.pieces, source.cut)

    def steps(self, source: OrderedSource) -> ChineseSkips:
        return ChineseSkips(source.folded)

    def write(self, source: OrderedSource, places: Sequence[int]) -> str:
        """The characters at these places; spaces only where the source has them between words."""
        parts: list[str] = []
        before = -1
        for place in places:
            spaced = parts and place == before + 1 and not source.folded.glued[place]
            parts.append(" " * bool(spaced) + source.folded.surfaces[place])
            before = place
        return "".join(parts)


class ChineseShortener:
    """Shortens Chinese sentences."""

    def __init__(self, model: ShortenerModel, weights: ChineseChoiceWeights | None = None) -> None:
        """A shortener; ``weights`` by default those that were set for the model that ships."""
        self._model = model
        self._weights = weights or ChineseChoiceWeights()
        self._searcher = ChineseSearcher(model)

    @property
    def longest(self) -> int:
        """Characters of a source that is read whole, as a rule."""
        return self._model.settings.max_document - 2

    def fits(self, text: str) -> bool:
        """Whether a text is one sentence, short enough to be read whole."""
        return len(text) <= self.longest and len(split_sentences(text)) == 1

    def compress(
        self, texts: Sequence[str], budgets: Sequence[int], decoding: DecodingOptions
    ) -> list[Compressed]:
        """As ``shorten``; so a summarizer may be put around a shortener alone."""
        return self.shorten(texts, budgets, decoding)

    def shorten(
        self, texts: Sequence[str], words: Sequence[int], decoding: DecodingOptions
    ) -> list[Compressed]:
        """Each sentence in at most so many characters.

        Args:
            texts: not blank; of several sentences the first that says something is shortened.
            words: the most characters of each, as ``summ.text.words`` counts them.
            decoding: the width of the search, and how many sentences are searched at once.
        """
        texts = [_telling_sentence(text) for text in texts]
        found: dict[int, Compressed] = {}
        searched = []
        for place, (text, most) in enumerate(zip(texts, words, strict=True)):
            if count_words(text) <= most:
                found[place] = Compressed(text, 0.0, False, "extracted")
            else:
                searched.append(place)
        for batch in alike(searched, lambda place: len(texts[place]), decoding.batch_size):
            sources = [self._searcher.read(texts[place]) for place in batch]
            lines = self._searcher.search(
                sources, [words[place] for place in batch], decoding.beams
            )
            for place, source, own in zip(batch, sources, lines, strict=True):
                found[place] = self._choose(
                    texts[place], source, own, words[place], decoding.judges
                )
        return [found[place] for place in range(len(texts))]

    def _choose(
        self,
        text: str,
        source: OrderedSource,
        lines: Sequence[OrderedLine],
        words: int,
        judges: LineJudges | None,
    ) -> Compressed:
        """The line that is shown."""
        steps = self._searcher.steps(source)
        known = {line.places: line for line in lines}
        new = [
            places
            for places in steps.plain_lines()
            if places not in known and source.count_words(places) <= words
        ]
        if new:
            known |= {line.places: line for line in self._searcher.score(source, new, words)}
        written = {places: self._searcher.write(source, places) for places in known}
        worth = {
            places: self._worth(known[places], len(shown), steps.dispensable)
            for places, shown in written.items()
            if count_words(shown) <= words
        }
        best = max(worth, key=lambda places: worth[places], default=None)
        if best is None or worth[best] < self._weights.least:
            head = break_off(plainer(text) or text, words)
            return Compressed(head, 0.0, source.cut, "cut")
        if judges is not None:
            fit = [places for places, value in worth.items() if value >= self._weights.least]
            shown_lines, values = [written[p] for p in fit], [worth[p] for p in fit]
            device = next(self._model.compressor.parameters()).device
            best = fit[judges.best(text, shown_lines, values, device)]
        return Compressed(written[best], known[best].log_prob, source.cut, "compressed")

    def _worth(self, line: OrderedLine, characters: int, spare: frozenset[int]) -> float:
        weights = self._weights
        kept = len(spare.intersection(line.places))
        short = max(0, weights.enough - characters)
        return line.mean_log_prob - weights.short * short - weights.dispensable * kept


def _telling_sentence(text: str) -> str:
    """The first sentence that says something, without the mark at its end."""
    sentences = [one.strip().rstrip(CLAUSE_MARKS) for one in split_sentences(text)]
    telling = (one for one in sentences if count_words(one) >= _FEWEST)
    return next(telling, text.strip())
