"""Whether a line runs clauses of its source together, or breaks off within one.

These are the faults that the likelihood of a line shows least: each half reads well.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from summ.pipelines.ordered_search import OrderedSource
from summ.pipelines.skips import Skips
from summ.text.languages.en_phrases import (
    AUXILIARIES,
    AWAITING,
    BE,
    BELIEVING,
    CALLING,
    COMPLETE_PASSIVE,
    DETERMINERS,
    MARKS,
    PARTICIPLES,
    PREPOSITIONS,
    PRONOUNS,
    SAYING,
    SUBORDINATORS,
)
from summ.text.languages.tables import table
from summ.text.verbs import VerbLexicon

_OPENS_CLAUSE = SUBORDINATORS | table("that who which whether if until unless how why before")
_NEEDS_VERB = table("if when because although though unless whether")
_OPENERS = (SUBORDINATORS | PREPOSITIONS | {"if", "just", "even"}) - {"over", "around"}
_LONGEST_ASIDE = 9  # words
_JOINS = table("and but or who which that as while when after because if although though , ; : --")


def runs_together(source: OrderedSource, skips: Skips, places: Sequence[int]) -> bool:
    """Whether a verb of another clause is joined to a clause that has its own.

    *Harwick reported a drop as sales were hit* would become *Harwick reported a drop were hit*.
    """
    tokens, surfaces = source.folded.tokens, source.folded.surfaces
    for number, (here, there) in enumerate(pairwise(places), start=1):
        if there == here + 1 or not skips.finite[there]:
            continue
        head = [surfaces[place] for place in places[:number]]
        if tokens[here] in AUXILIARIES | {"not", "n't"}:
            return True  # *that was not (prepared) is published*
        own = _own_verb(head, skips.verbs)
        if own is None:
            continue
        between = {tokens[place] for place in places[own + 1 : number]}
        opened = {tokens[place] for place in places[:own]} & {"who", "which", "that"}
        if not opened and not between & _JOINS:
            return True
    return False


def _own_verb(head: Sequence[str], verbs: VerbLexicon) -> int | None:
    """The place of a clause's verb; a past form with its object counts as one."""
    own = verbs.main_verb(head)
    if own is not None:
        return own
    for place in range(1, len(head)):
        if head[place].lower() in {"'s", "’s"} and head[place - 1].lower() in PRONOUNS:
            return place
    past = (
        place
        for place in range(1, len(head) - 1)
        if head[place].endswith("ed") and head[place + 1].lower() in DETERMINERS
    )
    return next(past, None)


def breaks_off(source: OrderedSource, skips: Skips, places: Sequence[int]) -> bool:
    """Whether a clause begins whose verb is not said: *... dunking after the firm*."""
    tokens = source.folded.tokens
    opener = next((k for k in reversed(places[1:]) if tokens[k] in _OPENS_CLAUSE), None)
    if opener is None:
        return False
    said = [place for place in places if place > opener]
    rest = range(_behind_aside(tokens, places[-1] + 1), len(tokens))
    verbs = [place for place in said if skips.finite[place] and not skips.is_reduced(place)]
    if verbs and not (verbs == [places[-1]] and _has_verb_behind(skips, rest)):
        return False
    if tokens[opener] in _NEEDS_VERB and _is_subject(skips, said):
        return True
    for place in rest:
        if (skips.finite[place] and not skips.is_reduced(place)) or _is_past(skips, place):
            # A participle or a preposition behind the opener needs no finite verb.
            first = tokens[said[0]] if said else ""
            return not (first.endswith("ing") or first in PREPOSITIONS)
        if tokens[place] in MARKS | _OPENS_CLAUSE | {"and", "but"}:
            break
    return False


def _has_verb_behind(skips: Skips, rest: range) -> bool:
    """Whether a noun that could be a verb has its own: *that his plans (for a port are small)*."""
    tokens = skips.tokens
    end = next((place for place in rest if tokens[place] in MARKS | _OPENS_CLAUSE), len(tokens))
    phrase = tokens[rest.start : rest.start + 1]
    spoken = any(skips.finite[place] for place in range(rest.start, end))
    noun = tokens[rest.start - 1] in skips.verbs.nounish
    return noun and bool((PREPOSITIONS | {"of"}) & set(phrase)) and spoken


def _is_subject(skips: Skips, said: Sequence[int]) -> bool:
    """Whether nobody does anything yet: *if rescue talks (with banks fail)*, not *if elected*."""
    tokens, verbs = skips.tokens, skips.verbs
    if len(said) < 2 or tokens[said[0]].endswith(("ed", "ing")) or tokens[said[0]] in PREPOSITIONS:
        return False
    plain = verbs.base - verbs.nounish
    return tokens[said[0]] not in verbs.passive and not any(tokens[k] in plain for k in said[1:])


