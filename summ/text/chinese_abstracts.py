"""What a Chinese abstract is about: the words that its title is likely to have.

Abstracts say what was studied as *研究了 X*, *对 X 进行了分析*, *提出了一种 X*, mostly in a
clause of its own.  Of such stretches, and of the other clauses, the one is taken whose characters
the rest of the abstract repeats most, an earlier one before a later one.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from summ.text.chinese_variants import simplified
from summ.text.languages import zh

_FEWEST = 6  # characters that can say what a text is about
_ENOUGH = 24  # beyond which more characters are not better
_MOST_CLAUSES = 60  # a longer text is no abstract
_SENTENCE = re.compile(r"[。.；;！？!?](?!\d)")
_CLAUSE = re.compile(r"[，,：:](?!\d)")
_BRACKETS = re.compile(r"[（(\[【][^）)\]】]{0,40}[）)\]】]")
_EDGES = ' ，,、:：;；"“”'
_STUDIED = rf"(?:{zh.STUDIED})(?![团所院会室员者])"
_BEHIND = re.compile(
    rf"{_STUDIED}(?:[并和与及][\u4e00-\u9fff]{{2}})?[了出]?(?:一[种个套类])?(.{{5,}})$"
)
_BEFORE = re.compile(
    r"(?:对|针对|就)(.{4,}?)(?:的?问题)?(?:进行|作|做|开展|加以|予以|给予)了?.{0,8}?" + _STUDIED
)
_POINTS_BACK = re.compile("[其它该这此]")
_NEWS = re.compile(zh.NEWS)
_AMONG_OTHERS = re.compile(
    rf"(?:[、和与及]|以及)[^的、和与及对]{{2,14}}(?=的(?:{zh.STUDIED_NOUNS})$)"
)
_OWNER = re.compile("^[^的]{2,}的(?=[\u4e00-\u9fff]{8})")
_SUBJECT_END = re.compile(rf"(?:{zh.STUDIED_NOUNS})$")
_ABSTRACTS, _STUDIES = re.compile(zh.ABSTRACTS), re.compile(zh.STUDIES)


@dataclass(frozen=True)
class SubjectWeights:
    """What a stretch is worth, beside the mean logarithm of how often its pairs of characters come.

    Attributes:
        behind: of one behind a verb of study (*研究了 X*).
        before: of one before it (*对 X 进行了研究*).
        place: of each clause before it, at most ten.
        length: of each character, up to 24.
    """

    behind: float
    before: float
    place: float
    length: float


# By least squares, on titles of the first 500 abstracts of CSL's development set.
_WEIGHTS = SubjectWeights(behind=0.42, before=0.54, place=-0.055, length=0.03)


def subject_of_abstract(text: str) -> str | None:
    """The stretch of an abstract that says what it is about; None if the text is none."""
    read = simplified(text)
    several = _SENTENCE.search(read.strip()[:-1]) is not None or not _NEWS.search(read)
    if not (_ABSTRACTS.search(read) or (several and _STUDIES.search(read))):
        return None
    clauses = _clauses(read)
    if len(clauses) > _MOST_CLAUSES:
        return None
    pairs = Counter(pairwise(read))
    worth: dict[tuple[int, int], float] = {}
    for number, clause in enumerate(clauses):
        (start, end), bonus = _studied(read, *clause)
        stretch = read[start:end]
        short = len(_plain(stretch)) < _FEWEST or _POINTS_BACK.match(stretch)
        if short or (len(clauses) == 1 and not bonus):
            continue
        head = stretch[:_ENOUGH]
        repeated = sum(math.log(pairs[pair]) for pair in pairwise(head)) / (len(head) - 1)
        placed = _WEIGHTS.place * min(number, 10) + _WEIGHTS.length * len(head)
        worth.setdefault((start, end), repeated + bonus + placed)
    best = max(worth, key=lambda span: worth[span], default=None)
    return None if best is None else _plain(text[slice(*best)])


def narrower(subject: str) -> list[str]:
    """Shorter forms of a long subject of a study: one of several, or without its owner.

    *X 对 Y 和 Z 的影响* is about *X 对 Y 的影响*, too.
    """
    if _CLAUSE.search(subject) or not _SUBJECT_END.search(simplified(subject)):
        return []
    found, last = [], subject
    while (shorter := _AMONG_OTHERS.sub("", last)) != last:
        found.append(shorter)
        last = shorter
    found += [_OWNER.sub("", one, count=1) for one in (subject, last) if _OWNER.search(one)]
    return list(dict.fromkeys(found))


def _studied(text: str, start: int, end: int) -> tuple[tuple[int, int], float]:
    """What a clause says was studied, and what it is worth that it says so; else the clause."""
    for rule, value in ((_BEFORE, _WEIGHTS.before), (_BEHIND, _WEIGHTS.behind)):
        found = rule.search(text, start, end)
        if found:
            return found.span(1), value
    return (start, end), 0.0


def _plain(stretch: str) -> str:
    """A stretch without brackets and marks at its ends."""
    return _BRACKETS.sub("", stretch).strip(_EDGES)


def _clauses(text: str) -> list[tuple[int, int]]:
    """Where clauses of at least so many characters begin and end."""
    found, begun = [], 0
    marks = sorted(match.start() for rule in (_SENTENCE, _CLAUSE) for match in rule.finditer(text))
    for mark in [*marks, len(text)]:
        start = begun + len(text[begun:mark]) - len(text[begun:mark].lstrip())
        if mark - start >= _FEWEST:
            found.append((start, mark))
        begun = mark + 1
    return found
