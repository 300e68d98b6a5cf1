"""What can be left out between the subject of an English sentence and its verb."""

from __future__ import annotations

from collections.abc import Iterator

from summ.text.annotated_sentence import AnnotatedSentence
from summ.text.languages.en_phrases import (
    ARGUED,
    AUXILIARIES,
    BE,
    BELIEVING,
    DETERMINERS,
    NUMBERS,
    PREPOSITIONS,
    SAYING,
    SUBORDINATORS,
)
from summ.text.languages.tables import table
from summ.text.phrase import Phrase

# A phrase does not begin behind these.
JOINED = frozenset({"of", "and", "or", "to", "than"})
# What *of* behind these stands before is what the phrase is about: *thousands of bakers*.
QUANTITIES = table(
    "one two three four five six dozens tens hundreds thousands millions number group series "
    "string majority half part some many most all each any none lot rest share shares pair couple "
    "total team kind sort head leader president use lack risk end both "
    "minutes hours day days week weeks month months year years"
)
_PARTICIPLES = table("held found led made built caught shot known seen born driven owned run set")


def between_subject_and_verb(sentence: AnnotatedSentence) -> Iterator[Phrase]:
    """A place, a participle or a clause that belongs to the subject: *a man accused of ... has*."""
    main = sentence.main
    if main is None or main < 3:
        return
    places = [k for k in range(1, main - 1) if _is_subject_place(sentence, k, main)]
    if places and sentence.low(0) not in PREPOSITIONS:
        before = sentence.low(places[0] - 1)
        vague = sentence.low(0) in {"a", "an"} or not sentence.is_capital(1)
        if before not in NUMBERS and not before.isdigit():
            yield Phrase(places[0], main, "subject_place", 2.2 if vague else 1.5)
    genitive = next(
        (k for k in range(1, main - 1) if _is_subject_genitive(sentence, k, main)), None
    )
    if genitive is not None:
        yield Phrase(genitive, main, "subject_place", 3.0)
    if sentence.low(main) not in AUXILIARIES:
        return
    aim = next((k for k in range(2, main - 2) if _is_subject_aim(sentence, k)), None)
    if aim is not None and not sentence.words[main - 1].endswith(","):
        yield Phrase(aim, main, "subject_place", 2.2)
    for holds in (_is_subject_participle, _is_subject_clause):
        clause = next((k for k in range(2, main - 1) if holds(sentence, k, main)), None)
        if clause is not None:
            yield Phrase(clause, main, "subject_clause", 0.9)


def _is_subject_place(sentence: AnnotatedSentence, place: int, main: int) -> bool:
    before = sentence.low(place - 1)
    if any(word.endswith(",") for word in sentence.words[place - 1 : main]):
        return False
    if before in PREPOSITIONS | DETERMINERS | JOINED | {"up", "down", "out"}:
        return False
    if before.endswith("ed") or before in sentence.verbs.finite or sentence.counts(place):
        return False
    if before in ARGUED and sentence.low(place) in {"on", "for", "against"}:
        return False  # *spending (on cards)*
    if sentence.low(place) == "from" and sentence.low(place + 1).endswith("ing"):
        return False
    return sentence.low(place) in PREPOSITIONS - SUBORDINATORS - {"between"}


def _is_subject_genitive(sentence: AnnotatedSentence, place: int, main: int) -> bool:
    """Whether an *of* belongs to a subject that says enough without it."""
    if sentence.low(place) != "of" or sentence.low(place - 1) in QUANTITIES:
        return False
    lows = sentence.lows[:place]
    if sentence.is_capital(place - 1) or set(lows) & (PREPOSITIONS - SUBORDINATORS):
        return False
    behind_quantity = any(low in QUANTITIES for low in lows)
    return (place > 2 or behind_quantity) and not sentence.words[main - 1].endswith(",")


def _is_subject_aim(sentence: AnnotatedSentence, place: int) -> bool:
    """Whether an infinitive belongs to the subject: *aid to help the victims will ...*."""
    if sentence.low(place) != "to" or sentence.low(place + 1) not in sentence.verbs.base:
        return False
    noun = sentence.low(place - 1)
    return not sentence.is_verb(place - 1) and noun not in PREPOSITIONS | DETERMINERS | JOINED


def _is_subject_participle(sentence: AnnotatedSentence, place: int, main: int) -> bool:
    low, before = sentence.low(place), sentence.low(place - 1)
    past = low.endswith("ed") or low in _PARTICIPLES
    followed = sentence.low(place + 1) in PREPOSITIONS | {"of", "to", "as"}
    if not (past and followed) and not (low.endswith("ing") and low not in sentence.verbs.nounish):
        return False
    if before in PREPOSITIONS | DETERMINERS | BE | JOINED or sentence.is_capital(place):
        return False
    if before.endswith("ly"):
        return False  # *allegedly killed by troops*
    return not any(sentence.words[k].endswith(",") for k in (place - 1, main - 1))


def _is_subject_clause(sentence: AnnotatedSentence, place: int, main: int) -> bool:
    low = sentence.low(place)
    if low not in {"who", "which", "that"} or sentence.words[place - 1].endswith(","):
        return False
    has_verb = any(
        sentence.is_verb(k) or sentence.low(k) in AUXILIARIES or sentence.low(k).endswith("ed")
        for k in range(place + 1, main)
    )
    own = {"who", "which", "that", "and", "he", "she", "it", "they"}
    if not has_verb or sentence.low(main - 1) in own:
        return False
    # *says that* begins what is said, not a relative clause.
    return low != "that" or not _says(sentence, place - 1)


def _says(sentence: AnnotatedSentence, place: int) -> bool:
    """Whether a word that may be a verb is one: *figures that*, but *figures show that*."""
    low = sentence.low(place)
    if low in SAYING | BELIEVING:
        return True
    if sentence.low(place - 1) in {"of", *DETERMINERS, *NUMBERS}:
        return False
    return low not in sentence.verbs.nounish and (sentence.is_verb(place) or low.endswith("s"))
