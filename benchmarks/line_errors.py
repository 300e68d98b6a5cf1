"""Lines with errors that nobody had to label: what judges of completeness and truth learn from.

A whole line is one that a person wrote, or what a sentence leaves without its dispensable phrases.
A broken one is made of it.  Each error is made of as many lines as another, and of each register
and number of words there are as many whole lines as broken ones; nothing ends with a mark.  So
neither length nor register nor punctuation tells one from the other.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from summ.text.languages.en_phrases import (
    AUXILIARIES,
    BE,
    DETERMINERS,
    MODALS,
    PREPOSITIONS,
    SUBORDINATORS,
)
from summ.text.languages.tables import table
from summ.text.shortenings import looks_complete, shortest_loss
from summ.text.verbs import VerbLexicon, bare

WHOLE = "whole"
_FEWEST, _MOST = 3, 12  # words of a line
_LONGEST = 45  # words of a sentence
_FRAMES = PREPOSITIONS | SUBORDINATORS | table("and but or who which that to of")
_SPARED = DETERMINERS & table("a an the")
_DENYING = ("denied that", "rejected claims that", "dismissed reports that", "denies that")
_SAYERS = ("The minister", "The company", "The club", "Police", "The president", "Officials")
_DENIALS = table("not n't never no neither nor without cannot hardly")
_LIMITS = re.compile(
    r"\b(?:some of|half of|most of|one of|many of|nearly|almost|about|around|at least|up to"
    r"|could|may|might|would|should|is to|are to|plans? to|planned to|hopes? to|wants? to"
    r"|threatens? to|threatened to|failed to|fails to|refused to|refuses to|tried to|tries to"
    r"|expected to|likely to|accused of|suspected of|alleged to|charged with|a third of"
    r"|allegedly|possible|alleged|suspected|proposed|planned|claims?|former|reportedly)\s",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Example:
    """A line that is whole, or has an error.

    Attributes:
        source: the sentence that it is said of; empty if the line stands alone.
        register: headline, sentence or shortening; examples are balanced within it.
        kind: ``WHOLE``, or the name of the error.
    """

    source: str
    line: str
    register: str
    kind: str


Words = list[str]
_Group = tuple[list[Example], list[Example]]  # whole, broken
Break = Callable[[Words, "Broken"], Words | None]


@dataclass(frozen=True)
class Broken:
    """What a line can be broken with: a lexicon, other lines, and chance."""

    verbs: VerbLexicon
    others: Sequence[Words]
    rng: random.Random

    def other(self) -> Words:
        return self.rng.choice(self.others)


# Errors of completeness.


def cut(words: Words, by: Broken) -> Words | None:
    """Ends at a random word, where no sentence can be seen to end."""
    if len(words) < _FEWEST + 2:
        return None
    end = by.rng.randint(_FEWEST, len(words) - 1)
    framed = bare(words[end]) in _FRAMES or words[end - 1].endswith((",", ";", ":"))
    if framed and (by.rng.random() < 0.5 or looks_complete(words[:end], words, by.verbs)):
        return None
    return words[:end]


def bare_subject(words: Words, by: Broken) -> Words | None:
    """The subject alone."""
    main = by.verbs.main_verb(words)
    return words[:main] if main is not None and main >= _FEWEST else None


def no_verb(words: Words, by: Broken) -> Words | None:
    """The main verb is missing, with its auxiliaries."""
    main = by.verbs.main_verb(words, lenient=True)
    if main is None or main + 2 > len(words):
        return None
    end = main + 1
    while end < len(words) - 1 and bare(words[end]) in AUXILIARIES | BE | MODALS:
        end += 1
    if bare(words[main]) in AUXILIARIES | BE | MODALS and bare(words[end]).endswith(("ed", "ing")):
        end += 1  # without it, a headline
    return [*words[:main], *words[end:]] if end < len(words) else None


def no_object(words: Words, by: Broken) -> Words | None:
    """The verb's object is missing: up to the next preposition."""
    main = by.verbs.main_verb(words)
    if main is None or main + 2 >= len(words) or bare(words[main]) in AUXILIARIES | BE | MODALS:
        return None
    if bare(words[main + 1]) not in DETERMINERS and not words[main + 1][:1].isdigit():
        return None
    rest = next((k for k in range(main + 2, len(words)) if bare(words[k]) in _FRAMES), len(words))
    return [*words[: main + 1], *words[rest:]]


