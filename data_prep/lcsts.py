"""LCSTS: ``python -m data_prep.lcsts RAW OUT``, RAW a folder or ``hub``.  Chinese microblogs.

The folder holds ``PART_I.txt`` of Hu et al. (2015, arXiv:1506.05865), or .jsonl, .csv or .parquet
files with the fields ``text`` and ``summary``.  A word is a character: folding splits Han text
into characters, and ``unfold`` joins them again.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from data_prep.sources import HUB, Pair, Report, files, hub_rows, pair_main, rows, text_lines

_TAG = re.compile(r"<(/?)(doc|summary|short_text|human_label)\b[^>]*>")


def pairs(given: argparse.Namespace, report: Report) -> Iterator[Pair]:
    """Texts with their summaries."""
    if given.raw == HUB:
        for row in hub_rows(given.hub_name, given.split):
            yield Pair([row["text"]], [row["summary"]])
        return
    for path in files(Path(given.raw), "PART_I.txt*", "*.parquet", "*.jsonl*", "*.csv*"):
        if path.name.startswith("PART"):
            yield from part(path, report)
        else:
            for row in rows(path, ("text", "summary"), report):
                yield Pair([row["text"]], [row["summary"]])


def part(path: Path, report: Report) -> Iterator[Pair]:
    """The original file: ``<doc>`` elements of a ``<summary>`` and a ``<short_text>`` each."""
    fields: dict[str, str] = {}
    inside = ""
    for number, line in enumerate(text_lines(path, report), start=1):
        rest = line or ""
        for tag in _TAG.finditer(rest):
            closing, name = tag.groups()
            if name == "doc" and closing:
                if fields.get("summary") and fields.get("short_text"):
                    yield Pair([fields["short_text"]], [fields["summary"]])
                else:
                    report.skip(f"{path} line {number}: no summary or no short_text.")
                fields = {}
            elif name != "doc":
                inside = "" if closing else name
        text = _TAG.sub("", rest).strip()
        if text and inside:
            fields[inside] = (fields.get(inside, "") + " " + text).strip()


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    return pair_main("lcsts", __doc__, pairs, "hugcyp/LCSTS", arguments)


if __name__ == "__main__":
    sys.exit(main())
