"""What a headline can spare of the names of people and companies.

*Federal Reserve chairman Alan Greenspan* is *Alan Greenspan* or *Greenspan*, *Leeds's Kim Roe* is
*Kim Roe*.  What would be read as something else stays whole.
"""

from __future__ import annotations

from collections.abc import Sequence

from summ.pipelines.noun_phrases import BEGINS, QUOTES, STRESSED
from summ.text.languages.en_given_names import GIVEN_NAMES
from summ.text.languages.en_phrases import (
    ARTICLES,
    AUXILIARIES,
    CALLED_AFTER,
    DETERMINERS,
    KINDS,
    NAME_PARTICLES,
    OFFICES,
    PERSONS,
    PREPOSITIONS,
    WEEKDAYS,
)
from summ.text.languages.tables import table
from summ.text.verbs import VerbLexicon, is_plural

# With a capital these may begin a name of another kind: *Star Wars*, *Premier League*.
_AMBIGUOUS = table("star premier captain chief legend icon model forward")
# Where a last name begins: *Robert De Niro*.
_PARTICLES = NAME_PARTICLES - {"bin", "al", "el", "ben"}
# What would be read as a given name, or as a company; some given names are as often last names.
_NO_LAST = (GIVEN_NAMES | CALLED_AFTER) - table(
    "ahmed arnold arthur bruce charles graham henry howard lawrence lucas owen roy russell "
    "sebastian stewart thomas winston"
)
_JUNIOR = table("jr sr ii iii iv")
# Behind an owner these say that the thing stands out among the owner's.
_SUPERLATIVE = table("best worst least first last only top main own")
# Of whom something is, where the text is about nobody else.
_OWNERS = table("country company firm nation club bank broadcaster airline retailer")
_MOST_BEFORE = 4  # words between an office and the beginning of its phrase
_LONGEST_OFFICE = 7  # words
# Offices that may be written with a capital.
_CAPITALS = table(
    "mp mep ceo president minister chancellor secretary senator governor mayor executive"
)
_SINGULAR = table("is was has says does believes thinks hopes wants admits insists feels")
# Behind these, another phrase of the same kind would lose its partner.
_COORDINATING = table("and or but , & between both")


def offices(tokens: Sequence[str], surfaces: Sequence[str], verbs: VerbLexicon) -> set[int]:
    """What stands before names to say who or what they are."""
    found: set[int] = set()
    for place, token in enumerate(tokens[:-1]):
        # The first word has a capital anyway: *Wing Kim Roe says*, but not *Star Wars films*.
        first = not place and token in PERSONS - _AMBIGUOUS and _is_full_name(surfaces, 1)
        written_small = not surfaces[place][:1].isupper() or token in _CAPITALS or first
        if token not in KINDS | OFFICES | _CAPITALS or not written_small:
            continue
        if not _is_name(surfaces, place + 1):
            continue
        # *President Roe* keeps what *President Kim Roe* may lose.
        whole = place + 2 < len(surfaces) and surfaces[place + 2][:1].isupper()
        if surfaces[place][:1].isupper() and not whole:
            continue
        start = _beginning(tokens, surfaces, place, verbs)
        if start is not None:
            found |= set(range(start, place + 1))
    return found


def given_names(tokens: Sequence[str], surfaces: Sequence[str], verbs: VerbLexicon) -> set[int]:
    """The given names of people whose last name follows: *(Tony) Blair*, *(George W) Bush*.

    A last name that is a verb, too, would not be known as a name: *Kim Park*.
    """
    found: set[int] = set()
    for place in range(len(tokens) - 1):
        start = place + 1
        if surfaces[start][:1].isupper() and len(surfaces[start].rstrip(".")) == 1:
            start += 1  # an initial
        last = start
        while last + 1 < len(tokens) and tokens[last] in _PARTICLES:
            last += 1
        if _is_held(tokens, surfaces, place) and _is_full_name(surfaces, place + 1):
            start = last = place + 2  # *minister Ali Javad Bo*
        if last < len(tokens) and _is_called(tokens, surfaces, place, last):
            word = verbs.knows(tokens[last]) or tokens[last] in _NO_LAST
            if not word and tokens.count(tokens[last]) == 1:
                found |= set(range(place, start))
    # *Ann Bo and Kim Roe* lose both or none.
    for number in range(2, len(tokens) - 2):
        pair = {number - 2, number + 1}
        named = all(_is_name(surfaces, place) for place in (*pair, number - 1, number + 2))
        if tokens[number] in {"and", "&"} and named and len(found & pair) == 1:
            found -= pair
    return found


def owners(tokens: Sequence[str], surfaces: Sequence[str]) -> set[int]:
    """*Leeds's* in *Leeds's Kim Roe*, *the country's* before a noun that it does not tell apart."""
    found: set[int] = set()
    for place in range(1, len(tokens) - 2):
        if tokens[place] != "'s":
            continue
        after, owner = place + 1, place - 1
        if tokens[owner] in _OWNERS and owner and tokens[owner - 1] == "the":
            told_apart = tokens[after].endswith("est") or tokens[after] in STRESSED | _SUPERLATIVE
            if tokens[after][:1].isalpha() and not told_apart:
                found |= {owner - 1, owner, place}
        elif tokens[after] in GIVEN_NAMES and _is_name(surfaces, after):
            start = owner
            while start and surfaces[start - 1][:1].isupper():
                start -= 1
            before = tokens[start - 1] if start else ""
            named = _is_name(surfaces, owner) and _is_name(surfaces, after + 1)
            if named and before not in _COORDINATING | DETERMINERS and owner - start < 2:
                found |= set(range(start, place + 1))
    return found


