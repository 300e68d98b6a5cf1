"""Shorter forms of a Chinese sentence: what is left without phrases that a title would not have.

No parser and no word segmentation is needed for the phrases of news that may always go: dates,
who reported it, offices before a name, where a meeting was held, what stands in brackets.  The
rest is cut between clauses only, so that no word is ever broken.  Written Chinese puts a comma
between clauses and the topic first, so that a clause without a subject of its own goes on about
that of the clause before.

Traditional characters are read as simplified ones (``simplified``), and come out as they stood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from summ.text.chinese_variants import simplified
from summ.text.languages import zh

CLAUSE_MARKS = "，；：。！？"
_HAN = r"[\u4e00-\u9fff]"
_FEWEST = 6  # characters of a line that can say anything
_NUMBER = r"[\d〇零一二三四五六七八九十]"
_CLOCK = rf"{_NUMBER}{{1,3}}[时点](?:{_NUMBER}{{1,3}}分|许|左右)?"
_DAY = (
    rf"(?:{_NUMBER}{{4}}年)?(?:{_NUMBER}{{1,2}}月)?{_NUMBER}{{1,3}}日|(?:{_NUMBER}{{4}}年)?{_NUMBER}{{1,2}}月"
    rf"(?!份?以来)(?:份)?|{zh.DAYS}"
)
_PART = rf"(?:{zh.PARTS_OF_DAY}|{_CLOCK})"
_ANY_HAN = re.compile(_HAN)
_BRACKETS = re.compile(r"[（(【\[][^）)】\]]{0,40}[）)】\]]")
# A date that stands by itself: not "11日起", and not inside "2023年第一季度".
_DATE = re.compile(rf"(?:当地时间)?(?:{_DAY}){_PART}*(?![起至到—\-~以第份来\d])")
_REPORTED = re.compile(
    rf"^(?:(?:据|根据|从)[^，。；：]{{2,24}}?(?:报道|消息|统计|介绍|通报|数据|获悉|透露|显示|了解到|预报|统计数据)"
    rf"[，：,:]|[^，。；：]{{2,16}}(?:消息|讯|电)[，：,:]|(?:记者|本报记者){_HAN}{{0,6}}(?:获悉|了解到)[，：])"
)
_OFFICES = re.compile(rf"(?:(?:{zh.OFFICES})[、兼]?)+(?={_HAN}{{2,4}})")
_PLACES = re.compile(zh.PLACES)
_PURPOSE, _INQUIRY = re.compile(zh.PURPOSE), re.compile(zh.INQUIRY)
_OPENER = re.compile(rf"^(?:{zh.OPENERS})")
_DENIES = re.compile(zh.DENIALS)
_DATED = re.compile(
    rf"(?:{_DATE.pattern}|{_PART})(?:[（(][^）)]{{0,20}}[）)])?{_PART}*"
    r"(?:[，,]|(?:出版|播出|发布|公布|召开|举行|发行)?的)?"
)
_LINK = re.compile(rf"^(?:{zh.LINKS})[，、]?")
_SPEECH_END = re.compile(rf"(?:{zh.SPEECH})$")
_TIME_ONLY = re.compile(rf"^(?:(?:当地时间|{_DAY}|{_PART}|{zh.TIMES}|[\d—\-至到]+[时分]?)的?)+$")
_OPTIONAL = (
    re.compile(rf"在[^，。；：“”《》（）在的]{{2,20}}?(?={zh.HELD})"),
    re.compile(r"在[^，。；：“”（）]{2,28}?(?:期间|之际|框架下|背景下)"),
    re.compile(r"就[^，。；：“”（）]{2,20}?(?=互致|发表|作出|交换|举行|致电|表示|达成|进行)"),
    re.compile(zh.DESCRIPTIONS),
)
_OWNER = re.compile(r"[^，。；：“”《》（）]{3,24}?的(?=[\u4e00-\u9fff]{4})")
_SECOND = re.compile(zh.SECOND)
_UNFINISHED = re.compile(rf"(?:{zh.NEVER_LAST})$")


def clause_spans(text: str) -> list[tuple[int, int]]:
    """Where the clauses of a sentence begin and end, without the marks behind them.

    Marks inside quotes and book titles part nothing.
    """
    spans: list[tuple[int, int]] = []
    begun, depth = 0, 0
    for place, character in enumerate(text):
        if character in "“《「『‘":
            depth += 1
        elif character in "”》」』’":
            depth = max(0, depth - 1)
        elif not depth and (character in CLAUSE_MARKS or _is_western_mark(text, place)):
            if text[begun:place].strip():
                spans.append((begun, place))
            begun = place + 1
    if text[begun:].strip():
        spans.append((begun, len(text)))
    return spans


def _is_western_mark(text: str, place: int) -> bool:
    """Whether a clause ends with a mark as it is typed without a Chinese keyboard."""
    return text[place] in ",;:" and _ANY_HAN.match(text, place - 1 if place else 0) is not None


def clauses(text: str) -> list[str]:
    """The clauses of a sentence, without the marks behind them."""
    return [text[start:end] for start, end in clause_spans(text)]


def dispensable(text: str) -> list[tuple[int, int]]:
    """What a sentence can do without: dates, reports, offices, meeting places, brackets.

    What is denied stays denied: none of them holds a denial.  Spans may touch, so that what is
    left out may be several of them.
    """
    text = simplified(text)
    spans = [match.span() for match in _BRACKETS.finditer(text)]
    spans += [match.span() for match in _OFFICES.finditer(text)]
    spans += [match.span() for match in _PLACES.finditer(text)]
    spans += [match.span() for match in _DATE.finditer(text) if _is_aside(match)]
    begun = 0
    while True:  # what stands before the sentence begins, one after the other
        head = text[begun:]
        match = _REPORTED.match(head) or _LINK.match(head) or _DATED.match(head)
        if match is None:
            bracket = _BRACKETS.match(head)
            if bracket is None or not begun:
                break
            match = bracket
        spans.append((begun, begun + match.end()))
        begun += match.end()
    return sorted(
        {
            (start, end)
            for start, end in spans
            if end > start and not _DENIES.search(text, start, end)
        }
    )


def optional(text: str) -> list[tuple[int, int]]:
    """What may be left out where nothing else fits: places, descriptions, owners of a topic.

    A line without them says less, but nothing else; none holds a denial.
    """
    text = simplified(text)
    spans = [match.span() for rule in _OPTIONAL for match in rule.finditer(text)]
    for start, end in clause_spans(text):
        purpose = _PURPOSE.match(text, start, end)
        owner = None if _INQUIRY.match(text, start, end) else _OWNER.match(text, start, end)
        spans += [head.span() for head in (purpose, owner) if head]
    return sorted({span for span in spans if not _DENIES.search(text, *span)})


def early_ends(text: str) -> list[int]:
    """Where a clause has said a first thing, so that a line may end there."""
    text = simplified(text)
    found = []
    for start, end in clause_spans(text):
        for match in _SECOND.finditer(text, start + _FEWEST + 2, end - 2):
            if not _DENIES.search(text, start, end) and looks_complete(text[start : match.start()]):
                found.append(match.start())
    return found


def _is_aside(match: re.Match[str]) -> bool:
    """Whether a date only says when; not where the sentence counts from it ("截至", "从", "到")."""
    before = match.string[max(0, match.start() - 2) : match.start()]
    return not re.search(r"[至到从自于由的—\-是为距在、]$", before)


def plainer(text: str) -> str:
    """A sentence without what is ``dispensable``."""
    kept, begun = [], 0
    for start, end in dispensable(text):
        if start >= begun:
            kept.append(text[begun:start])
        begun = max(begun, end)
    return "".join([*kept, text[begun:]]).strip().lstrip("，、,")


def without_purpose(text: str) -> str:
    """A sentence of an abstract without what it says before what it is about (本文提出了一种)."""
    head = _PURPOSE.match(simplified(text))
    return text[head.end() :] if head else text


def leads_up(clause: str, mark: str) -> bool:
    """Whether what follows a clause stands without it: it says when, why, or who said so.

    A denial or a condition is never left out.
    """
    clause = simplified(clause)
    return not _DENIES.search(clause) and bool(
        _OPENER.match(clause)
        or _TIME_ONLY.match(clause)
        or (_SPEECH_END.search(clause) and mark in "，：")
    )


def shortenings(text: str, characters: int) -> Iterator[str]:
    """Lines of at most so many characters, best first: whole clauses of the plainer sentence.

    The first clauses that fit; then the same without clauses that lead up to others.

    Args:
        text: one sentence.
    """
    seen: set[str] = set()
    text = plainer(text)
    spans = clause_spans(text)
    for number, (start, _) in enumerate(spans):
        if number:
            begun, ended = spans[number - 1]
            if not leads_up(text[begun:ended], text[ended : ended + 1]):
                break
        for _, end in reversed(spans[number:]):
            line = text[start:end]
            if line not in seen and len(line) <= characters and looks_complete(line):
                seen.add(line)
                yield line


def looks_complete(line: str) -> bool:
    """Whether a line can stand alone: it is not only a time, and does not end in the middle."""
    parts = clauses(_BRACKETS.sub("", simplified(line)))
    if not parts or len(line) < _FEWEST:
        return False
    last = parts[-1]
    return not (
        _TIME_ONLY.match(last)
        or _SPEECH_END.search(last)
        or _UNFINISHED.search(last)
        or (len(parts) == 1 and _OPENER.match(last) and len(last) < 3 * _FEWEST)
    )