def _is_past(skips: Skips, place: int) -> bool:
    """Whether an unknown verb has an object: *as Bo (booted France to victory)*."""
    token, after = skips.tokens[place], skips.tokens[place + 1 : place + 2]
    unknown = token.endswith("ed") and not skips.verbs.knows(token) and skips.names[place - 1]
    return unknown and bool(after) and (skips.names[place + 1] or after[0] in DETERMINERS)


def _behind_aside(tokens: Sequence[str], start: int) -> int:
    """Where a clause goes on behind an aside that begins here: *after Bo, its boss, (left)*."""
    within = tokens[start + 1 : start + _LONGEST_ASIDE]
    if tokens[start : start + 1] != (",",) or "," not in within:
        return start
    return start + 2 + within.index(",")


def awaits_infinitive(source: OrderedSource, skips: Skips, places: Sequence[int]) -> bool:
    """Whether somebody is asked, allowed or expected, and it is not said what to do.

    *Harwick expects the match with Leeds (to be hard)*, *allows people who ... (to rent it)*.
    """
    tokens, base = source.folded.tokens, skips.verbs.base
    asked = next((k for k in reversed(places) if tokens[k] in AWAITING | CALLING), None)
    if (
        asked is None
        or places[-1] + 1 >= len(tokens)
        or tokens[asked - 1] in BE
        or "to" in {tokens[k] for k in places if k > asked}
    ):
        return False
    if tokens[asked] in {"persuade", "persuades", "persuaded"}:
        return tokens[places[-1] + 1] in PRONOUNS | {"to"}
    start = _behind_aside(tokens, places[-1] + 1)
    if tokens[asked] in CALLING and tokens[start : start + 2] == ("to", "be"):
        return True  # *named its head, Ann Bo, (to be chief)*
    for place in range(places[-1] + 1, min(places[-1] + 10, len(tokens) - 1)):
        if tokens[place] in {",", ";", "but", "after", "when", "that"}:
            return False
        if tokens[place] == "as" and tokens[asked] in CALLING:
            return True
        if tokens[place] == "to" and tokens[place + 1] in base and tokens[asked] in AWAITING:
            return True
    return False


def lacks_clause(source: OrderedSource, skips: Skips, places: Sequence[int]) -> bool:
    """Whether the line ends with the subject of what somebody says: *believes the match (will be)*.

    What follows in the source up to the next mark, if it has a finite verb, says so.
    """
    tokens = source.folded.tokens
    said = next((k for k in reversed(places) if tokens[k] in SAYING | BELIEVING), None)
    if said is None or any(skips.finite[place] for place in places if place > said):
        return False
    if said and tokens[said - 1] in BE:
        return False  # *is found guilty*
    if any(tokens[here] == "to" and here > said for here in places[:-1]):
        return False  # *warned users to update their systems*
    start = places[-1] + 1
    if start + 1 < len(tokens) and (skips.names[start + 1] or tokens[start + 1] in DETERMINERS):
        start = _behind_aside(tokens, start)  # *believe the row with the owner, Leeds Bread, (is)*
    for place in range(start, len(tokens)):
        if tokens[place] == ":" and tokens[said] in SAYING and said < places[-1]:
            return bool({'"', "``"} & set(tokens[place + 1 : place + 2]))
        if tokens[place] in MARKS | SUBORDINATORS | {"and", "but", "who", "which", "that"}:
            return False
        if tokens[place] == "to" and tokens[place + 1] in skips.verbs.base:
            return False
        if skips.finite[place]:
            return not skips.is_reduced(place)
    return False


def strays(source: OrderedSource, places: Sequence[int]) -> int:
    """How many prepositions have lost the word that they followed."""
    tokens = source.folded.tokens
    return sum(
        there > here + 1 and tokens[there] in PREPOSITIONS | {"to"} and tokens[there - 1] != ","
        for here, there in pairwise(places)
    )


def lacks_complement(source: OrderedSource, places: Sequence[int]) -> bool:
    """Whether a line ends with a passive that its source completes: *were defined (by ...)*."""
    tokens = source.folded.tokens
    last = places[-1]
    if len(places) < 2 or last + 1 >= len(tokens) or tokens[places[-2]] not in BE:
        return False
    participle = tokens[last].endswith("ed") or tokens[last] in PARTICIPLES
    return (
        participle
        and tokens[last] not in COMPLETE_PASSIVE
        and tokens[last + 1] in PREPOSITIONS | {"as", "to", "a", "an", "the"}
    )


def opens_only(source: OrderedSource, skips: Skips, places: Sequence[int]) -> bool:
    """Whether a line is no more than the opening of its sentence: *citing shared concerns (, he)*.

    What an auxiliary follows is a subject: *wearing it is no practice*.
    """
    tokens = source.folded.tokens
    if places[0] or "," not in tokens:
        return False
    comma = tokens.index(",")
    if tokens[0] in _OPENERS:
        return places[-1] <= comma
    if not tokens[0].endswith("ing"):
        return False
    said = any(skips.finite[place] for place in places if place > comma)
    return not said and not (AUXILIARIES | BE) & set(tokens[:comma])
