"""Quotation marks of a line."""

from __future__ import annotations

from summ.pipelines.ordered_search import OrderedSource

_LEAST = 3  # words that a quotation goes on


def without_open_quote(source: OrderedSource, places: tuple[int, ...]) -> tuple[int, ...]:
    """A head of a line without the mark of a quotation that would not end: what it says stays.

    A quotation that would end within a few words stays whole.
    """
    tokens = source.folded.tokens
    marks = [place for place in places if tokens[place] == '"']
    if len(marks) % 2 == 0 or '"' in tokens[places[-1] + 1 : places[-1] + 1 + _LEAST]:
        return places
    return tuple(place for place in places if place != marks[-1])
