"""Alignment: which words of a source a summary kept, and whether its numbers and denials hold.

A word is a run of letters and digits between spaces, without the marks around it; in scripts
without spaces, a character.  Case and a final *'s* do not count.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from summ.text.languages.en import DENIALS, FUNCTION_WORDS, NEGATIONS
from summ.text.languages.language import language as language_of
from summ.text.scripts import MARKS, UNSEGMENTED

Kind = Literal["", "number", "negation"]

_CHUNK = re.compile(rf"[{UNSEGMENTED}][{MARKS}]*|[^\s{UNSEGMENTED}]+")
_CLAUSE_END = re.compile(r"[.,;:?!]\s")
_ENGLISH_DENIALS = NEGATIONS | DENIALS - {"few", "little"}


@dataclass(frozen=True)
class Stretch:
    """A piece of a text; the pieces of a text, joined, are the text.

    Attributes:
        aligned: whether its words stand in the other text, too.
        kind: what its word is: a number, a negation, or neither.
    """

    text: str
    aligned: bool
    kind: Kind


@dataclass(frozen=True)
class Check:
    """Whether a number or a negation of source or summary is as it should be.

    Attributes:
        holds: a number of the summary stands in the source; a negation of the source is not left
            out before a word that is kept, and none is added.
        note: one sentence that says so.
    """

    kind: Kind
    word: str
    holds: bool
    note: str


@dataclass(frozen=True)
class Alignment:
    """A summary beside its source."""

    source: tuple[Stretch, ...]
    summary: tuple[Stretch, ...]
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class _Word:
    """A word, where it stands, the form in which it is compared, and what it is."""

    start: int
    end: int
    key: str
    kind: Kind


def align(source: str, summary: str, language: str = "en") -> Alignment:
    """Finds the words of a summary in its source.

    The longest common runs of words first (Ratcliff and Obershelp's matching, as in ``difflib``);
    a word that then has no partner takes the nearest free one that is equal.

    Args:
        language: of both (ISO 639-1), whose negations are looked for.
    """
    denials = _denials(language)
    ours, theirs = list(_words(summary, denials)), list(_words(source, denials))
    places = _places([word.key for word in ours], [word.key for word in theirs])
    kept = {place for place in places if place >= 0}
    known = {word.key for word in theirs}
    # A word that is repeated has no second partner, but is no invention either.
    found = {position for position, word in enumerate(ours) if word.key in known}
    return Alignment(
        tuple(_stretches(source, theirs, kept)),
        tuple(_stretches(summary, ours, found)),
        (*_summary_checks(summary, ours, theirs), *_left_out(source, theirs, kept, ours)),
    )


# Of a sentence's telling words, the share that a text has which says the same.
SUPPORTED = 0.5


def support(sentence: str, sources: Sequence[str]) -> list[float]:
    """The share of a sentence's words that each source has, those without content aside."""
    keys = {word.key for word in _words(sentence, frozenset())}
    telling = keys - FUNCTION_WORDS or keys
    known = ({word.key for word in _words(source, frozenset())} for source in sources)
    return [len(telling & words) / len(telling) if telling else 0.0 for words in known]


def _denials(language: str) -> frozenset[str]:
    """The negations of a language; where it is not known, those of English."""
    own = language_of(language).negations
    return own | _ENGLISH_DENIALS if language == "en" or not own else own


def _words(text: str, denials: frozenset[str]) -> Iterator[_Word]:
    for chunk in _CHUNK.finditer(text):
        start, end = chunk.span()
        while start < end and not _belongs(text[start]):
            start += 1
        while start < end and not _belongs(text[end - 1]):
            end -= 1
        if start < end:
            key = unicodedata.normalize("NFC", text[start:end]).casefold().replace("\u2019", "'")
            key, kind = key.removesuffix("'s"), _kind(key, denials)
            yield _Word(start, end, key, kind)


def _kind(key: str, denials: frozenset[str]) -> Kind:
    if any(character.isdigit() for character in key):
        return "number"
    return "negation" if key in denials or key.endswith("n't") else ""


def _belongs(character: str) -> bool:
    """Whether a character at the edge of a word is a part of it: letters, digits, vowel signs."""
    return unicodedata.category(character)[0] in "LNM"


def _places(summary: Sequence[str], source: Sequence[str]) -> list[int]:
    """For each word of the summary its place in the source, -1 for none; no place twice."""
    places = [-1] * len(summary)
    matcher = SequenceMatcher(None, source, summary, autojunk=False)
    for block in matcher.get_matching_blocks():
        for step in range(block.size):
            places[block.b + step] = block.a + step
    free: dict[str, list[int]] = {}
    used = set(places)
    for place, key in enumerate(source):
        if place not in used:
            free.setdefault(key, []).append(place)
    last = 0
    for position, key in enumerate(summary):
        if places[position] < 0 and free.get(key):
            near = min(free[key], key=lambda place: abs(place - last))
            free[key].remove(near)
            places[position] = near
        last = max(places[position], last) if places[position] < 0 else places[position]
    return places


def _stretches(text: str, words: Sequence[_Word], aligned: set[int]) -> Iterator[Stretch]:
    """The text in pieces; what stands between two aligned words is aligned with them."""
    runs: list[tuple[str, bool, Kind]] = []

    def add(piece: str, one: bool, kind: Kind) -> None:
        if piece and runs and runs[-1][1:] == (one, kind):
            runs[-1] = (runs[-1][0] + piece, one, kind)
        elif piece:
            runs.append((piece, one, kind))

    end = 0
    for place, word in enumerate(words):
        one = place in aligned
        add(text[end : word.start], one and place - 1 in aligned, "")
        add(text[word.start : word.end], one, word.kind)
        end = word.end
    add(text[end:], False, "")
    return (Stretch(*run) for run in runs)


def _summary_checks(text: str, words: Sequence[_Word], source: Sequence[_Word]) -> Iterator[Check]:
    """Each number and negation of the summary: whether the source has it."""
    known = {word.key for word in source}
    seen: set[str] = set()
    for word in words:
        if not word.kind or word.key in seen:
            continue
        seen.add(word.key)
        shown, holds = text[word.start : word.end], word.key in known
        if word.kind == "negation" and not holds:
            holds = any(other.kind == "negation" for other in source)
        where = "stands in the text" if holds else "does not stand in the text"
        yield Check(word.kind, shown, holds, f"\u201c{shown}\u201d {where}.")


def _left_out(
    text: str, words: Sequence[_Word], kept: set[int], summary: Sequence[_Word]
) -> Iterator[Check]:
    """Each negation of the source that is left out while the word that it denies is kept."""
    for place, word in enumerate(words):
        if word.kind != "negation" or place in kept:
            continue
        for after in range(place + 1, min(place + 5, len(words))):
            denied = words[after]
            if _CLAUSE_END.search(text[words[after - 1].end : denied.start]):
                break
            if denied.key in FUNCTION_WORDS:
                continue
            if after in kept or any(_inflected(denied.key, ours.key) for ours in summary):
                shown, what = text[word.start : word.end], text[denied.start : denied.end]
                note = f"\u201c{shown}\u201d before \u201c{what}\u201d is left out."
                yield Check("negation", shown, False, note)
            break


def _inflected(one: str, other: str) -> bool:
    """Whether two words differ by an ending only, such as *approve* and *approved*."""
    same = next((k for k, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    same = min(len(one), len(other)) if same is None else same
    return same >= 4 and same >= max(len(one), len(other)) - 3
