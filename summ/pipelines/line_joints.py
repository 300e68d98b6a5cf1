"""Whether an English line may end before *and* or *or*: what follows is another clause or verb."""

from __future__ import annotations

from itertools import pairwise

from summ.pipelines.tagged_words import TaggedWords
from summ.text.languages.en_phrases import (
    AUXILIARIES,
    BE,
    BELIEVING,
    DETERMINERS,
    MARKS,
    PREPOSITIONS,
    PRONOUNS,
    SAYING,
    SUBORDINATORS,
)
from summ.text.verbs import is_plural

_MOST_OF_SUBJECT = 6  # words of the subject of a clause behind *and*
_LONGEST_OBJECT = 5  # words
_LONGEST_INFINITIVE = 9  # words


def may_part(words: TaggedWords, place: int) -> bool:
    """Whether a line may end here, before a conjunction.

    Args:
        place: of the line's last word; *and* or *or* follows it.
    """
    token, after, verbs = words.tokens[place], words.tokens[place + 1], words.verbs
    further = [*words.tokens[place + 2 : place + 3], "."][0]
    if after == "and" and _is_half_a_subject(words, place):
        return False  # *and a policeman (and a civilian were wounded)*
    if (token, further) == ("securities", "exchange"):
        return False
    if further in {"not", "other"}:
        return True  # *in Harwick and not in Leeds*, *the mayor and other officers*
    if "between" in words.tokens[max(0, place - 4) : place]:
        return False
    both = token.endswith("ed") and further.endswith("ed")
    if both and place and words.tokens[place - 1] in {"has", "have", "had"}:
        return False  # *has shelled (and damaged the church)*: they share their object
    verb = both or further in verbs.finite or further in verbs.passive
    verb = verb or words.finite[min(place + 2, len(words.tokens) - 1)]
    verb = verb or _goes_on(words, place, further) or _ends_with_another(words, place)
    verb = verb or (after == "and" and _joins_clause(words, place))
    return verb or further in AUXILIARIES | BE | DETERMINERS


def _goes_on(words: TaggedWords, place: int, further: str) -> bool:
    """Whether an infinitive before a place is followed by another: *to beat X and win Y*."""
    tokens = words.tokens[max(0, place - _LONGEST_INFINITIVE) : place]
    if not any(one == "to" and two in words.verbs.base for one, two in pairwise(tokens)):
        return False
    if further in words.verbs.base and further not in words.verbs.nounish:
        return True
    # *to help labels and benefit from it*, *to sign Bo and scupper a bid*
    third = [*words.tokens[place + 3 : place + 4], "."][0]
    known = further in words.verbs.base
    opens = third in DETERMINERS or (known and third in PREPOSITIONS)
    opens = opens or (place + 3 < len(words.tokens) and words.names[place + 3])
    verbal = (known or further not in words.verbs.nounish) and not is_plural(further)
    return verbal and opens and not words.names[place + 2]


def _ends_with_another(words: TaggedWords, place: int) -> bool:
    """Whether the clause ends with one thing more of a kind: *coal (and imported gas)*."""
    token = words.tokens[place]
    if not is_plural(token) or words.names[place] or token not in words.verbs.nounish:
        return False
    rest = range(place + 2, min(len(words.tokens), place + 3 + _LONGEST_OBJECT))
    end = next((k for k in rest if words.tokens[k] in MARKS), rest[-1] + 1)
    if end == place + 3 + _LONGEST_OBJECT:
        return False
    return not any(
        words.finite[k] or words.tokens[k] in PRONOUNS | PREPOSITIONS | {"to"}
        for k in range(place + 2, end)
    )


def _joins_clause(words: TaggedWords, place: int) -> bool:
    """Whether another clause begins behind *and*: *cut rates and the pound is falling*."""
    own = [k for k in range(place) if words.finite[k]]
    if not own or words.tokens[own[-1]] in SAYING | BELIEVING:
        return False
    for k in range(place + 2, min(len(words.tokens), place + 3 + _MOST_OF_SUBJECT)):
        if words.tokens[k] in MARKS | SUBORDINATORS | {"that", "who", "which", "to"}:
            return False
        if words.finite[k]:
            return k > place + 2 and words.tokens[k] in AUXILIARIES | BE
    return False


def _is_half_a_subject(words: TaggedWords, place: int) -> bool:
    """Whether a clause has begun with *and*, and its subject goes on."""
    own = next((k for k in range(place, -1, -1) if words.finite[k]), -1)
    if own < 0 or "and" not in words.tokens[max(own, place - 4) : place]:
        return False
    for k in range(place + 2, min(len(words.tokens), place + 2 + _MOST_OF_SUBJECT)):
        if words.tokens[k] in MARKS:
            return False
        if words.tokens[k] in AUXILIARIES | BE:
            return True
    return False