def ages(tokens: Sequence[str], surfaces: Sequence[str]) -> set[int]:
    """*Fifteen-year-old* before a name."""
    return {
        number
        for number, token in enumerate(tokens[:-1])
        if token.endswith("-year-old") and _is_name(surfaces, number + 1)
    }


def _is_called(tokens: Sequence[str], surfaces: Sequence[str], place: int, last: int) -> bool:
    """Whether a given name and a last name are a whole name: not of *the Tony Blair Institute*."""
    before = tokens[place - 1] if place else ""
    following = surfaces[last + 1][:1] if last + 1 < len(surfaces) else ""
    within = place > 0 and surfaces[place - 1][:1].isupper()
    within = within and before not in OFFICES | KINDS and not before.endswith("-year-old")
    # *Ann and Tom Bo*, *"Tom Bo and his friends"*
    couple = before in {"and", "&"} and place > 1 and tokens[place - 2] in GIVEN_NAMES
    given = tokens[place] in GIVEN_NAMES or _is_held(tokens, surfaces, place)
    named = given and _is_name(surfaces, place)
    whole = _is_name(surfaces, last) and not following.isupper() and before not in QUOTES
    return named and whole and not within and not couple


def _is_held(tokens: Sequence[str], surfaces: Sequence[str], place: int) -> bool:
    """Whether a person's office stands before a place: *coach (Jurgen Bo)*."""
    before = tokens[place - 1] if place else ""
    if tokens[place] in OFFICES | KINDS | _CAPITALS or _JUNIOR & {
        token.rstrip(".") for token in tokens[place : place + 4]
    }:
        return False  # *Chief Executive*, *driver Kim Bo Jr*
    written = place > 0 and (not surfaces[place - 1][:1].isupper() or before in _CAPITALS)
    return before in PERSONS | _CAPITALS and (written or place == 1)


def _is_full_name(surfaces: Sequence[str], place: int) -> bool:
    """Whether two names begin here, and no more."""
    names = [_is_name(surfaces, k) for k in range(place, min(place + 3, len(surfaces)))]
    return names[:2] == [True, True] and not any(names[2:])


def _is_name(surfaces: Sequence[str], place: int) -> bool:
    surface = surfaces[place]
    day = surface.lower() in WEEKDAYS  # *the group Friday condemned*
    return surface[:1].isupper() and any(map(str.islower, surface)) and not day


def _beginning(
    tokens: Sequence[str], surfaces: Sequence[str], place: int, verbs: VerbLexicon
) -> int | None:
    """Where the phrase of an office begins; None if it does not stand alone before its name."""
    start = place
    while start and place - start < _MOST_BEFORE and _belongs(tokens, surfaces, start - 1, verbs):
        start -= 1
    before = tokens[start - 1] if start else ""
    if before == "and" and _is_one_person(tokens, surfaces, start - 1, place):
        return 0
    if before == "and" and start > 1 and _is_name(surfaces, start - 2):
        # *Ann Bo and minister Kim Roe*, but *England and Real Madrid striker Kim Roe*
        return None if surfaces[start][:1].isupper() else start
    if before in _COORDINATING or before in {"'s", "'"}:
        return None
    if before in ARTICLES:
        return start - 1
    # A possessive, a number or a longer phrase: something else would be left behind.
    fits = not start or before in PREPOSITIONS | AUXILIARIES | {"of", "that", "to", "as"}
    things = is_plural(before) and before in verbs.nounish  # *oil services (company)*
    stem = before.removesuffix("ing")
    acts = verbs.knows(before) or (
        stem != before and (verbs.knows(stem) or verbs.knows(stem + "e"))
    )
    return start if fits or (acts and not things) else None


def _belongs(
    tokens: Sequence[str], surfaces: Sequence[str], place: int, verbs: VerbLexicon
) -> bool:
    """Whether a word is part of the phrase that ends with the next one."""
    token = tokens[place]
    if surfaces[place][:1].isupper():
        return token not in BEGINS
    if token in BEGINS or not token[:1].isalpha():
        return False
    acting = place and is_plural(tokens[place - 1])  # *reporters covering singer Kim Roe*
    if token.endswith("ing") and (acting or token not in verbs.nounish):
        return False  # *is investigating the broker*
    before = tokens[place - 1] if place else ""
    if token.endswith("ing") and before in PREPOSITIONS | {"of"}:
        return False  # *by beating champion Kim Roe*
    if token in verbs.base and (before == "to" or before.endswith("ly")):
        return False  # *to release activist*
    # *is investigating the services provider Leeds Data*: the clause has its verb
    spoken = is_plural(token) and bool((AUXILIARIES - {"'s"}) & set(tokens[:place]))
    return spoken or not verbs.knows(token) or token in verbs.nounish


def _is_one_person(
    tokens: Sequence[str], surfaces: Sequence[str], conjunction: int, place: int
) -> bool:
    """Whether two offices at the beginning are one person's: *striker and captain X has ...*."""
    named = surfaces[conjunction - 1][:1].isupper() and conjunction > 1
    if not 0 < conjunction <= _LONGEST_OFFICE or named:
        return False
    end = place + 1
    while end < len(surfaces) and surfaces[end][:1].isupper():
        end += 1
    return end < len(tokens) and tokens[end] in _SINGULAR
