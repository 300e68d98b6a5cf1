"""Logs of programs: what each line says, without the time and the program that wrote it."""

from __future__ import annotations

import re

_SECONDS = r"\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?"
_ZONE = r"(?:\s?Z|\s?[+-]\d{2}:?\d{2})?"
_ENTRY = re.compile(
    # 2025-03-04T12:00:01.123Z, [2025-03-04 12:00:01,123]
    rf"\s*\[?\d{{4}}[-/]\d{{2}}[-/]\d{{2}}[T ]{_SECONDS}{_ZONE}\]?(?:\s*[-|:])?\s+(?P<said>\S.*)"
    # Mar  4 12:00:01 host program[12]:
    rf"|\s*[A-Z][a-z]{{2}}\s+\d{{1,2}} {_SECONDS} \S+ [\w./-]+(?:\[\d+\])?:\s+(?P<told>\S.*)"
)
_FEWEST = 2


def log_entries(lines: list[str]) -> list[str] | None:
    """What each entry says; None if the lines are no log.

    Lines without a time, such as those of a traceback, belong to the entry before them.
    """
    found = [_ENTRY.fullmatch(line) for line in lines]
    entries = sum(map(bool, found))
    if entries < _FEWEST or 3 * entries < sum(bool(line.strip()) for line in lines):
        return None
    said: list[str] = []
    for line, entry in zip(lines, found, strict=True):
        if entry:
            said.append(entry["said"] or entry["told"])
        elif said and line.strip():
            said[-1] += f" {line.strip()}"
        elif line.strip():
            said.append(line.strip())
    return said
