"""Phrases of an English sentence that can be left out so that a sentence remains.

They are found by their first words, by commas and by what a lexicon knows about verbs.

Source: trimming by rules goes back to Dorr, Zajic & Schwartz (2003, "Hedge Trimmer"); that readers
accept cuts along phrases and not along words is Handler et al. (2019, arXiv:1902.00489).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from itertools import pairwise

from summ.text.annotated_sentence import AnnotatedSentence
from summ.text.core_phrases import core_phrases
from summ.text.inserts import bracketed, dashed, office_length
from summ.text.languages.en import DENIALS
from summ.text.languages.en_phrases import (
    ARGUED,
    ARTICLES,
    AUXILIARIES,
    BE,
    CONDITIONS,
    DETERMINERS,
    INFINITIVAL,
    KINDS,
    NAME_PARTICLES,
    OPENERS,
    PLANS,
    PREPOSITIONS,
    RELATIVES,
    SUBORDINATORS,
    WEEKDAYS,
)
from summ.text.languages.tables import table
from summ.text.phrase import Phrase
from summ.text.reported_speech import DAY, attributions, intentions
from summ.text.subject_phrases import JOINED, between_subject_and_verb
from summ.text.verbs import VerbLexicon, is_plural

_TIME = re.compile(
    rf" (?:(?:early |late )?(?:on )?{DAY}(?: (?:morning|afternoon|evening|night))?"
    r"|(?:earlier )?(?:this|last) (?:week|month|year)|earlier today|today|yesterday)(?=[ ,.]|$)"
)
_ASIDES = re.compile(
    r"a|an|the|who|which|whose|where|including|led|based|aged|once|one|his|her|its|their|along|"
    r"especially|particularly|known|also|now|currently|then|formerly|home|both|part|named|\d{1,3}|"
    r"says?|said|like|as"
)
_LONGEST_NAME = 4  # words
_LONGEST_OBJECT = 5  # words
_NEAR_THE_END = 15  # words
_NO_OBJECT = table("to not he she it they who which that i we you")
# Before these a clause belongs to the word: *shortly after*, *the day when*.
_BOUND_BEFORE = BE | table(
    "such well so just only even not shortly soon days hours weeks months years minutes same the "
    "and or known ever also long immediately week day year month year's least including especially "
    "time moment point period way than"
)
_NO_ANTECEDENT = (
    PREPOSITIONS
    | BE
    | table("and so such all those one anyone people him them than clear sure likely it")
)


def phrases(words: Sequence[str], verbs: VerbLexicon, core: bool = False) -> list[Phrase]:
    """The phrases of a sentence that can be left out, each alone.

    Args:
        core: whether also those that only the core of the sentence does without.
    """
    sentence = AnnotatedSentence(words, verbs)
    found = [
        *(core_phrases(sentence) if core else ()),
        *_times(sentence),
        *attributions(sentence),
        *intentions(sentence),
        *_openers(sentence),
        *between_subject_and_verb(sentence),
        *_title(sentence),
        *_asides(sentence),
        *_comma_tails(sentence),
        *_clause_tails(sentence),
        *_infinitives_and_participles(sentence),
        *(Phrase(start, end, "dash", 0.6) for start, end in dashed(sentence)),
        *(Phrase(start, end, "brackets", 0.3) for start, end in bracketed(sentence)),
        *_places(sentence, sentence.size if core else _NEAR_THE_END),
    ]
    return [phrase for phrase in found if _keeps_the_claim(sentence, phrase)]


_WITHIN_CLAUSE = table("time says_before according place subject_place")
_UNCONDITIONAL = table("aside relative relative_tail says_after says_before")


def _keeps_the_claim(sentence: AnnotatedSentence, phrase: Phrase) -> bool:
    """Whether no condition goes, and no denial but with the clause that it stands in."""
    gone = set(sentence.lows[phrase.start : phrase.end])
    if CONDITIONS & gone and phrase.kind not in _UNCONDITIONAL:
        return False
    return phrase.kind not in _WITHIN_CLAUSE or not DENIALS & gone


def _times(sentence: AnnotatedSentence) -> Iterator[Phrase]:
    """*on Monday*, *last week*."""
    text = " ".join(sentence.words)
    for match in _TIME.finditer(text):
        start = text.count(" ", 0, match.start() + 1)
        end = start + len(match.group().split())
        before = sentence.low(start - 1)
        if before in PREPOSITIONS | DETERMINERS | {"of", "to", "until", "next", "and"}:
            continue
        if before == "since" or sentence.words[min(end, sentence.size - 1)].startswith("'"):
            continue
        if end < sentence.size and sentence.is_capital(end):
            continue
        if _is_compared(sentence, start):
            continue  # *more than on any day last year*
        yield Phrase(start, end, "time", 0.5)


def _is_compared(sentence: AnnotatedSentence, place: int) -> bool:
    """Whether a word stands behind *than* in its clause: what something is compared with."""
    for before in range(place - 1, -1, -1):
        if sentence.words[before].endswith((",", ";", ":")):
            return False
        if sentence.low(before) == "than":
            return True
    return False


def _openers(sentence: AnnotatedSentence) -> Iterator[Phrase]:
    """What stands before the first comma, and a label before a colon."""
    commas, words = sentence.commas, sentence.words
    if commas and commas[0] < sentence.size - 4 and sentence.low(0) in OPENERS:
        end = commas[0] + 1
        rest = ["x", *words[end:]]
        complete = sentence.main is None or sentence.verbs.main_verb(rest) is not None
        if complete and sentence.low(end) not in {"and", "or", "but"}:
            yield Phrase(0, end, "opener", 0.8)
    for place in range(min(8, sentence.size - 5)):
        year = re.fullmatch(r"(?:19|20)\d\d:", words[place])  # no score: *beat them 3-1: ...*
        if words[place].endswith(":") and (year or not words[place][:1].isdigit()):
            yield Phrase(0, place + 1, "label", 0.3)


def _title(sentence: AnnotatedSentence) -> Iterator[Phrase]:
    """What somebody is, before the name: *Former prime minister Lord Callaghan*."""
    office = office_length(sentence)
    if office is not None:
        yield Phrase(0, office, "title", 1.3)
    main, words = sentence.main, sentence.words
    if main is None or main < 3:
        return
    common = [
        k
        for k in range(main)
        if not sentence.is_capital(k)
        and sentence.low(k) not in NAME_PARTICLES | {"and", "&"}
        and not (k and words[k][:1].isdigit())
    ]
    if not common or common[-1] + 1 >= main or not sentence.is_capital(common[-1] + 1):
        return
    last = common[-1]
    low, title = sentence.low(last), set(sentence.lows[: last + 1])
    names = [k for k in range(last + 1, main) if sentence.low(k) not in WEEKDAYS]
    if len(names) < (1 if low in KINDS else 2):
        return  # *the group Friday condemned*
    if any(word.endswith((",", "'s", "’s", "s'", "s’")) for word in words[last:main]):
        return
    if any(word.endswith(",") for word in words[:last]):
        return
    if title & (PREPOSITIONS | RELATIVES | JOINED | DENIALS | {"for"}) or low in ARTICLES:
        return
    if low not in sentence.verbs.finite and not low.endswith("ing"):
        yield Phrase(0, last + 1, "title", 1.3)


def _asides(sentence: AnnotatedSentence) -> Iterator[Phrase]:
    """What stands between two commas."""
    commas = sentence.commas
    for first, second in pairwise(commas):
        start, end = first + 1, second + 1
        low = sentence.low(start)
        past = low.endswith("ed") and sentence.low(start + 1) in PREPOSITIONS
        known = past or _ASIDES.fullmatch(low) or _is_name_aside(sentence, start, end)
        if end >= sentence.size or end - start > 18 or not known:
            continue
        if sentence.low(end) not in {"and", "or"}:
            yield Phrase(start, end, "aside", 0.7 if low in RELATIVES or low.isdigit() else 0.9)
    for first in commas:
        start = first + 1
        if sentence.low(start) not in RELATIVES - {"whom", "that"}:
            continue
        for second in commas:
            behind = sentence.low(second + 1)
            if second > first and (behind in AUXILIARIES or behind in sentence.verbs.finite):
                yield Phrase(start, second + 1, "relative", 0.7)
                break


def _is_name_aside(sentence: AnnotatedSentence, start: int, end: int) -> bool:
    """Whether a name stands between two commas and is no part of a list: *the captain, Ann Bo,*."""
    if end - start > _LONGEST_NAME or end >= sentence.size or sentence.low(0) in OPENERS:
        return False
    names = all(sentence.is_capital(k) or "-" in sentence.words[k] for k in range(start, end))
    listed = sentence.is_capital(end) or sentence.low(end) in {"and", "or"}
    return names and not listed and len(sentence.commas) <= 3 + 2 * (end == sentence.main)


def _comma_tails(sentence: AnnotatedSentence) -> Iterator[Phrase]:
    """What follows a comma up to the end."""
    for comma in sentence.commas:
        start = comma + 1
        if sentence.size - start < 2:
            continue
        kind, cost = _kind_of_tail(sentence, start)
        if kind:
            yield Phrase(start, sentence.size, kind, cost)


def _kind_of_tail(sentence: AnnotatedSentence, start: int) -> tuple[str, float]:
    low, after = sentence.low(start), sentence.low(start + 1)
    if low in {"who", "which", "where", "whose", "when"}:
        return "relative_tail", 0.4
    if low in SUBORDINATORS | PREPOSITIONS | {"saying", "citing", "including", "but", "due"}:
        return "tail", 0.6
    if low.endswith("ing") and len(low) > 5:
        return "participle", 1.2
    if low in {"a", "an", "the", "one", "his", "her", "its"}:
        return "apposition_tail", 0.6
    if low.endswith("ed") and after in {"by", "with", "in", "on"}:
        return "participle", 1.2
    if low in {"driven", "led", "hit"} and after == "by":
        return "participle", 1.2
    if low == "and" and (after in sentence.verbs.finite or after in DETERMINERS):
        return "and_tail", 0.6
    return "", 0.0


def _clause_tails(sentence: AnnotatedSentence) -> Iterator[Phrase]:
    """Clauses behind the main verb: *after ...*, *that killed ...*, *and won ...*."""
    if sentence.main is None:
        return
    predicates = sentence.verbs.finite - sentence.verbs.base
    for start in range(sentence.main + 2, sentence.size - 1):
        if sentence.words[start - 1].endswith(","):
            continue
        low = sentence.low(start)
        if _begins_clause(sentence, start):
            yield Phrase(start, sentence.size, "clause", 1.0)
        elif _begins_relative(sentence, start):
            yield Phrase(start, sentence.size, "relative_end", 0.8)
        elif (low == "worth" and sentence.words[start + 1][:1] in "$£€0123456789") or (
            low == "as"
            and sentence.lows[start + 1 : start + 3] in (["part", "of"], ["a", "result"])
        ):
            yield Phrase(start, sentence.size, "worth", 0.9)
        elif low == "and" and start + 2 < sentence.size and _goes_on(sentence, start, predicates):
            yield Phrase(start, sentence.size, "and", 1.1)
        elif low == "and" and _joins_objects(sentence, start):
            yield Phrase(start, sentence.size, "object", 1.4)


def _goes_on(sentence: AnnotatedSentence, start: int, predicates: Set[str]) -> bool:
    """Whether another verb of the same subject follows *and*: *arrested (and charged)*."""
    before, after = sentence.low(start - 1), sentence.low(start + 1)
    return after in predicates or (before.endswith("ed") and after.endswith("ed"))


def _joins_objects(sentence: AnnotatedSentence, start: int) -> bool:
    """Whether what ends the sentence is one thing more of a kind: *coal (and imported gas)*."""
    rest = range(start + 1, sentence.size)
    if not 1 <= len(rest) <= _LONGEST_OBJECT or {"between", "both", "either"} & set(sentence.lows):
        return False
    if any(sentence.low(k) in AUXILIARIES | _NO_OBJECT or "," in sentence.words[k] for k in rest):
        return False
    before, after = start - 1, start + 1
    if sentence.is_capital(before) and sentence.is_capital(after):
        return False  # *Marks and Spencer*
    known = sentence.low(after) in DETERMINERS | {"other"} or sentence.words[after][:1].isdigit()
    return known or is_plural(sentence.low(before))


def _begins_clause(sentence: AnnotatedSentence, start: int) -> bool:
    low, before = sentence.low(start), sentence.low(start - 1)
    if low not in SUBORDINATORS or before in _BOUND_BEFORE:
        return False
    # *will not close before 2020* is not *will not close*.
    if low in {"before", "because", "since"} and DENIALS & set(sentence.lows):
        return False
    if low == "as":
        near = sentence.words[start + 2 : start + 7]
        return any(sentence.verbs.has_finite_verb([word]) for word in near)
    return low != "following" or before not in DETERMINERS


def _begins_relative(sentence: AnnotatedSentence, start: int) -> bool:
    low, before, after = (sentence.low(start + step) for step in (0, -1, 1))
    if low not in {"that", "who", "which"} or before in _NO_ANTECEDENT:
        return False
    if sentence.is_verb(start - 1) and not sentence.is_capital(start - 1):
        return False
    if after in sentence.verbs.finite or after in AUXILIARIES:
        return True
    return low == "that" and before in sentence.verbs.nounish


def _infinitives_and_participles(sentence: AnnotatedSentence) -> Iterator[Phrase]:
    """A purpose, and a clause without its *which is*, up to the end."""
    if sentence.main is None:
        return
    for start in range(sentence.main + 3, sentence.size - 2):
        if sentence.words[start - 1].endswith(","):
            continue
        low, before = sentence.low(start), sentence.low(start - 1)
        if low == "to" and sentence.low(start + 1) in sentence.verbs.base:
            cost = _cost_of_purpose(sentence, start)
            if cost is not None:
                yield Phrase(start, sentence.size, "purpose", cost)
        elif _begins_participle(sentence, start) and not before.endswith("ly"):
            yield Phrase(start, sentence.size, "reduced", 1.0)


def _cost_of_purpose(sentence: AnnotatedSentence, start: int) -> float | None:
    """What is lost with an infinitive; None where it cannot go."""
    before = sentence.low(start - 1)
    if sentence.is_capital(start - 1):
        return 1.2
    if before.endswith("s") and before not in PLANS and not sentence.is_verb(start - 1):
        return 1.6
    passive = before.endswith("ed") and sentence.low(start - 2) in BE
    return 1.2 if passive and before not in INFINITIVAL else None


def _begins_participle(sentence: AnnotatedSentence, start: int) -> bool:
    low, before, after = (sentence.low(start + step) for step in (0, -1, 1))
    past = low.endswith("ed") and low in sentence.verbs.finite
    present = low.endswith("ing") and len(low) > 5 and low not in sentence.verbs.nounish
    followed = after in PREPOSITIONS
    if not (past and (followed or after in {"to", "as"})) and not (present and not followed):
        return False
    closed = BE | AUXILIARIES | PREPOSITIONS | DETERMINERS | JOINED
    if before in closed or before in _NO_PARTICIPLE_BEHIND or sentence.is_capital(start):
        return False
    return not sentence.asks(start - 1)


_NO_PARTICIPLE_BEHIND = table(
    "also never now still just then once later recently often always soon already even again both "
    "all not only themselves himself herself itself ever too get got gets"
)


def _places(sentence: AnnotatedSentence, words: int) -> Iterator[Phrase]:
    """From each preposition among the last so many words to the end, the last first."""
    if sentence.main is None:
        return
    cost = 1.5
    for start in range(sentence.size - 1, max(sentence.main + 1, sentence.size - words), -1):
        if _is_dispensable_place(sentence, start, sentence.main):
            yield Phrase(start, sentence.size, "place", cost)
            cost += 0.2


def _is_dispensable_place(sentence: AnnotatedSentence, start: int, main: int) -> bool:
    low, before = sentence.low(start), sentence.low(start - 1)
    if low not in PREPOSITIONS - SUBORDINATORS or sentence.counts(start):
        return False
    if low == "from" and sentence.low(start + 1).endswith("ing"):
        return False  # *stop the economy from overheating*
    if before in BE | AUXILIARIES | PREPOSITIONS | DETERMINERS | JOINED | {"sworn", "due"}:
        return False
    if before in ARGUED and low in {"in", "on", "over", "for", "with", "against"}:
        return False
    if start - 1 == main and low in {"for", "with", "against", "from", "over"}:
        return False
    if not sentence.asks(start - 1):
        return True
    passive = before.endswith("ed") and sentence.low(start - 2) in BE
    return passive and low in {"in", "at", "near", "by", "during", "on", "outside"}
