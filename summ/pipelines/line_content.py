"""How much of its sentence a line tells: what a reader would miss is counted, nothing is learned.

A line that ends soon behind its verb, or whose subject has lost what says who or what it is, may
be complete and still miss the point: *Shares have taken a dunking*.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from summ.pipelines.ordered_search import OrderedSource
from summ.pipelines.skips import Skips
from summ.text.languages.en import LEANING
from summ.text.languages.en_phrases import (
    AUXILIARIES,
    BE,
    CLITICS,
    DETERMINERS,
    MARKS,
    PREPOSITIONS,
    PRONOUNS,
    RELATIVES,
    SOFT_ADVERBS,
    SUBORDINATORS,
)
from summ.text.languages.tables import table

_SUBJECT = 3  # telling words before the verb that count
_FUNCTION_WORDS = (
    DETERMINERS
    | PREPOSITIONS
    | AUXILIARIES
    | BE
    | PRONOUNS
    | SUBORDINATORS
    | RELATIVES
    | LEANING
    | SOFT_ADVERBS
    | MARKS
    | CLITICS
    | table("said says say to of and or but not been being than one other also")
)


@dataclass(frozen=True)
class LineContent:
    """What a line tells.

    Attributes:
        words: that are no function words, at most three of them before the first finite verb.
        behind_verb: of them, those behind the first finite verb.
        lost_of_subject: how many such words of the sentence the line leaves out between its first
            word and its verb, asides between commas apart; a name counts twice.
    """

    words: int
    behind_verb: int
    lost_of_subject: int


def line_content(
    source: OrderedSource, skips: Skips, clause: Sequence[int], kept: Sequence[int]
) -> LineContent:
    """What a line tells of its source.

    Args:
        source: where the places are.
        skips: of the source.
        clause: the places of the complete clause.
        kept: those of the line that is shown; a headline may lack words of its clause.
    """
    tokens = source.folded.tokens
    telling = {
        place
        for place, token in enumerate(tokens)
        if token not in _FUNCTION_WORDS and (token[0].isalnum() or token[0] in "#$£€")
    }
    said = telling.intersection(kept) - _beside_the_point(tokens)
    verb = next((place for place in clause[1:] if skips.finite[place]), None)
    if verb is None:
        return LineContent(len(said), 0, 0)
    before = sum(place < verb for place in said)
    return LineContent(
        words=len(said) - max(0, before - _SUBJECT),
        behind_verb=sum(place > verb for place in said),
        lost_of_subject=sum(
            1 + skips.names[place] for place in telling.intersection(_lost(tokens, clause, verb))
        ),
    )


def _beside_the_point(tokens: Sequence[str]) -> set[int]:
    """What stands in brackets tells little, and so do examples: *, including two children,*."""
    found: set[int] = set()
    if "(" in tokens and ")" in tokens:
        found = set(range(tokens.index("("), tokens.index(")")))
    if "including" in tokens:
        start = tokens.index("including")
        end = next((k for k in range(start, len(tokens)) if tokens[k] in MARKS), len(tokens))
        found |= set(range(start, end))
    return found


def _lost(tokens: Sequence[str], clause: Sequence[int], verb: int) -> set[int]:
    """What is left out within the subject, asides and brackets apart."""
    lost: set[int] = set()
    for here, there in pairwise(clause):
        if there > verb:
            break
        if there > here + 1 and tokens[here + 1] not in {",", "(", "--", "-"}:
            lost |= set(range(here + 1, there))
    return lost
