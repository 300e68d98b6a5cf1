"""Names of a source: where its capitals show that a name goes on."""

from __future__ import annotations

from summ.text.folding import Folded, begins_sentence


def unfinished_names(source: Folded, common: frozenset[str]) -> frozenset[str]:
    """Canonical words that stand in the source only within a name, and never as its last word.

    A summary that ends with one of them (``prime``, ``joe`` where the source has *Prime Minister
    Joe Clark*) ends in half a name.  A word of a name is one with a capital that it does not owe
    to the beginning of a sentence; a name goes on where the next word has a capital as well.

    Args:
        source: a text in its own case.  In a text without capitals, or one where every word has
            one, nothing is known.
        common: words that are usually written in lower case (``Vocabulary.common``).
    """
    capital = [_is_name(source, place, common) for place in range(len(source.tokens))]
    if _in_title_case(source, capital, common):
        return frozenset()
    inside: set[str] = set()
    elsewhere: set[str] = set()
    for place, token in enumerate(source.tokens):
        goes_on = capital[place] and any(capital[place + 1 : place + 2])
        (inside if goes_on else elsewhere).add(token)
    return frozenset(inside - elsewhere)


def _is_name(source: Folded, place: int, common: frozenset[str]) -> bool:
    """Whether a word has a capital of its own."""
    if not source.surfaces[place][:1].isupper():
        return False
    return not (begins_sentence(source, place) and source.tokens[place] in common)


def _in_title_case(source: Folded, capital: list[bool], common: frozenset[str]) -> bool:
    """Whether most of the usually lower-case words have capitals."""
    usual = [
        is_name
        for place, is_name in enumerate(capital)
        if source.tokens[place] in common and not begins_sentence(source, place)
    ]
    return 2 * sum(usual) > len(usual)
