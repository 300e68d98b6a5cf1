"""Folding: the one form in which texts reach the networks, and the way back.

``fold`` turns natural text and Gigaword-style text into the same canonical tokens: split as
in the Penn Treebank (``Japan's`` becomes ``japan 's``), lower-case, every digit a ``#``.
Text that was tokenised before comes out as it went in.  ``unfold`` gives the words of a summary
their case, digits and spacing back, by finding each of them in the source.

Scripts without spaces (Han, kana, Thai, ...) are split into characters, so that a *word* is a
character there.  Folding a folded text changes nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from summ.text.accents import without_accents
from summ.text.languages.en import ABBREVIATIONS
from summ.text.scripts import CJK_PUNCTUATION, MARKS, UNSEGMENTED

_HARD = r"\u2014\u2015\u2026\u201e\u00ab\u00bb\u2022\"()\[\]{};!?"
# Cut the text at characters that never stand inside a word.  Every match, alone, matches itself.
_COARSE = re.compile(
    rf"""
      (?<!\S)-[lr][rcs]b-(?!\S)                      # brackets of the Penn Treebank
    | (?:https?://|www\.)[^\s"()<>]*[^\s"()<>.,:;!?'%]  # addresses
    | <[\w.#]{{1,12}}>                               # tickers, and <unk>
    | [{UNSEGMENTED}{CJK_PUNCTUATION}][{MARKS}]*  # characters that are words
    | \.{{2,}} | -{{2,}} | `` | '' | [{_HARD}]
    | (?: (?!\.\.|--|``|'')
          [^\s{_HARD}{UNSEGMENTED}{CJK_PUNCTUATION}] )+
    """,
    re.VERBOSE,
)

# What remains after the coarse cut and is one token although a rule below would cut it.
_ATOM = re.compile(
    rf"""
      '(?:s|re|ve|ll|d|m|n'|em|tis|twas|\#+s?) | n't | <[^\s<>]{{1,12}}> | -[lr][rcs]b-
    | [^\W\d_]\. | (?:\S+-)?(?:[^\W\d_]\.){{2,}}       # j. and u.s. and stocks-u.s.
    | (?:{ABBREVIATIONS})\.
    | (?:https?://|www\.)\S+
    """,
    re.VERBOSE,
)

# Places where a word is cut in two: before the match, or behind it when it begins the word.
_CUTS = tuple(
    re.compile(rule)
    for rule in (
        r"(?<=.)(?=[,:.]$)",
        r"[,:](?!\#)|(?<!\#)[,:]",  # commas and colons that are not inside a number
        r"(?<=.)(?=%)|(?<=%)(?=.)|(?<=\#)(?=[$£€¥₹]$)|(?<=[$£€¥₹])(?=.)",
        r"^['`](?=.)|^[*|/~=<>](?=.)",
        r"^-(?=[^\W\d_])",
        r"(?<=.)(?=(?:n't|'(?:s|re|ve|ll|d|m))$)",
        r"(?<=.)(?=['*|/~=<>]$)",
    )
)

_CANONICAL = {
    "-lrb-": "(",
    "-rrb-": ")",
    "-lsb-": "[",
    "-rsb-": "]",
    "-lcb-": "{",
    "-rcb-": "}",
    "``": '"',
    "''": '"',
    "\u201e": '"',
    "\u00ab": '"',
    "\u00bb": '"',
    "\u2014": "--",
    "\u2015": "--",
    "\u2026": "...",
    "<unk>": "unk",
}

# Marks that stand alone only where text was tokenised before, and marks that then never touch.
_STANDS_ALONE = frozenset(
    {",", ".", ";", ":", "?", "!", "'s", "n't", "'", '"', "``", "''", "(", ")", "-lrb-", "-rrb-"}
)
_TOUCHES = re.compile(
    r"[\w%)\"'.][,;:?!](?:\s|$)|\w'(?:s|re|ve|ll|d|m)(?:\s|$)|[^\W\d_]n't(?:\s|$)"
    r"|[\w.,?!]\"(?:\s|$)|(?:^|\s)[\"(]\w"
)
_TOUCHING_STOP = re.compile(r"[^\W\d_]{4,}\.(?:\s|$|\")")

CLOSING = frozenset(
    {",", ".", ";", ":", "?", "!", ")", "]", "}", "%", "'", "...", "\u3001", "\u3002", "\uff0c"}
    | {"'s", "n't", "'re", "'ve", "'ll", "'d", "'m"}
)
OPENING = frozenset({"(", "[", "{", "$", "£", "€", "¥", "₹", "us$"})
_SENTENCE_END = frozenset({".", "?", "!", ":", "--", '"', "..."})
_CHARACTER = re.compile(rf"[{UNSEGMENTED}{CJK_PUNCTUATION}]")
_Result = TypeVar("_Result")
_LONGEST_WORD = 100  # longer runs without a space are left whole: cutting them serves nobody


class _CleanTable(dict[int, int | str | None]):
    """Drops invisible characters; control characters become spaces, half surrogates U+FFFD."""

    def __missing__(self, code: int) -> int | str | None:
        kind = unicodedata.category(chr(code))
        value: int | str | None = code
        if kind == "Cc":
            value = " "
        elif kind == "Cs":
            value = "\ufffd"
        elif kind == "Cf" and code not in (0x200C, 0x200D):
            value = None
        self[code] = value
        return value


class _ShapeTable(dict[int, int]):
    """Lower case, ``#`` for digits, plain quotes and hyphens; never changes the length."""

    def __missing__(self, code: int) -> int:
        character = chr(code)
        lower = character.lower()
        value = code
        if character.isdecimal():
            value = ord("#")
        elif character in "\u2018\u2019\u201b\u2032":
            value = ord("'")
        elif character in "\u201c\u201d\u2033":
            value = ord('"')
        elif character in "\u2010\u2011\u2012\u2013\u2212":
            value = ord("-")
        elif character == "\u2581":  # SentencePiece's mark, nobody's letter
            value = ord("_")
        elif len(lower) == 1:
            value = ord(lower)
        self[code] = value
        return value


_CLEAN = _CleanTable()
_SHAPE = _ShapeTable()
# Latin and Cyrillic letters, punctuation and currencies: composed, visible, and in lower case as
# long, wherever they stand.
_ORDINARY = re.compile(
    r"[\t-\r\x1c-\x7e\x85\xa0-\xac\xae-\u012f\u0131-\u024f\u0400-\u04ff\u1e00-\u1eff"
    r"\u2010-\u2027\u2030-\u205e\u20a0-\u20bf]*"
)
# As ``_SHAPE`` has them.
_ORDINARY_SHAPE = [(digit, "#") for digit in "0123456789"] + [
    (character, chr(_SHAPE[ord(character)]))
    for character in "\u2018\u2019\u201b\u2032\u201c\u201d\u2033\u2010\u2011\u2012\u2013"
]
_ENTITY = re.compile(r"&(?:amp;)+", re.IGNORECASE)
_SLASH = re.compile(r"(?<!\\)\\+/")


@dataclass(frozen=True)
class Folded:
    """A text as the networks read it, and what is needed to write in its manner.

    Attributes:
        tokens: canonical words.
        surfaces: the same words as the source writes them (composed Unicode).
        glued: True where the source has no space before the word; False for the first.
    """

    tokens: tuple[str, ...]
    surfaces: tuple[str, ...]
    glued: tuple[bool, ...]

    @property
    def text(self) -> str:
        """The canonical words with one space between them."""
        return " ".join(self.tokens)


def fold(text: str, accents: bool = True) -> Folded:
    """The canonical form of any text; ``fold(fold(text).text).text == fold(text).text``.

    Args:
        accents: whether canonical words keep the accents of Latin letters.
    """
    clean, shape = _shapes(text)
    runs = shape.split()
    parts = [(run,) for run in runs] if _is_tokenised(runs) else _parts(runs)
    tokens = [_CANONICAL.get(part, part) for cut in parts for part in cut]
    surfaces: list[str] = []
    glued: list[bool] = []
    # Shapes have spaces where the text has some.
    for written, cut in zip(clean.split(), parts, strict=True):
        start = 0
        for part in cut if len(cut) > 1 else ():
            surfaces.append(written[start : start + len(part)])
            glued.append(start > 0)
            start += len(part)
        if not start:
            surfaces.append(written)
            glued.append(False)
    tokens = tokens if accents else [*map(without_accents, tokens)]
    return Folded(tuple(tokens), tuple(surfaces), tuple(glued))


def folded_text(text: str) -> str:
    """The same as ``fold(text).text``, in a quarter of the time."""
    runs = _shapes(text)[1].split()
    if _is_tokenised(runs):
        return " ".join([_CANONICAL.get(run, run) for run in runs])
    folded = " ".join(map(_joined, runs))
    return f"{folded[:-1]} ." if folded == "no." or folded.endswith(" no.") else folded


def is_tokenised(text: str) -> bool:
    """Whether somebody split off the punctuation of a text before us, as in Gigaword."""
    return _is_tokenised(_shapes(text)[1].split())


def _shapes(text: str) -> tuple[str, str]:
    """The cleaned text and its lower-case digitless shape, of equal length."""
    # Python translates ASCII fast and all else character by character.
    ordinary = not text.isascii() and _ORDINARY.fullmatch(text) is not None
    clean = text if ordinary else text.translate(_CLEAN)
    if "&" in clean:
        clean = _ENTITY.sub("&", clean)
    if "\\" in clean:
        clean = _SLASH.sub("/", clean)
    if ordinary:
        shape = clean.lower()
        for character, other in _ORDINARY_SHAPE:
            shape = shape.replace(character, other)
        return clean, shape
    clean = unicodedata.normalize("NFC", clean)
    shape = clean.translate(_SHAPE)
    if not unicodedata.is_normalized("NFC", shape):
        # A few letters have a composed form in lower case only; then the case is given up.
        clean = shape = unicodedata.normalize("NFC", shape)
    return clean, shape


def _is_tokenised(runs: list[str]) -> bool:
    """Whether somebody split off the punctuation before us, given what stands between spaces."""
    if _STANDS_ALONE.isdisjoint(runs) or any(map(_touches, runs)):
        return False
    # Where a full stop stands alone, one that touches a word belongs to an abbreviation.
    return "." in runs or not any(map(_has_touching_stop, runs))


def _parts(runs: list[str]) -> list[tuple[str, ...]]:
    """What is cut off from what within runs of characters without a space."""
    parts = [*map(_cut_up, runs)]
    if parts and parts[-1][-1] == "no.":  # "He said no." but "the No. 1 of ..."
        parts[-1] = (*parts[-1][:-1], "no", ".")
    return parts


def _remembered(function: Callable[[str], _Result]) -> Callable[[str], _Result]:
    """The same function of a run of characters: most runs are words, which come again."""
    known = lru_cache(maxsize=1 << 16)(function)
    return lambda run: known(run) if len(run) <= _LONGEST_WORD else function(run)


@_remembered
def _touches(run: str) -> bool:
    return _TOUCHES.search(run) is not None


@_remembered
def _has_touching_stop(run: str) -> bool:
    return _TOUCHING_STOP.search(run) is not None


@_remembered
def _cut_up(run: str) -> tuple[str, ...]:
    """The words of a run; together they are the run."""
    if run.isascii() and run.isalpha():  # nothing cuts these, and most runs are such
        return (run,)
    return tuple(part for match in _COARSE.finditer(run) for part in _split(match.group()))


@_remembered
def _joined(run: str) -> str:
    """The canonical words of a run with spaces between them."""
    return " ".join([_CANONICAL.get(part, part) for part in _cut_up(run)])


@lru_cache(maxsize=1 << 16)
def _split(word: str) -> tuple[str, ...]:
    """Cuts a word until no rule applies, so that every part alone stays whole."""
    if len(word) > _LONGEST_WORD:
        return (word,)
    todo, done = [word], []
    while todo:
        part = todo.pop()
        cut = _cut(part)
        if cut:
            todo += [part[cut:], part[:cut]]
        else:
            done.append(part)
    return tuple(done)


def _cut(word: str) -> int:
    """Where to cut the word in two, 0 for nowhere."""
    if len(word) == 1 or word in _CANONICAL or _ATOM.fullmatch(word) or not word.strip(".-'"):
        return 0
    for rule in _CUTS:
        match = rule.search(word)
        if match:
            cut = match.start() or match.end()
            if cut < len(word):
                return cut
    return 0


def unfold(words: str | list[str], source: Folded, common: frozenset[str] = frozenset()) -> str:
    """Writes canonical words in the manner of their source: case, digits and spacing.

    Each word takes the form of its best occurrence in the source: the one among the same
    neighbours, not used yet, further on in the text.  Words that the source does not have stay
    as they are.  Punctuation and clitics are glued unless the source has them apart.  The
    result never has more whitespace-separated words than ``words``.

    Args:
        words: the summary's canonical words.
        source: the folded text that the summary is of.
        common: words that are usually written in lower case (``Vocabulary.common``); if the
            source has one capitalised because it begins a sentence, it is lower-cased elsewhere.
    """
    tokens = (words if isinstance(words, str) else " ".join(words)).split()
    return _unfold(tokens, _occurrences(tokens, source), source, common)


def unfold_places(places: Sequence[int], source: Folded, common: frozenset[str]) -> str:
    """As ``unfold``, of the words at these places of the source."""
    tokens = [source.tokens[place] for place in places]
    return _unfold(tokens, list(places), source, common)


def _unfold(tokens: list[str], places: list[int], source: Folded, common: frozenset[str]) -> str:
    """Words written as at their places in the source, or as they are where that is -1."""
    written = [
        token if place < 0 else _written(place, source, common)
        for token, place in zip(tokens, places, strict=True)
    ]
    if _begins_with_capital(source.surfaces):
        _capitalise_first(written)
    return "".join(_spaced(tokens, written, places, source))


def _occurrences(tokens: list[str], source: Folded) -> list[int]:
    """For each word its best place in the source, -1 where the source lacks it."""
    where: dict[str, list[int]] = {}
    for place, token in enumerate(source.tokens):
        where.setdefault(token, []).append(place)
    used: set[int] = set()
    places: list[int] = []
    last = -1
    for position, token in enumerate(tokens):
        candidates = where.get(token, [])
        best = -1
        if len(candidates) == 1:
            best = candidates[0]
        elif candidates:
            scores = [
                _likeness(tokens, position, place, source.tokens)
                + (2.0 if place not in used else 0.0)
                + (1.0 if place > last else 0.0)
                for place in candidates
            ]
            best = candidates[scores.index(max(scores))]
        if best >= 0:
            used.add(best)
            last = best
        places.append(best)
    return places


def _likeness(tokens: list[str], position: int, place: int, source: tuple[str, ...]) -> float:
    """How alike the neighbourhoods of a summary word and of a source word are."""
    score = 0.0
    for step, weight in ((1, 4.0), (2, 2.0)):
        for side in (-step, step):
            ours, theirs = position + side, place + side
            if 0 <= ours < len(tokens) and 0 <= theirs < len(source):
                score += weight * (tokens[ours] == source[theirs])
    near = set(source[max(0, place - 4) : place + 5])
    around = tokens[max(0, position - 3) : position] + tokens[position + 1 : position + 4]
    return score + 0.5 * len(near.intersection(around))


def _written(place: int, source: Folded, common: frozenset[str]) -> str:
    """A source word without the capital that it owes to the beginning of a sentence."""
    surface, token = source.surfaces[place], source.tokens[place]
    if begins_sentence(source, place) and token in common and surface[1:] == surface[1:].lower():
        return surface[:1].lower() + surface[1:] if len(surface[:1].lower()) == 1 else surface
    return surface


def begins_sentence(source: Folded, place: int) -> bool:
    """Whether a word may owe its capital to where it stands; not in *makers of "Damages"*."""
    second, first = (".", ".", *source.tokens[max(0, place - 2) : place])[-2:]
    return first in _SENTENCE_END and (first != '"' or second in _SENTENCE_END | {","})


def _begins_with_capital(surfaces: tuple[str, ...]) -> bool:
    """Whether the first letter of a text is a capital."""
    return next((c.isupper() for surface in surfaces for c in surface if c.isalpha()), False)


def _capitalise_first(written: list[str]) -> None:
    """Gives the first word a capital, unless it has one inside (iPhone)."""
    for position, word in enumerate(written):
        if any(c.isalnum() or c == "#" for c in word):
            if word[0].isalpha() and word == word.lower() and len(word[0].upper()) == 1:
                written[position] = word[0].upper() + word[1:]
            return


def _spaced(tokens: list[str], written: list[str], places: list[int], source: Folded) -> list[str]:
    """The words, each but the first with a space before it where one belongs."""
    natural = _is_natural(source)
    pieces: list[str] = []
    quoting = False
    for position, word in enumerate(written):
        before, token = tokens[position - 1], tokens[position]
        place = places[position]
        if position == 0:
            glue = True
        elif not natural:
            glue = False
        elif place > 0 and places[position - 1] == place - 1:
            glue = source.glued[place]
        elif token == '"' or before == '"':
            glue = quoting
        elif token == "'" and place >= 0:  # it closes a word, or opens a quotation
            glue = source.glued[place]
        else:
            characters = _CHARACTER.match(token) or _CHARACTER.match(before)
            glue = bool(token in CLOSING or before in OPENING or characters)
        if token == '"':
            quoting = not quoting
        pieces.append(word if glue else " " + word)
    return pieces


def _is_natural(source: Folded) -> bool:
    """Whether the source glues its punctuation, or has none that could be glued."""
    return any(source.glued) or _STANDS_ALONE.isdisjoint(source.tokens)
