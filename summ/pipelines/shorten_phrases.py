"""Shortening sentences of a language with spaces, by the list of phrases in the language's file.

For what English and Chinese have rules of their own, ``summ.text.loose_phrases`` has general ones;
the network, trained on pairs of ``data_prep.phrase_pairs``, chooses among what they leave.
"""

from __future__ import annotations

from summ.families.shortener.model import ShortenerModel
from summ.pipelines.ordered_search import OrderedSearcher, OrderedSource
from summ.pipelines.phrase_skips import PhraseSkips
from summ.pipelines.shorten_spans import SpanChoiceWeights, SpanShortener
from summ.text.languages.language import language
from summ.text.other_beginnings import other_beginnings
from summ.text.sentences import split_sentences
from summ.text.words import count_words

_WEIGHTS = SpanChoiceWeights(short=0.04, enough=10, dispensable=0.0, least=-2.5)
_PIECES_PER_WORD = 1.7
_FEWEST = 3  # words of a sentence that says something


class PhraseSearcher(OrderedSearcher):
    """The ordered search, along the phrases of the model's language."""

    def steps(self, source: OrderedSource) -> PhraseSkips:
        own = language(self.model.settings.language)
        return PhraseSkips(source.folded, own, whole=not source.cut)


def phrase_shortener(model: ShortenerModel) -> SpanShortener:
    """A shortener of sentences in the model's language."""
    searcher = PhraseSearcher(model)
    longest = int((model.settings.max_document - 2) / _PIECES_PER_WORD)
    code = model.settings.language
    return SpanShortener(
        searcher,
        searcher.steps,
        _WEIGHTS,
        count_words,
        longest,
        code,
        lambda text: _telling_sentence(text, code),
        str.strip,
        lambda text: other_beginnings(text, language(code)),
    )


def _telling_sentence(text: str, code: str) -> str:
    """The first sentence that says something, without the mark at its end."""
    sentences = [one.strip() for one in split_sentences(text, language=code)]
    telling = (one.rstrip(".!").rstrip() for one in sentences if count_words(one) >= _FEWEST)
    return next(telling, text.strip())