def tail(words: Words, by: Broken) -> Words | None:
    """One to three words of another line behind the last."""
    other = by.other()
    start = by.rng.randrange(max(1, len(other) - 2))
    return [*words, *other[start : start + by.rng.randint(1, 3)]]


def run_on(words: Words, by: Broken) -> Words | None:
    """The beginning of another line follows."""
    return [*words, *by.other()[: by.rng.randint(1, 4)]]


def jump(words: Words, by: Broken) -> Words | None:
    """The beginning of a line and the end of another."""
    other = by.other()
    if len(words) < 4 or len(other) < 4:
        return None
    return [
        *words[: by.rng.randint(2, len(words) - 1)],
        *other[by.rng.randint(1, len(other) - 1) :],
    ]


def dropped_span(words: Words, by: Broken) -> Words | None:
    """One to four words within are missing, of no whole phrase."""
    if len(words) < 6:
        return None
    start = by.rng.randint(1, len(words) - 3)
    end = min(len(words) - 1, start + by.rng.randint(1, 4))
    lost = [bare(word) for word in words[start:end]]
    phrase = lost[0] in PREPOSITIONS and bare(words[end]) in _FRAMES
    if phrase or set(lost) <= _SPARED or (len(lost) == 1 and lost[0] not in _FRAMES):
        return None
    return [*words[:start], *words[end:]]


INCOMPLETE: dict[str, Break] = {
    "cut": cut,
    "bare_subject": bare_subject,
    "no_verb": no_verb,
    "no_object": no_object,
    "tail": tail,
    "run_on": run_on,
    "jump": jump,
    "dropped_span": dropped_span,
}


def completeness_examples(
    headlines: Iterable[str], sentences: Iterable[str], verbs: VerbLexicon, rng: random.Random
) -> Iterator[Example]:
    """Whole and broken lines that stand alone, not yet balanced."""
    bases: list[tuple[str, Words]] = [("headline", line) for line in map(_plain, headlines) if line]
    for sentence in sentences:
        words = _plain(sentence)
        if words is None:
            continue
        if _FEWEST < len(words) <= _MOST + 1:
            bases.append(("sentence", words))
        elif len(words) <= _LONGEST:
            short = shortest_loss(" ".join(words), rng.randint(8, _MOST), verbs)
            if short is not None:
                bases.append(("shortening", short.split()))
    rng.shuffle(bases)
    others: dict[str, list[Words]] = defaultdict(list)
    for register, words in bases:
        others[register].append(words)
    kinds = list(INCOMPLETE.items())
    for register, words in bases:
        spared = register != "headline" and rng.random() < 0.5
        said = _telegraphed(words, rng) if spared else words
        yield Example("", " ".join(said), register, WHOLE)
        by = Broken(verbs, others[register], rng)
        for kind, broken in rng.sample(kinds, 3):
            made = broken(words, by)
            if made is not None and made != words:
                said = (
                    _telegraphed(made, rng)
                    if said is not words and register != "headline"
                    else made
                )
                yield Example("", " ".join(said), register, kind)


def _telegraphed(words: Words, rng: random.Random) -> Words:
    """As a headline spares words: no articles, fewer auxiliaries."""
    kept = []
    for place, word in enumerate(words):
        after = bare(words[place + 1]) if place + 1 < len(words) else ""
        passive = bare(word) in BE | {"has", "have"} and after.endswith(("ed", "ing", "en"))
        if bare(word) in _SPARED or (place and passive and rng.random() < 0.5):
            continue
        kept.append(word)
    return kept


def _plain(line: str) -> Words | None:
    """The words of a line of prose without its last mark; None of what is no such line."""
    if re.search(r"[|@#\"“”;:?!()\[\]]|--|http|\.\.\.", line):
        return None
    words = line.strip().rstrip(" .").split()
    return words if len(words) > _FEWEST else None


# Errors of truth: what a line says of its sentence.


def swapped_names(words: Words, source: Words, by: Broken) -> Words | None:
    """A name stands where the sentence has another."""
    return _swapped(words, source, by, lambda word: word[:1].isupper() and word[1:2].islower(), 1)


def swapped_numbers(words: Words, source: Words, by: Broken) -> Words | None:
    """A number stands where the sentence has another."""
    return _swapped(words, source, by, lambda word: word.strip("$£€")[:1].isdigit(), 0)


def _swapped(
    words: Words, source: Words, by: Broken, fits: Callable[[str], bool], first: int
) -> Words | None:
    places = [k for k in range(first, len(words)) if fits(words[k])]
    if not places:
        return None
    place = by.rng.choice(places)
    others = [w.strip(",.") for w in source[1:] if fits(w) and bare(w) != bare(words[place])]
    if not others:
        return None
    new, old = by.rng.choice(others), words[place].strip(",.")
    return [new if k == place else old if w.strip(",.") == new else w for k, w in enumerate(words)]


