"""Headline style: an auxiliary and the first article go where a clause is a word or three too long.

*Ministers are expected to meet* becomes *Ministers expected to meet*, *has been named*, *named*.
"""

from __future__ import annotations

from collections.abc import Sequence

from summ.pipelines.ordered_search import OrderedSource
from summ.text.languages.en_phrases import SAME_PAST
from summ.text.languages.tables import table
from summ.text.verbs import VerbLexicon

_AUXILIARIES = table("is are was were has have")
_KEEPS_AUXILIARY = table("who which that and he she it they there what")
_RELATIVES = table("who which that whose")
_BETWEEN = table("been being already now also")
_ARTICLES = table("a an the")


def headlinese(
    source: OrderedSource, places: Sequence[int], spare: int, verbs: VerbLexicon
) -> tuple[int, ...] | None:
    """The places of a clause without its auxiliary and, if need be, its first article.

    Args:
        places: of a complete clause.
        spare: how many words it is to lose at least.

    Returns:
        None if that cannot be.
    """
    tokens = [source.folded.tokens[place] for place in places]
    gone = _auxiliary(tokens, verbs)
    # *The Return* is a name, its article included.
    named = len(places) > 1 and source.folded.surfaces[places[1]][:1].isupper()
    if len(gone) < spare and tokens[0] in _ARTICLES and not named:
        gone = [0, *gone]
    kept = tuple(place for number, place in enumerate(places) if number not in gone)
    fits = source.count_words(kept) + spare <= source.count_words(places)
    return kept if fits else None


def _auxiliary(tokens: Sequence[str], verbs: VerbLexicon) -> list[int]:
    """Where the auxiliary of the main verb stands, with what belongs to it; empty if it stays."""
    first = next(
        (
            number
            for number in range(1, len(tokens) - 1)
            if tokens[number] in _AUXILIARIES and tokens[number - 1] not in _KEEPS_AUXILIARY
        ),
        None,
    )
    if first is None or _RELATIVES & set(tokens[:first]):
        return []  # behind a relative clause the verb would seem to belong to it
    end = first + 1
    while end < len(tokens) - 1 and (tokens[end] in _BETWEEN or tokens[end].endswith("ly")):
        end += 1
    helped = bool({"been", "being"} & set(tokens[first + 1 : end]))
    goes = _may_stand_alone(tokens[first], tokens[end], helped, verbs)
    return list(range(first, end)) if goes else []


def _may_stand_alone(auxiliary: str, verb: str, helped: bool, verbs: VerbLexicon) -> bool:
    """Whether a verb can do without its auxiliary in a headline."""
    participle = verb.endswith("ed") or verb in verbs.passive
    if auxiliary in {"has", "have"}:
        if helped:
            return participle
        return verb in verbs.finite and (verb.endswith("ed") or verb in SAME_PAST)
    return participle or verb == "to" or verb.endswith("ing")
