"""Shortening Chinese sentences: characters in their order, phrases and clauses left out.

Candidates are what the phrases of ``summ.text.chinese`` leave and what the network finds along the
steps of ``ChineseSkips``; the network's mean log-probability chooses among them.  Traditional
characters are read as simplified ones and written as they stand in the text.
"""

from __future__ import annotations

from collections.abc import Sequence

from summ.families.shortener.model import ShortenerModel
from summ.pipelines.chinese_skips import ChineseSkips
from summ.pipelines.ordered_search import OrderedSearcher, OrderedSource
from summ.pipelines.shorten_spans import SpanChoiceWeights, SpanShortener
from summ.text.chinese import CLAUSE_MARKS, plainer, without_purpose
from summ.text.chinese_abstracts import narrower, subject_of_abstract
from summ.text.chinese_variants import simplified
from summ.text.folding import Folded, fold
from summ.text.sentences import split_sentences
from summ.text.words import count_words

_FEWEST = 6  # characters of a sentence that says something


# Set for the model that ships.
_WEIGHTS = SpanChoiceWeights(short=0.02, enough=18, dispensable=0.1, least=-3.0)


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


def chinese_shortener(model: ShortenerModel) -> SpanShortener:
    """A shortener of Chinese sentences."""
    searcher = ChineseSearcher(model)
    longest = model.settings.max_document - 2
    return SpanShortener(
        searcher,
        lambda source: ChineseSkips(source.folded),
        _WEIGHTS,
        len,
        longest,
        None,
        _telling_sentence,
        plainer,
        narrower,
        titled=lambda text: subject_of_abstract(text) is not None,
    )


def _telling_sentence(text: str) -> str:
    """What an abstract is about, else the first sentence that says something, without its mark."""
    subject = subject_of_abstract(text)
    if subject is not None:
        return subject
    sentences = [
        without_purpose(one.strip().rstrip(CLAUSE_MARKS + ".")) for one in split_sentences(text)
    ]
    telling = (one for one in sentences if count_words(one) >= _FEWEST)
    return next(telling, text.strip())