def merged_clauses(words: Words, source: Words, by: Broken) -> Words | None:
    """The subject of one clause with the predicate of another."""
    main = by.verbs.main_verb(source)
    if main is None or main < 1:
        return None
    verbs = [
        k
        for k in range(main + 3, len(source) - 1)
        if bare(source[k]) in by.verbs.finite and bare(source[k - 1]) not in _FRAMES
    ]
    if not verbs:
        return None
    start = by.rng.choice(verbs)
    room = max(3, len(words) - main)
    return [*source[max(0, main - 6) : main], *source[start : start + room]]


def jumped_phrases(words: Words, source: Words, by: Broken) -> Words | None:
    """Words up to a preposition, and what follows a later one."""
    places = [k for k in range(2, len(source) - 1) if bare(source[k]) in PREPOSITIONS]
    if len(places) < 2:
        return None
    here, there = sorted(by.rng.sample(places, 2))
    line = [*source[: here + 1], *source[there + 1 : there + 5]]
    return line if there - here > 2 and len(line) <= _MOST else None


def lost_denial(words: Words, source: Words, by: Broken) -> Words | None:
    """A denial is missing."""
    kept = [word for word in words if bare(word) not in _DENIALS]
    kept = [word[:-3] if word.endswith(("n't", "n’t")) else word for word in kept]
    return kept if kept != words else None


def lost_scope(words: Words, source: Words, by: Broken) -> Words | None:
    """What only may be, or holds of some, is said of all."""
    found = list(_LIMITS.finditer(" ".join(words) + " "))
    if not found:
        return None
    taken = by.rng.choice(found)
    text = " ".join(words)
    return (text[: taken.start()] + text[taken.end() :]).split()


UNTRUE: dict[str, Callable[[Words, Words, Broken], Words | None]] = {
    "swapped_names": swapped_names,
    "swapped_numbers": swapped_numbers,
    "merged_clauses": merged_clauses,
    "jumped_phrases": jumped_phrases,
    "lost_denial": lost_denial,
    "lost_scope": lost_scope,
}
LOST_ATTRIBUTION = "lost_attribution"


def truth_examples(
    sentences: Iterable[str], verbs: VerbLexicon, rng: random.Random
) -> Iterator[Example]:
    """Sentences, and lines that are true or untrue of them, not yet balanced."""
    by = Broken(verbs, [], rng)
    for sentence in sentences:
        source = sentence.strip().rstrip(" .").split()
        if not _MOST < len(source) <= _LONGEST:
            continue
        short = shortest_loss(sentence, rng.randint(7, _MOST), verbs)
        if short is None:
            continue
        words = short.split()
        if rng.random() < 0.1:
            denied = f"{rng.choice(_SAYERS)} {rng.choice(_DENYING)}".split()
            low = [words[0].lower() if bare(words[0]) in DETERMINERS else words[0], *words[1:]]
            behind = [source[0].lower() if bare(source[0]) in DETERMINERS else source[0]]
            text = " ".join([*denied, *behind, *source[1:]])
            if len(denied) + len(low) <= _MOST:
                yield Example(text, " ".join([*denied, *low]), "shortening", WHOLE)
            yield Example(text, " ".join(words), "shortening", LOST_ATTRIBUTION)
            continue
        yield Example(sentence, short.rstrip("."), "shortening", WHOLE)
        for kind, broken in rng.sample(list(UNTRUE.items()), 4):
            made = broken(words, source, by)
            if made is not None and _FEWEST <= len(made) <= _MOST and made != words:
                yield Example(sentence, " ".join(made).rstrip(".,"), "shortening", kind)


def balanced(examples: Iterable[Example], rng: random.Random) -> list[Example]:
    """As many whole lines as broken ones of each register and number of words, shuffled."""
    groups: dict[tuple[str, int], tuple[list[Example], list[Example]]] = defaultdict(
        lambda: ([], [])
    )
    for one in examples:
        words = len(one.line.split())
        if _FEWEST <= words <= _MOST:
            groups[one.register, words][one.kind != WHOLE].append(one)
    kept = []
    for whole, broken in groups.values():
        count = min(len(whole), len(broken))
        kept += rng.sample(whole, count) + rng.sample(broken, count)
    rng.shuffle(kept)
    return kept
