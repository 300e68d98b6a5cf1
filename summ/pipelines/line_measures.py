"""Whether an English line may end with a day, a span of time or a number."""

from __future__ import annotations

from summ.pipelines.tagged_words import TaggedWords
from summ.text.languages.en_phrases import (
    BE,
    BELIEVING,
    MARKS,
    PREPOSITIONS,
    SAYING,
    SUBORDINATORS,
    WEEKDAYS,
)
from summ.text.languages.tables import table

SPANS = table("minutes hours days weeks months years minute hour day week month year")
_RESOLVING = table(
    "agreed decided promised pledged vowed threatened offered refused voted hoped wanted sought "
    "tried planned proposed failed managed"
)
_CURRENCIES = table("$ £ €")


def dates_another(words: TaggedWords, place: int) -> bool:
    """Whether a day is told by what follows: *the last Sunday (before Lent)*."""
    tokens = words.tokens
    dated = tokens[place] in WEEKDAYS | SPANS and tokens[place + 1] in {
        "before",
        "of",
        "after",
    }
    return dated and bool({"last", "first"} & set(tokens[max(0, place - 1) : place]))


def dates_speech(words: TaggedWords, place: int) -> bool:
    """Whether a day stands behind a verb that goes on: *were seeking Tuesday (to break)*."""
    token, after = words.tokens[place], words.tokens[place + 1]
    if token not in WEEKDAYS | {"today", "yesterday"} or place < 2:
        return False
    verb = place - 1 - (words.tokens[place - 1] == "on")
    said = words.tokens[verb]
    if after == "to":
        going = said.endswith("ing") and words.tokens[verb - 1] in BE
        return going or said in _RESOLVING
    return said in SAYING | BELIEVING and after not in MARKS | SUBORDINATORS | PREPOSITIONS


def counts_on(words: TaggedWords, place: int) -> bool:
    """Whether a number says how many of what follows there are: *a £7.5m ($14.6m) claim*."""
    numbers, after = words.numbers, words.tokens[place + 1]
    bracketed = after == "(" and place > 0 and numbers[place - 1]
    if not (numbers[place] or bracketed):
        return False
    apart = PREPOSITIONS | WEEKDAYS | MARKS | {"and", "to", "as"}
    if after == "(" and place and words.tokens[place - 1] in _CURRENCIES:
        apart |= {"of"}  # *repay £20 ($26) of the loan*
    return _behind_brackets(words, place) not in apart


def _behind_brackets(words: TaggedWords, place: int) -> str:
    """The word behind a number and its brackets: *a £7.5m ($14.6m) claim*."""
    rest = words.tokens[place + 1 :]
    if rest[0] == "(" and ")" in rest[:-1]:
        return rest[rest.index(")") + 1]
    return rest[0]
