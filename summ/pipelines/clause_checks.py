"""Whether a line runs clauses of its source together, or breaks off within one.

These are the faults that the likelihood of a line shows least: each half reads well.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from summ.pipelines.ordered_search import OrderedSource
from summ.pipelines.skips import MARKS, Skips
from summ.text.languages.en_phrases import AUXILIARIES, DETERMINERS, PREPOSITIONS, SUBORDINATORS
from summ.text.languages.tables import table
from summ.text.verbs import VerbLexicon

_OPENS_CLAUSE = SUBORDINATORS | table("that who which whether if until unless how why before")
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
    if any(skips.finite[place] for place in said):
        return False
    rest = range(places[-1] + 1, len(tokens))
    for place in rest:
        if skips.finite[place]:
            # A participle or a preposition behind the opener needs no finite verb.
            first = tokens[said[0]] if said else ""
            return not (first.endswith("ing") or first in PREPOSITIONS)
        if tokens[place] in MARKS | _OPENS_CLAUSE | {"and", "but"}:
            break
    return False


def strays(source: OrderedSource, places: Sequence[int]) -> int:
    """How many prepositions have lost the word that they followed."""
    tokens = source.folded.tokens
    return sum(
        there > here + 1 and tokens[there] in PREPOSITIONS | {"to"} and tokens[there - 1] != ","
        for here, there in pairwise(places)
    )
