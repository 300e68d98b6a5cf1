"""What may not be left out behind an English noun, or before one."""

from __future__ import annotations

from summ.pipelines.tagged_words import TaggedWords
from summ.text.languages.en_phrases import DETERMINERS, PREPOSITIONS
from summ.text.languages.tables import table
from summ.text.verbs import names_several

_LONGEST_GROUP = 4  # words
_TIMES = table(
    "week month year morning afternoon evening season summer winter spring autumn weekend century "
    "decade time monday tuesday wednesday thursday friday saturday sunday"
)


def is_bare_plural(words: TaggedWords, place: int) -> bool:
    """Whether only what follows says which: *women (who were there)*, not *the women*."""
    determined = DETERMINERS | {"several", "many"}
    before = range(max(0, place - _LONGEST_GROUP), place)
    known = any(words.tokens[k] in determined or words.numbers[k] or words.names[k] for k in before)
    return names_several(words.tokens[place]) and not known


def points(words: TaggedWords, place: int) -> bool:
    """Whether *this* is an object and begins no time: *will fix this*, *this week*."""
    further = words.tokens[place + 1 : place + 2]
    return words.tokens[place] == "this" and not _TIMES & set(further)


def disagrees(words: TaggedWords, here: int, there: int) -> bool:
    """Whether a plural would become the subject of a singular verb: *protesters rescinds*."""
    noun, verb = words.tokens[here], words.tokens[there]
    if not words.finite[there] or not verb.endswith("s") or verb.endswith("ss"):
        return False
    plural = noun.endswith("s") and not noun.endswith(("ss", "us", "is", "ics", "news"))
    within = {"of", *PREPOSITIONS} & set(words.tokens[max(0, here - 4) : here])
    return plural and not words.names[here] and not within


def counts(words: TaggedWords, place: int) -> bool:
    """Whether *around*, *over*, ... says about how many there are."""
    further = place + 1 < len(words.tokens) and words.numbers[place + 1]
    return further and words.tokens[place] in {"around", "over", "under", "near", "about"}
