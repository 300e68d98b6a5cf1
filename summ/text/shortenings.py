"""Shortenings of an English sentence: what is left when dispensable phrases are left out.

Only what surely looks like a complete sentence counts; of many sentences there is none.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from summ.text.languages.en_phrases import (
    AUXILIARIES,
    BE,
    COMPLETE_ALONE,
    CONDITIONS,
    DASHES,
    DETERMINERS,
    PREPOSITIONS,
    RELATIVES,
    SUBORDINATORS,
    UNFIT_TO_BEGIN,
)
from summ.text.languages.tables import table
from summ.text.phrase import Phrase
from summ.text.phrases import phrases
from summ.text.verbs import VerbLexicon, bare

_FEWEST = 4  # words of a sentence
_MOST_PHRASES = 6  # that are left out of one sentence
_STATES = 120  # shortenings that are looked at
_WORTH_OF_COST = 1.2  # words, of each unit of what phrases cost
_SENTENCE_VERBS = ("said", "says", "say", "warns", "warn")
_UNFIT_TO_END = (
    (DETERMINERS - {"that", "this", "her"})
    | (PREPOSITIONS - {"before", "after", "over", "around", "inside", "outside", "within", "by"})
    | (SUBORDINATORS - {"before", "after", "since", "though"})
    | RELATIVES
    | (CONDITIONS - {"without"})
    | AUXILIARIES
    | BE
    | table("of to into onto and or but nor than such so very more most including per")
)
_OPEN = table(
    "said says told announced warned called due able likely set ready part time expected based "
    "used aimed linked related according much many other own same still also already yet either "
    "however really just always never often"
)
_OPEN_BEHIND_VERB = table("first now both then again")
_HALF_PREPOSITIONS = table(
    "connection response favour favor terms addition charge need search wake case line spite front "
    "top result"
)


@dataclass(frozen=True)
class Shortening:
    """A sentence with phrases left out, and what these cost together."""

    text: str
    cost: float


def shortenings(
    sentence: str, words: int, verbs: VerbLexicon, core: bool = False
) -> list[Shortening]:
    """Complete sentences of at most so many words within a sentence; itself if it fits.

    Args:
        core: whether also what only the core of a sentence does without is left out; what remains
            may then be incomplete, since its head may do.
    """
    whole = sentence.rstrip(" .").split()
    todo = deque([(whole, 0.0, 0)])
    seen = {" ".join(whole)}
    found: list[Shortening] = []
    while todo and len(seen) < _STATES:
        kept, cost, steps = todo.popleft()
        if len(kept) <= words and (steps == 0 or core or looks_complete(kept, whole, verbs)):
            found.append(Shortening(" ".join(kept), cost))
        for phrase in phrases(kept, verbs, core) if steps < _MOST_PHRASES else ():
            rest = without(kept, phrase)
            text = " ".join(rest)
            if len(rest) >= _FEWEST and text not in seen:
                seen.add(text)
                todo.append((rest, cost + phrase.cost, steps + 1))
    return found


def shortest_loss(sentence: str, words: int, verbs: VerbLexicon) -> str | None:
    """Of the shortenings that fit the one that keeps most for what it leaves out, if any."""
    found = shortenings(sentence, words, verbs)
    if not found:
        return None
    return max(found, key=lambda one: len(one.text.split()) - _WORTH_OF_COST * one.cost).text


def without(words: Sequence[str], phrase: Phrase) -> list[str]:
    """The words without a phrase: its commas gone, a capital at the beginning."""
    kept, rest = list(words[: phrase.start]), list(words[phrase.end :])
    if not rest and kept:
        kept[-1] = kept[-1].rstrip(",;:")
    elif not kept and rest:
        rest[0] = rest[0][:1].upper() + rest[0][1:]
        if phrase.kind == "description":  # *The biggest consumer, China, has*
            comma = next(place for place, word in enumerate(rest) if word.endswith(","))
            rest[comma] = rest[comma].removesuffix(",")
    elif phrase.kind == "aside":
        kept[-1] = kept[-1].removesuffix(",")
    elif words[phrase.end - 1].endswith(","):
        if phrase.kind in {"relative", "according"}:
            kept[-1] = kept[-1].removesuffix(",")
        elif phrase.kind == "time" and not kept[-1].endswith(","):
            kept[-1] += ","
    return kept + rest


def looks_complete(words: Sequence[str], whole: Sequence[str], verbs: VerbLexicon) -> bool:
    """Whether words of a sentence surely look like a sentence of their own.

    Args:
        words: in the order of the sentence.
        whole: the sentence that they are of.
    """
    lows = [bare(word) for word in words]
    if len(words) < _FEWEST or lows[0] in UNFIT_TO_BEGIN:
        return False
    if {"which", "where", "whose", "when", "while"} & set(lows[1:3]):
        return False
    if not _ends_well(words, lows) or _ends_within_name(words[-1], whole):
        return False
    if _is_half_a_preposition(lows, whole):
        return False
    if not _marks_pair(words) or _is_half_a_list(words, lows):
        return False
    main = verbs.main_verb(words)
    if main is None and verbs.main_verb(whole) is None:
        main = verbs.main_verb(words, lenient=True)
    if main is None or (main + 1 >= len(words) and lows[main] not in COMPLETE_ALONE):
        return False
    return _clauses_have_verbs(words, lows, verbs)


def _ends_well(words: Sequence[str], lows: Sequence[str]) -> bool:
    last, before = lows[-1], lows[-2]
    if last == "time" and len(lows) > 3 and (before == "all" or lows[-3] in {"the", "for"}):
        return True  # *for the fourth time*, *the worst of all time*
    if last in _UNFIT_TO_END | _OPEN or last.endswith("'s"):
        return False
    if words[-1].endswith((",", ";", ":")) or words[-1] in DASHES:
        return False
    if last.endswith("ly") and before in BE:
        return False
    return not (last in _OPEN_BEHIND_VERB and before in BE | AUXILIARIES)


def _is_half_a_preposition(lows: Sequence[str], whole: Sequence[str]) -> bool:
    """Whether the last bare words are half of *in the wake of*, *in line with*, *on top of*."""
    last, before = lows[-1], lows[-2]
    if last not in _HALF_PREPOSITIONS or before not in {"in", "as", "the", "a", "on"}:
        return False
    behind = {after for word, after in pairwise(map(bare, whole)) if word == last}
    return not behind or bool(behind & {"of", "to", "with", "for", "that"})


def _ends_within_name(last: str, whole: Sequence[str]) -> bool:
    """Whether the last word has a capital, and the next one of the sentence, too."""
    if not last[:1].isupper():
        return False
    bared = last.rstrip(".,")
    place = next((k for k, word in enumerate(whole) if word.rstrip(".,") == bared), None)
    if place is None or place + 1 >= len(whole) or whole[place].endswith((",", ".")):
        return False
    return whole[place + 1][:1].isupper()


def _marks_pair(words: Sequence[str]) -> bool:
    """Whether quotation marks and brackets come in pairs."""
    text = " ".join(words)
    if text.count('"') % 2 or text.count("“") != text.count("”"):
        return False
    if text.count("(") != text.count(")"):
        return False
    opened = any(word.startswith(("'", "‘")) for word in words)
    return not opened or any(word.rstrip(",.").endswith(("'", "’")) for word in words)


def _is_half_a_list(words: Sequence[str], lows: Sequence[str]) -> bool:
    """Whether there are commas but no conjunction, and not only as in *Lyon, France*."""
    if {"and", "but", "or"} & set(lows):
        return False
    commas = [place for place, word in enumerate(words[:-1]) if word.endswith(",")]
    return not all(
        (words[k][:1].isupper() and words[k + 1][:1].isupper()) or _adds(lows[k + 1])
        for k in commas
    )


def _adds(low: str) -> bool:
    """Whether a word behind a comma tells more of what stands before it."""
    gerund = low.endswith("ing") and low != "according"
    return gerund or low in PREPOSITIONS | SUBORDINATORS | {"which", "who"}


def _clauses_have_verbs(words: Sequence[str], lows: Sequence[str], verbs: VerbLexicon) -> bool:
    """Whether what follows *that* or *says* is a clause."""
    if "that" in lows[:-1]:
        place = lows.index("that")
        clause = words[place:]
        said = lows[place - 1] in verbs.finite or lows[place - 1] in verbs.base
        if (said and verbs.main_verb(clause) is None) or not verbs.has_finite_verb(clause):
            return False
    for verb in _SENTENCE_VERBS:
        place = lows.index(verb) if verb in lows[1:-1] else 0
        if not place or lows[place + 1] in PREPOSITIONS | {"no", "yes", "that", "goodbye"}:
            continue
        if verbs.main_verb(words[place:]) is None:
            return False
    return True
