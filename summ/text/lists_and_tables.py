"""Lists and tables in plain text: an item becomes a paragraph, the rows of a table go."""

from __future__ import annotations

import itertools
import re

_ITEM = re.compile(
    r"(?P<indent>\s*)(?P<mark>[-*+•‣◦▪●○·–—]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4}|[IVX]{1,5})[.)]"
    r"|\d{1,3}(?:\.\d{1,3}){1,3}\.?|\d{1,2}(?=\s[A-Z][^.!?]{0,60}$)"
    r"|(?:TOP|Item|Agenda item)\s\d{1,2}[:.)]?|\[[ xX]\]"
    r"|[-*]\s\[[ xX]\])\s+(?P<text>\S.*)"
)
_ROMANS = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_BULLETS = "-*+•‣◦▪●○·–—"
_CELLS = re.compile(r"\t+|\s{3,}|\s*\|\s*|\s{2,}(?=[\d$€£+-])")
_RULE = re.compile(r"[\s|+:=_\-\u2500-\u257f]{3,}")
_FEWEST_ROWS = 2
_LONGEST_CELL = 5  # words
_LONGEST_HEADING = 40  # characters of a numbered line that the next one does not go on with


def separate_items(lines: list[str]) -> list[str]:
    """The lines with each item of a list as a paragraph without its mark.

    Bullets count from the first on where the text goes over several lines; numbers and letters only
    where at least two follow each other, since a sentence may begin with a number.
    """
    found = [_ITEM.fullmatch(line) for line in lines]
    if not any(found):
        return lines
    numbered = [place for place, item in enumerate(found) if item and not _is_bullet(item)]
    bullets = [place for place, item in enumerate(found) if item and _is_bullet(item)]
    items = set(bullets if len(lines) > 1 else [])
    if len(numbered) > 1 and _ascend([found[place] for place in numbered]):
        items.update(place for place in numbered if _is_listed(found[place], numbered, found))
    separated: list[str] = []
    inside = False
    for place, line in enumerate(lines):
        item = found[place]
        if place in items and item:
            separated += ["", item["text"]]
            following = "".join(lines[place + 1 : place + 2])
            heading = len(line) < _LONGEST_HEADING and not _ends(line) and not _is_bullet(item)
            inside = not (heading and following[:1].isupper())
            if not inside:
                separated.append("")
        elif inside and line.strip() and not line[:1].isspace() and _ends(separated[-1]):
            separated += ["", line]
            inside = False
        else:
            inside = inside and bool(line.strip())
            separated.append(line)
        if place not in items and place + 1 in items and line.strip():
            separated.append("")
    return separated


def _is_bullet(item: re.Match[str]) -> bool:
    return item["mark"][0] in _BULLETS or item["mark"].startswith("[")


def _is_listed(
    item: re.Match[str] | None, numbered: list[int], found: list[re.Match[str] | None]
) -> bool:
    """Whether an item is no initial: *M. Roche* among items with numbers is none."""
    own = _mark(item)
    if len(own) > 1 or not own.isupper():
        return True
    others = [_mark(found[place]) for place in numbered]
    return any(_follows(*pair) for other in others for pair in ((own, other), (other, own)))


def _mark(item: re.Match[str] | None) -> str:
    """The number or letter of an item."""
    return re.sub(r"^[A-Z][a-zA-Z ]+\s", "", item["mark"]).strip("().:") if item else ""


def _ascend(items: list[re.Match[str] | None]) -> bool:
    """Whether the marks of a list go on as numbers or letters do, at least once."""
    marks = [_mark(item) for item in items if item]
    return any(_follows(before, after) for before, after in itertools.pairwise(marks))


def _follows(before: str, after: str) -> bool:
    """Whether a number or letter is the next one, or the first of a level below."""
    if before[0].isdigit() and after[0].isdigit():
        last, new = ([int(number) for number in mark.split(".")] for mark in (before, after))
        up = any(new == [*last[:level], last[level] + 1] for level in range(len(last)))
        return up or new == [*last, 1]
    romans = [
        _ROMANS.index(mark.lower()) if mark.lower() in _ROMANS else 0 for mark in (before, after)
    ]
    if min(romans) > 0 and romans[1] == romans[0] + 1:
        return True
    return len(before) == len(after) == 1 and ord(after) == ord(before) + 1


def _ends(line: str) -> bool:
    return line.rstrip()[-1:] in set(".!?:;。！？")


def drop_tables(lines: list[str]) -> list[str]:
    """The lines without rows of cells: at least two that follow each other, of short cells.

    Nothing is left out if nothing would remain.
    """
    rows = [_is_row(line) for line in lines]
    kept: list[str] = []
    for place, line in enumerate(lines):
        beside = any(rows[max(0, place - 1) : place]) or any(rows[place + 1 : place + 2])
        kept.append("" if rows[place] and beside else line)
    return kept if any(line.strip() for line in kept) else lines


def _is_row(line: str) -> bool:
    """Whether a line is a row of a table, or the rule between two."""
    stripped = line.strip()
    if not stripped:
        return False
    if _RULE.fullmatch(stripped):
        return True
    cells = [cell for cell in _CELLS.split(stripped.strip("|")) if cell.strip()]
    framed = stripped.startswith("|") and stripped.endswith("|")
    if len(cells) < 2 and not framed:
        return False
    short = all(len(cell.split()) <= _LONGEST_CELL for cell in cells)
    columns = "\t" in stripped or "|" in stripped or len(cells) > 2
    numbers = any(any(map(str.isdigit, cell)) for cell in cells[1:])
    return framed or (short and (columns or numbers))
