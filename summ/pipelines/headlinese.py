"""Headline style: words that a clause can spare go where it is a few words too long.

*Ministers are expected to meet* becomes *Ministers expected to meet*, *has reversed a ban*,
*reversed ban*: more of what a sentence says fits into few words than by leaving phrases out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from summ.pipelines.names import ages, given_names, offices, owners
from summ.pipelines.noun_phrases import adverbs, dates, emphasis, people, quantities, restrictions
from summ.pipelines.ordered_search import OrderedSource
from summ.text.languages.en import DENIALS
from summ.text.languages.en_phrases import (
    ARTICLES,
    AUXILIARIES,
    BELIEVING,
    LIMITING,
    MODALS,
    NUMBERS,
    PARTICIPLES,
    PREPOSITIONS,
    SAME_PAST,
    SAYING,
    SUBORDINATORS,
)
from summ.text.languages.tables import table
from summ.text.verbs import VerbLexicon

_SPARED = table("is are was were has have")
_KEEPS_AUXILIARY = MODALS | table("to not who which that and he she it they there what i we you")
_RELATIVES = table("who which that whose where whom")
_NO_SECOND = _RELATIVES | table("as when while after because if although , ;")
_BETWEEN = table("been being already now also both")
_REPORTED = table("reportedly allegedly apparently")  # these stay: *Bo reportedly close to deal*
# Before and behind these an article belongs to a fixed expression, or makes a noun of an adjective.
_ARTICLE_BEFORE = table(
    "few lot lots little bit third quarter half fifth tenth week day month year million billion "
    "hundred thousand dozen long while more less other poor rich elderly homeless disabled dead "
    "wounded injured latter following result way kind sort time moment"
)
_ARTICLE_BEHIND = table("such half what many quite rather all both not per $")
_ORDINALS = table("third fifth tenth")
_POSSESSIVES = table("his her its their")
# Before *of its* these are of one thing as a whole.
_WHOSE = table("name launch sale start end size cost part use value head price future")
# Predicates that can do without *is* and *are*.
_PREDICATES = PREPOSITIONS | table(
    "set due likely unlikely dead ready to close hopeful confident keen unsure adamant uncertain"
)
_CAUSES = table("as while when because although though since")
_RULING = table("rule rules ruled forecast forecasts hopeful confident")
_QUOTES = {'"', "``", "''"}


def headlinese(
    source: OrderedSource, places: Sequence[int], spare: int, verbs: VerbLexicon
) -> tuple[int, ...] | None:
    """The places of a clause without words that a headline can spare.

    What is missed least goes first: brackets and *that*, the first article, the auxiliary of the
    main verb, all articles, given names, adjectives that only stress, possessives, offices before
    names; last *a group of*, adverbs of manner, adjectives without which a noun is what it was.

    Args:
        places: of a complete clause.
        spare: how many words it is to lose at least.

    Returns:
        None if that cannot be.
    """
    words = source.count_words(places)
    for gone in _removals(source, places, verbs):
        kept = tuple(place for number, place in enumerate(places) if number not in gone)
        if source.count_words(kept) + spare <= words:
            return kept
    return None


def _removals(
    source: OrderedSource, places: Sequence[int], verbs: VerbLexicon
) -> Iterator[set[int]]:
    """What may go together, the least first, as positions among the places."""
    tokens = [source.folded.tokens[place] for place in places]
    surfaces = [source.folded.surfaces[place] for place in places]
    least = _brackets(tokens) | _complementizer(tokens)
    articles = _articles(tokens, surfaces, verbs) | _denied_any(tokens)
    first = articles & {0}
    auxiliary = set(_auxiliary(tokens, verbs))
    possessives = {
        number
        for number, token in enumerate(tokens[1:], start=1)
        if token in _POSSESSIVES
        and number + 1 < len(tokens)
        # *the name of its mission*, but not *one of his daughters*
        and (
            tokens[number - 1] != "of"
            or tokens[number - 2] in _WHOSE
            or tokens[number + 1] in NUMBERS  # *one of its two members*
        )
    }
    stress, titles = emphasis(tokens, surfaces) | dates(tokens), offices(tokens, surfaces, verbs)
    stress |= ages(tokens, surfaces)
    for gone in (first, auxiliary, first | auxiliary, articles, articles | auxiliary):
        yield least | gone
    counted = people(tokens)
    yield least | articles | counted
    auxiliary |= counted
    given = given_names(tokens, surfaces, verbs)
    for gone in (given, given | stress, given | stress | possessives):
        yield least | articles | auxiliary | gone
    for gone in (titles, titles | stress | possessives, titles | given | stress | possessives):
        yield least | articles | auxiliary | gone
    groups, manner = quantities(tokens), adverbs(tokens, verbs)
    restricted = restrictions(tokens, surfaces)
    for gone in (groups, manner, possessives | groups | manner | restricted):
        yield least | articles | auxiliary | stress | titles | gone
    owned = owners(tokens, surfaces) | possessives
    for gone in (owned, owned | titles, owned | titles | given, owned | restricted | stress):
        yield least | articles | auxiliary | gone
    yield least | articles | auxiliary | owned | titles | given | restricted | stress | manner


def _brackets(tokens: Sequence[str]) -> set[int]:
    """What stands in brackets, brackets included."""
    gone: set[int] = set()
    if "(" in tokens and ")" in tokens:
        start, end = tokens.index("("), tokens.index(")")
        if 0 < start < end <= start + 6:
            gone = set(range(start, end + 1))
    return gone


def _complementizer(tokens: Sequence[str]) -> set[int]:
    """*that* behind a verb of saying."""
    return {
        number
        for number in range(2, len(tokens) - 3)
        if tokens[number] == "that" and tokens[number - 1] in SAYING | BELIEVING | _RULING
    }


def _articles(tokens: Sequence[str], surfaces: Sequence[str], verbs: VerbLexicon) -> set[int]:
    """The articles that can go; those of quotations and of names such as *The Return* stay."""
    found, quoted = set(), False
    for number, token in enumerate(tokens[:-1]):
        quoted ^= token in _QUOTES
        after, before = tokens[number + 1], tokens[number - 1] if number else ""
        fixed = after in _ARTICLE_BEFORE or before in _ARTICLE_BEHIND
        if token == "the" and after in _ORDINALS:
            fixed = False  # *the fifth Spaniard*, but not *a fifth of them*
        if token not in ARTICLES or quoted or fixed:
            continue
        capital = surfaces[number + 1][:1].isupper()
        if number and surfaces[number][:1].isupper():
            continue  # *in The Hague*
        if capital and before == "of" and surfaces[number - 2][:1].isupper():
            continue  # *Lord of the Rings*
        if capital and not number and not _begins_no_name(tokens, surfaces, verbs):
            continue
        found.add(number)
    return found


def _denied_any(tokens: Sequence[str]) -> set[int]:
    """*any* behind a denial: *will not build (any) ships*."""
    denied = min((tokens.index(word) for word in ("not", "n't") if word in tokens), default=None)
    return {
        number
        for number, token in enumerate(tokens[:-1])
        if token == "any" and denied is not None and denied < number and tokens[number + 1] != "of"
    }


def _begins_no_name(tokens: Sequence[str], surfaces: Sequence[str], verbs: VerbLexicon) -> bool:
    """Whether *The* before a capital belongs to no name: *The US*, *The Welsh government*."""
    if surfaces[1].isupper() and len(surfaces[1]) > 1:
        return True
    behind = tokens[2] if len(tokens) > 2 else ""
    return behind not in AUXILIARIES and behind not in verbs.finite and behind[:1].isalpha()


def _auxiliary(tokens: Sequence[str], verbs: VerbLexicon) -> list[int]:
    """Where the auxiliary of the main verb stands, with what belongs to it; empty if it stays."""
    own = [
        number
        for number in range(1, len(tokens) - 1)
        if tokens[number] in _SPARED and tokens[number - 1] not in _KEEPS_AUXILIARY
    ]
    if not own or _RELATIVES & set(tokens[: own[0]]):
        return []  # behind a relative clause the verb would seem to belong to it
    gone = _goes_with(tokens, own[0], verbs)
    if gone and tokens[gone[-1] + 1].endswith("ing") and _CAUSES & set(tokens[: own[0]]):
        return []  # *as rivals (were) looking on*
    for second in own[1:]:
        # *16 killed and 22 injured*: one says it for both.
        joined = "and" in tokens[own[0] : second] and tokens[second] == tokens[own[0]]
        if gone and joined and not _NO_SECOND & set(tokens[own[0] : second]):
            gone += _goes_with(tokens, second, verbs)
    return gone


def _goes_with(tokens: Sequence[str], first: int, verbs: VerbLexicon) -> list[int]:
    """An auxiliary with what belongs to it; empty if its verb cannot do without it."""
    end = first + 1
    while end < len(tokens) - 1 and (_is_between(tokens[end]) or tokens[end] in _REPORTED):
        end += 1
    helped = bool({"been", "being"} & set(tokens[first + 1 : end]))
    after = (*tokens[end + 1 : end + 2], "")[0]
    goes = _may_stand_alone(tokens[first], tokens[end], after, helped, verbs)
    spared = (place for place in range(first, end) if tokens[place] not in _REPORTED)
    return list(spared) if goes else []


def _is_between(token: str) -> bool:
    """Whether a word between an auxiliary and its verb goes with the auxiliary."""
    return token in _BETWEEN or (token.endswith("ly") and token not in DENIALS | LIMITING)


def _may_stand_alone(
    auxiliary: str, verb: str, after: str, helped: bool, verbs: VerbLexicon
) -> bool:
    """Whether a verb can do without its auxiliary in a headline, before what follows it."""
    participle = verb.endswith("ed") or verb in verbs.passive or verb in PARTICIPLES
    if auxiliary in {"has", "have"}:
        if helped:
            return participle
        past = verb in verbs.finite and (verb.endswith("ed") or verb in SAME_PAST)
        # *has deepened following*, but not *has mixed feelings*
        return past or (verb.endswith("ed") and after in PREPOSITIONS | SUBORDINATORS)
    if helped:
        return participle
    return participle or verb in _PREDICATES or verb.endswith("ing")
