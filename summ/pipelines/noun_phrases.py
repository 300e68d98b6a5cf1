"""What a headline can spare within noun phrases: emphasis, quantities, adjectives, days.

*huge budget deficits* are *budget deficits*.  An adjective that tells one thing from another stays:
*nuclear weapons*.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

from summ.text.languages.en import DENIALS, LEANING
from summ.text.languages.en_phrases import (
    ARTICLES,
    AUXILIARIES,
    CLITICS,
    DETERMINERS,
    EMPHATIC,
    INTERSECTIVE,
    LIMITING,
    NUMBERS,
    PREPOSITIONS,
    WEEKDAYS,
)
from summ.text.languages.tables import table
from summ.text.verbs import VerbLexicon, is_plural

# What stands before a hyphen and makes a thing another: *anti-war*, *left-wing*, *ex-wife*.
_DECISIVE = table(
    "anti non ex pro co semi near same would so self mid post pre single left right far then half "
    "un mis off low high first second third fourth last two three four one full part all"
)
_PEOPLE = table("people others persons")
_HARMED = table(
    "killed injured wounded dead missing hurt arrested detained die died drown drowned feared "
    "hospitalised hospitalized"
)
_JOINED = ("ed", "ing", "long", "depth", "dollar", "year", "run", "stage", "wide", "born")
_GROUPS = table("group number series pair range variety string")
QUOTES = table('" `` “')
_SHORTEST_ADVERB = 5  # letters: *only*, *early*, *daily* are no adverbs of manner
STRESSED = table("so very more most as too second third fourth fifth")
_DEGREES = STRESSED | table("less least how quite not")
# Behind an adverb these say nothing alone: *state-owned*, *privately held*.
_MADE_BY_ADVERBS = table("held known owned based made speaking related called available and or")
# A noun phrase does not reach back over these.
BEGINS = DETERMINERS | PREPOSITIONS | AUXILIARIES | LEANING | {"of", "to", "and", "that", "as"}


def emphasis(tokens: Sequence[str], surfaces: Sequence[str]) -> set[int]:
    """The adjectives that only stress their noun; never the last word of a line.

    One with an adverb before it stays (*more severe*), and one before *and* (*huge and costly*).
    """
    return _adjectives(tokens, surfaces, EMPHATIC, STRESSED)


def quantities(tokens: Sequence[str]) -> set[int]:
    """*a group of* before a plural."""
    found: set[int] = set()
    for number in range(len(tokens) - 2):
        if tokens[number] not in _GROUPS or tokens[number + 1] != "of":
            continue
        start = number - 1 if number and tokens[number - 1] in ARTICLES else number
        rest = tokens[number + 2 : number + 5]
        quoted = QUOTES & set(tokens[:start])
        counted = any(
            token == "people" or is_plural(token) for token in rest if token not in BEGINS | CLITICS
        )
        if counted and not quoted:
            found |= set(range(start, number + 2))
    return found


def people(tokens: Sequence[str]) -> set[int]:
    """*people* where a number says it: *ten (people) are killed and four (others) injured*."""
    found: set[int] = set()
    for number in range(1, len(tokens) - 1):
        counted = tokens[number - 1] in NUMBERS or "#" in tokens[number - 1]
        said = [token for token in tokens[number + 1 : number + 4] if token not in AUXILIARIES]
        if tokens[number] in _PEOPLE and counted and _HARMED & set(said[:1]):
            found.add(number)
    return found


def adverbs(tokens: Sequence[str], verbs: VerbLexicon) -> set[int]:
    """Adverbs of manner between other words: *is (simultaneously) eroding*."""
    return {
        number
        for number, token in enumerate(tokens[1:-1], start=1)
        if token.endswith("ly")
        and len(token) > _SHORTEST_ADVERB
        and token not in DENIALS | LIMITING
        and token not in verbs.nounish
        and token not in verbs.base
        and tokens[number - 1] not in _DEGREES
        and tokens[number + 1] not in _DEGREES | _MADE_BY_ADVERBS
        # *promised to comply but did not*
        and not (tokens[number - 1] == "to" and tokens[number + 1] not in verbs.base)
    }


def restrictions(tokens: Sequence[str], surfaces: Sequence[str]) -> set[int]:
    """Adjectives without which a noun still is what it is; never the last word of a line.

    Of several parts most are such: *a decades-long mystery*, but not *left-wing voters*.
    """
    joined = {
        token
        for token in tokens
        if (parts := token.split("-"))[1:]
        and parts[0] not in _DECISIVE
        and parts[-1].endswith(_JOINED)
        and "than" not in parts
    }
    return _adjectives(tokens, surfaces, INTERSECTIVE | joined, _DEGREES | {"any", "no"})


def _adjectives(
    tokens: Sequence[str], surfaces: Sequence[str], known: Set[str], degrees: Set[str]
) -> set[int]:
    """The known adjectives before a word, but for those behind one that says how much."""
    return {
        number
        for number, token in enumerate(tokens[:-1])
        if token in known
        and not surfaces[number][:1].isupper()
        and tokens[number + 1][:1].isalpha()
        and tokens[number + 1] not in LEANING
        and (token, tokens[number + 1]) != ("own", "goal")
        and (not number or tokens[number - 1] not in degrees | AUXILIARIES)
    }


def dates(tokens: Sequence[str]) -> set[int]:
    """*Saturday's*, *today's* before a noun."""
    found: set[int] = set()
    for number in range(len(tokens) - 2):
        if tokens[number] in WEEKDAYS | {"today", "yesterday", "tomorrow"}:
            alone = not number or tokens[number - 1] not in {"of", "and", "to", "next", "last"}
            if tokens[number + 1] == "'s" and alone:
                found |= {number, number + 1}
    return found
