"""What an English sentence can lose where nothing that says more is short enough.

What remains is its core: the head of the subject, its verb and what stands behind it.  These
phrases cost more than those of ``summ.text.phrases``; they are tried where these leave nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from summ.text.annotated_sentence import AnnotatedSentence
from summ.text.languages.en_phrases import (
    ARGUED,
    ARTICLES,
    AUXILIARIES,
    BE,
    BELIEVING,
    CONDITIONS,
    DETERMINERS,
    KINDS,
    NAME_PARTICLES,
    NUMBERS,
    OFFICES,
    PARTICIPLES,
    PREPOSITIONS,
    PRONOUNS,
    SAME_PAST,
    SAYING,
    SUBORDINATORS,
    UNFIT_TO_BEGIN,
)
from summ.text.languages.tables import table
from summ.text.phrase import Phrase
from summ.text.reported_speech import DAY, is_reporter
from summ.text.subject_phrases import JOINED, QUANTITIES
from summ.text.verbs import is_plural

_LONGEST_OPENER = 16  # words
# What follows says whom these mean: *anyone who ...*.
_RESTRICTED = table("anyone everyone those someone somebody nobody people all many most others")
_LONGEST_SUBJECT = 8  # words
_LONGEST_NAME = 4  # words
_OPENING = PREPOSITIONS | SUBORDINATORS | {"even", "so", "not", "to"}
_NO_HEAD = DETERMINERS | PREPOSITIONS | JOINED | BE | AUXILIARIES | NUMBERS
# *a year after narrowly losing, ...*, *midway through a trip, ...*
_SPANS = re.compile(
    r"(?:(?:a|an|one|two|three|four|five|six|several|just|more than|\d+) )?"
    r"(?:\w+ )?(?:minutes?|hours?|days?|weeks?|months?|years?|midway|halfway) "
    r"(?:after|before|into|ago|through|later|earlier)\b"
)
_WHEN = rf"(?: here)?(?: (?:on )?(?:{DAY}|today|yesterday))?"
_ANNOUNCED = r"announce[ds]?|confirm(?:s|ed)?"
_ANNOUNCES = re.compile(
    rf"(?i)(?: has| have)? (?:(?:{_ANNOUNCED}){_WHEN}(?: that)?|rule[ds]?{_WHEN} that) "
)
_REPORTS = re.compile(
    rf"(?i)(?: has| have)? (?:said|says?|reports?|reported|declare[ds]?|"
    rf"(?:is |are |has |have )?warn(?:s|ed|ing)){_WHEN}(?: that)? "
)
_DECLARES = re.compile(
    rf"(?i)(?: has| have)? (?:{_ANNOUNCED}|said|says|say){_WHEN}(?: that)? "
    r"(?!it (?:(?:will|would) be|is|was) (?!\w+ing\b))"
    r"(?=(?:it|he|she|they) "
    r"(?:will|would|has|have|had|is|are|was|were|plan(?:s|ned)?|expect(?:s|ed)?|intend(?:s|ed)?|"
    r"aim(?:s|ed)?|agree[sd]?|hope[sd]?|want(?:s|ed)?|need(?:s|ed)?)\b)"
)
# *Norwick Co. said Tuesday its profit rose*: a headline joins the two.
_OWN_FIGURES = re.compile(rf"(?i) (?:said|says|reported|reports|announced){_WHEN}(?: that)? its ")
_COMPANIES = table("inc corp co cos ltd plc group ag sa nv se company bank airlines motors")
_QUANTIFIERS = table("most many some all few more several both other no only half")
_NOT_ALONE = (
    QUANTITIES
    | NUMBERS
    | table(
        "lots dozen dozens billions majority minority half third thirds quarter percent % type "
        "parts scores plenty variety range raft host spate amount absence loss death start people "
        "out because ahead instead"
    )
)
_NO_SUBJECT = table("plans talks that to he she it they his her its their in on at by of")


def core_phrases(sentence: AnnotatedSentence) -> Iterator[Phrase]:
    """The phrases that only the core does without."""
    yield from _announcements(sentence)
    yield from _openers(sentence)
    yield from _modifiers_of_subject(sentence)
    yield from _office(sentence)
    yield from _description(sentence)


def _openers(sentence: AnnotatedSentence) -> Iterator[Phrase]:
    """What stands before a comma, if a subject and its verb follow it and none stands before."""
    first, second = sentence.low(0), sentence.low(1)
    opens = first in _OPENING or first.endswith("ly")
    opens = opens or (first.endswith(("ing", "ed")) and second not in AUXILIARIES | BE)
    opens = opens or _SPANS.match(" ".join(sentence.lows[:6])) is not None
    if not opens or first in CONDITIONS | {"without"} or second in CONDITIONS:
        return
    clausal = first in SUBORDINATORS | {"even"}
    for comma in sentence.commas:
        start = comma + 1
        if start > _LONGEST_OPENER or sentence.size - start < 4:
            return
        verbal = first != "having" and not clausal
        if verbal and sentence.main is not None and sentence.main < start:
            return  # *Wearing it is no practice of the faith, the court ruled*
        low, rest = sentence.low(start), ["x", *sentence.words[start:]]
        if low in UNFIT_TO_BEGIN | {"and", "or"} or low.endswith(("ing", "ed", "ly")):
            continue
        main = sentence.verbs.main_verb(rest, lenient=True)
        # The verb stands near: what comes between two commas is no subject.
        if main is not None and not any(word.endswith(",") for word in rest[1:main]):
            yield Phrase(0, start, "core_opener", 1.5)
            return


def _modifiers_of_subject(sentence: AnnotatedSentence) -> Iterator[Phrase]:
    """All that stands between the head of the subject and the verb."""
    main = sentence.main
    opens = PREPOSITIONS | SUBORDINATORS | {"midway", "halfway"}
    if main is None or main < 3 or sentence.low(0) in opens:
        return
    if sentence.low(0).endswith(("ing", "ed")) and sentence.commas and sentence.commas[0] < main:
        return  # what stands before the comma is no subject
    # *the man and his wife*, *says the firm that*: the verb belongs to something else.
    if sentence.low(main - 1) in PRONOUNS | JOINED | {"that", "who", "which", "not"}:
        return
    verb = sentence.low(main)
    thing = verb in sentence.verbs.nounish and verb not in AUXILIARIES
    for place in range(1, main - 1):
        low, before = sentence.low(place), sentence.low(place - 1)
        if place > 1 and _acts(sentence, place - 1):
            return
        if sentence.words[place - 1].endswith(","):
            # *Ann Bo, the head of a firm that ..., died*
            # *Two men, who robbed a bank in Dalby have been arrested*
            closed = sentence.words[main - 1].endswith(",") or low in {"who", "which", "whose"}
            if place < _LONGEST_SUBJECT and closed:
                yield Phrase(place, main, "aside", 1.5)
            return
        if before in _NO_HEAD | _RESTRICTED or before.endswith("ly"):
            continue
        if before in ARGUED and low in {"on", "for", "against", "to"}:
            continue  # *spending (on cards)*
        if low == "to" and thing:
            continue  # *a system (to create website) addresses*
        if _modifies(sentence, place) and not CONDITIONS & set(sentence.lows[place:main]):
            if _is_list(sentence, place, main):
                return
            cost = 3.0 if low == "of" else 2.0
            yield Phrase(place, main, "core_subject", cost)


def _is_list(sentence: AnnotatedSentence, start: int, main: int) -> bool:
    """Whether a plural verb has more subjects: *hope (at home, love and peace) are*."""
    plural = sentence.low(main) in {"are", "were", "have"} and not is_plural(
        sentence.low(start - 1)
    )
    several = any(start <= comma < main - 1 for comma in sentence.commas)
    return plural and several and "and" in sentence.lows[start:main]


def _description(sentence: AnnotatedSentence) -> Iterator[Phrase]:
    """*The world's biggest consumer,* in *The world's biggest consumer, China, has said*."""
    main = sentence.main
    if main is None or len(sentence.commas) < 2 or sentence.commas[1] + 1 != main:
        return
    start = sentence.commas[0] + 1
    named = all(map(sentence.is_capital, range(start, main))) and main - start <= _LONGEST_NAME
    described = sentence.low(0) in DETERMINERS | {"one"} or sentence.words[0].endswith("'s")
    if named and described and not {"and", "or", "but"} & set(sentence.lows[:start]):
        yield Phrase(0, start, "description", 1.5)


def _office(sentence: AnnotatedSentence) -> Iterator[Phrase]:
    """*The captain of the national team* in *The captain of the national team Ann Bo retires*."""
    main = sentence.main
    if main is None or main < 3:
        return
    start = main
    while start and _is_in_name(sentence, start - 1):
        start -= 1
    low, before = sentence.low(start - 1), set(sentence.lows[:start])
    known = bool((KINDS | OFFICES) & set(sentence.lows[: min(6, main)]))
    # *The report by minister Ann Bo*: the name is not the subject.
    known = known and not (PREPOSITIONS | {"by", "to", "that", "who"}) & before
    # *Video streamer Ann Bo*, but not *The woman met Ann Bo*, *Most young Leeds fans*
    plain = not (_NO_HEAD | _QUANTIFIERS | JOINED | {"of", "by", "to"}) & before - ARTICLES
    plain = plain and not any(map(sentence.is_verb, range(start - 1)))
    if main - start >= 2 and start > 1 and (known or plain) and low not in _NO_HEAD | {"and", "by"}:
        yield Phrase(0, start, "title", 1.5)


def _is_in_name(sentence: AnnotatedSentence, place: int) -> bool:
    word = sentence.words[place]
    if place and word in NAME_PARTICLES:
        return sentence.is_capital(place - 1) or _is_in_name(sentence, place - 1)
    return word == "&" or (sentence.is_capital(place) and not word.endswith(","))


def _acts(sentence: AnnotatedSentence, place: int) -> bool:
    """Whether a verb stands here, so that the subject has ended."""
    low = sentence.low(place)
    if low in AUXILIARIES | SAYING:
        return True
    verbal = low.endswith("ed") or low not in sentence.verbs.nounish
    return low in sentence.verbs.finite and verbal and not sentence.is_capital(place)


def _modifies(sentence: AnnotatedSentence, place: int) -> bool:
    """Whether what tells more about a noun begins here."""
    low, after = sentence.low(place), sentence.low(place + 1)
    told = sentence.low(place - 1).endswith("ing")  # *ensuring that*
    clause = (
        low == "that"
        and not told
        and (after in sentence.verbs.finite or after in AUXILIARIES | {"upset"})
    )
    if (
        clause
        or low in {"who", "which", "whose"}
        or sentence.lows[place : place + 3] == ["as", "well", "as"]
    ):
        return True
    if low == "to":
        named = place + 1 < sentence.size and sentence.is_capital(place + 1)
        return after in sentence.verbs.base or after in DETERMINERS or named
    if low == "of":  # *victims (of the doctor)*, but not *thousands of*
        before = sentence.low(place - 1)
        doing = after.endswith("ing")  # *the rewards of leaving*
        return is_plural(before) and before not in _NOT_ALONE and not doing
    if low in PREPOSITIONS - SUBORDINATORS - {"between"}:
        return not sentence.counts(place)
    if sentence.is_capital(place):
        return False
    if low.endswith("ly") and place + 2 < sentence.size:
        # *a civilian allegedly killed by troops*
        return after.endswith(("ed", "en")) and _modifies(sentence, place + 1)
    followed = after in PREPOSITIONS | {"of", "to", "as"}
    if (low.endswith("ed") or low in PARTICIPLES | SAME_PAST) and followed:
        return True
    present = low.endswith("ing") and len(low) > 4
    return present and (low not in sentence.verbs.nounish or after in DETERMINERS)


def _announcements(sentence: AnnotatedSentence) -> Iterator[Phrase]:
    """*announced Wednesday it* in *Qantas announced Wednesday it will resume*."""
    main = sentence.main
    if main is None or not main:
        return
    text = " ".join(sentence.words[main:])
    match = _DECLARES.match(" " + text)
    if match:
        end = main + len(match.group().split()) + 1
        yield Phrase(main, end, "announcement", 1.0)
    match = _OWN_FIGURES.match(" " + text)
    if match and sentence.low(main - 1) in _COMPANIES:
        yield Phrase(main, main + len(match.group().split()), "announcement", 1.2)
    match = _ANNOUNCES.match(" " + text)
    reporter = is_reporter(" ".join(sentence.words[:main]))
    if match is None and (reporter or sentence.low(main - 1) in _COMPANIES):
        match = _REPORTS.match(" " + text)
    if match:
        end = main + len(match.group().split())
        rest = ["x", *sentence.words[end:]]
        low = sentence.low(end)
        if low not in _NO_SUBJECT | BELIEVING and sentence.verbs.main_verb(rest) is not None:
            yield Phrase(0, end, "announcement", 1.6)
