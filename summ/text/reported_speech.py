"""Who says something in an English sentence, as far as a line can do without it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from summ.text.annotated_sentence import AnnotatedSentence
from summ.text.languages.en import DENIALS
from summ.text.languages.en_phrases import AUXILIARIES, BELIEVING, SAME_PAST, SAYING
from summ.text.languages.tables import table
from summ.text.phrase import Phrase

DAY = r"(?:[Mm]on|[Tt]ues|[Ww]ednes|[Tt]hurs|[Ff]ri|[Ss]atur|[Ss]un)day"
_SAID_BEFORE = re.compile(
    r"^((?P<speaker>[^,\"“”]{3,70}?) (?:said|says|say|announced|announces|reported|reports|report|"
    r"confirmed|confirms|concluded|concludes|indicated|indicates|warned|warns|warn|revealed|reveals|showed|"
    r"shows|show|found|finds|told \w+)"
    rf"(?: (?:in|on|at) (?:a|an|the) [a-z]+)?(?: (?:on )?{DAY})?(?: that (?=\S)"
    r"| (?=(?:a|an|the|at least|up to|about|more than|some|two|three|four|five|six|seven"
    r"|\d[\d,]*) )))"
)
# Whom a headline need not name for what they report.
_SPEAKERS = re.compile(
    r"(?i)\b(?:police|officials?|authorit|minist|government|report|study|research|scientists|court|"
    r"data|figures|survey|poll|company|bank|sources?|military|army|agency|department|officers|"
    r"prosecutors|spokes|statement|doctors|media|news|television|state|coast guard|commission|"
    r"council|bureau|centers? for|association|institute|observatory|monitor|organi[sz]ation|filing|"
    r"documents?|experts|witness|group)"
)
_DECLARING = table("said says say announced announces confirmed confirms")
_PLEDGING = table("plans plan wants want hopes hope intends intend expects expect")
# Behind *is* or *are*: what somebody knows best of himself.
_RESOLVED = table(
    "to willing ready set planning considering confident prepared pleased looking going hoping "
    "happy keen seeking working determined delighted proud"
)


def is_reporter(text: str) -> bool:
    """Whether a line need not name whoever this is: police, a study, a company."""
    return _SPEAKERS.search(text) is not None


def attributions(sentence: AnnotatedSentence) -> Iterator[Phrase]:
    """*Police said on Monday that*, *, police said*, *according to figures*."""
    text = " ".join(sentence.words)
    match = _SAID_BEFORE.match(text)
    if match and is_reporter(match["speaker"]) and not _says_more(sentence, match["speaker"]):
        yield Phrase(0, text.count(" ", 0, match.end()), "says_before", 2.0)
    if sentence.commas:
        start = sentence.commas[-1] + 1
        tail = sentence.lows[start:]
        quoted = any('"' in word or "”" in word for word in sentence.words[start:])
        clause = {"who", "which", "and", "but", "as", "after", "with"}
        fits = 2 <= len(tail) <= 12 and not quoted and tail[0] not in clause
        if fits and SAYING & set(tail) and not DENIALS & set(tail):
            yield Phrase(start, sentence.size, "says_after", 0.2)
    for place in range(2, sentence.size - 1):
        if sentence.low(place) == "according" and sentence.low(place + 1) == "to":
            end = next((comma + 1 for comma in sentence.commas if comma > place), sentence.size)
            yield Phrase(place, end, "according", 0.2)


def _says_more(sentence: AnnotatedSentence, speaker: str) -> bool:
    """Whether a verb stands among the words before *reports*: *Bo plays down reports that*."""
    main, size = sentence.main, speaker.count(" ") + 1
    if main is None or main >= size:
        return False
    return main < size - 1 or sentence.low(main) not in AUXILIARIES


def intentions(sentence: AnnotatedSentence) -> Iterator[Phrase]:
    """*has said he* in *The minister has said he will resign*.

    What somebody will do or wants he knows best himself, and a company what it has done; what they
    say of anything else stays theirs.
    """
    for place in range(1, sentence.size - 3):
        start = place - (sentence.low(place - 1) in {"has", "have"})
        if sentence.low(place) not in _DECLARING or sentence.main != start or not start:
            continue
        pronoun = place + 1 + (sentence.low(place + 1) == "that")
        verb, further = sentence.low(pronoun + 1), sentence.low(pronoun + 2)
        resolved = verb in {"is", "are"} and further in _RESOLVED
        if sentence.low(pronoun) not in {"he", "she", "it", "they"}:
            continue
        own = sentence.low(pronoun) == "it" and _acts(sentence, pronoun + 1)
        if verb == "will" or verb in _PLEDGING or resolved or own:
            yield Phrase(start, pronoun + 1, "intention", 0.3)


def _acts(sentence: AnnotatedSentence, place: int) -> bool:
    """Whether somebody has done something: *has acquired*, *agreed to buy*, *is raising prices*."""
    low, further = sentence.low(place), sentence.low(place + 1)
    if low in {"has", "is"}:
        wanted = "ing" if low == "is" else "ed"
        return further.endswith(wanted) and not {"not", "no"} & set(sentence.lows[place:])
    past = low.endswith("ed") or low in SAME_PAST
    return past and low in sentence.verbs.finite and low not in SAYING | BELIEVING
