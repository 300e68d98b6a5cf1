"""Surface facts lost by folding: name continuations and number spellings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from summ.text.folding import Folded, begins_sentence


@dataclass(frozen=True)
class SurfaceFacts:
    """What a source's capitals and digits show, and its canonical words do not.

    Attributes:
        unfinished: canonical words after which a name always continues (``unfinished_names``).
        spellings: how many spellings the source has of each canonical word with digits: *12* and
            *30* are both ``##``, but *2022* written twice is one number.
    """

    unfinished: frozenset[str] = frozenset()
    spellings: Mapping[str, int] = field(default_factory=dict)

    @staticmethod
    def of(source: Folded, common: frozenset[str]) -> SurfaceFacts:
        """The surface facts of a text; ``common`` as in ``unfinished_names``."""
        written: dict[str, set[str]] = {}
        for token, surface in zip(source.tokens, source.surfaces, strict=True):
            if "#" in token:
                written.setdefault(token, set()).add(surface)
        spellings = {token: len(surfaces) for token, surfaces in written.items()}
        return SurfaceFacts(unfinished_names(source, common), spellings)


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
