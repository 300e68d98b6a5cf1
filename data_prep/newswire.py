"""Newswire: ``python -m data_prep.newswire RAW OUT --sets news gigaword=8``.

RAW holds sets of news, a folder each, with ``articles*.txt.gz`` (first sentences) and
``headlines.txt.gz`` or ``titles.txt.gz`` (human headlines that belong to none of them), one text a
line.  Headlines lose what a wire service adds for its own readers; SET=N takes the texts of a
small set N times, so that it is not drowned by a large one.  ``--like SET`` keeps of the other
sets' headlines those that are like the headlines of that set, about half.
"""

from __future__ import annotations

import argparse
import gzip
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from data_prep.likeness import choose_like
from data_prep.sources import Report, files, finish, parser, run, text_lines
from summ.data.files import content_besides, refuse_taken
from summ.data.sources import Source
from summ.errors import DataError

# "CANADA STOCKS-TSX opens higher": a slug for desks, not a part of the sentence.  Short names
# ("U.S.-Iran talks") and organisations ("ASEAN-China trade") are a part of it.
_SLUG = re.compile(
    r"^(?!(?:ASEAN|BHEL|DTCC|HSBC|NASA|NATO|OPEC|SCHERING|UNICEF)-)"
    r"(?:(?:[A-Z]{4,}(?: [A-Z&/0-9]{2,}| \d+)*|(?:U\.S\.|US|EU|UK|SE|ADR)(?: [A-Z&/0-9]{2,}| \d+)+"
    r"|Olympics|ADR Report|SE Asia Stocks|[A-Z][A-Za-z ]{2,20} Factors(?: to Watch)?)"
    r"-(?=[A-Z'\"‘“]))+"
)
# "... -sources", "...: report": who said it.
_SPEAKERS = (
    "sources?|reports?|paper|newspaper|magazine|study|poll|survey|police|officials?|ministry|"
    "minister|media|lawyers?|agency|spokesman|spokeswoman|CEO|CFO|TV|WSJ|FT|NYT|IFR|Nikkei|"
    "Bloomberg|CNBC|Xinhua|analysts?|experts?|executives?|prosecutors?|document|memo|letter|data"
)
_ATTRIBUTION = re.compile(rf"(?:\s*[-–—]\s*|:\s+)(?!no )(?:[A-Za-z.&]+ ){{0,2}}(?:{_SPEAKERS})$")
_TICKER = re.compile(r"<[^<>\s]*[.=][^<>\s]*>")


def plain_headline(headline: str) -> str | None:
    """A headline without slug and attribution; None for a table of figures (it has a ticker)."""
    if _TICKER.search(headline):
        return None
    return _ATTRIBUTION.sub("", _SLUG.sub("", headline)).strip() or None


def chosen_sets(options: Sequence[str]) -> dict[str, int]:
    """How many times each set is taken.

    Raises:
        DataError: an option is not ``SET`` or ``SET=N`` with N above zero.
    """
    times = {}
    for option in options:
        name, equals, count = option.partition("=")
        if not name or (equals and not (count.isdecimal() and int(count))):
            raise DataError(f"--sets {option}: must be SET or SET=N with N above zero.")
        times[name] = int(count or 1)
    return times


def corpus(given: argparse.Namespace) -> None:
    """Writes the plain headlines beside the corpus, prepares it, and removes them.

    Raises:
        DataError: ``--like`` names no set that is taken, or something cannot be read or written.
    """
    report = Report(given.on_error)
    scratch = given.output.parent / f".{given.output.name}.headlines"
    sets = chosen_sets(given.sets)
    if given.like is not None and given.like not in sets:
        raise DataError(f"--like {given.like}: must be one of --sets ({', '.join(sets)}).")
    names = {f"{start}{name}.txt.gz" for name in sets for start in ("", "like-")}
    refuse_taken(scratch, lambda place: content_besides(place, names))
    documents: list[Source | Path] = []
    sentences: list[Source | Path] = []
    try:
        scratch.mkdir(parents=True, exist_ok=True)
        for name, times in sets.items():
            folder = Path(given.raw) / name
            documents += files(folder, "articles*.txt.gz") * times
            _write(scratch / f"{name}.txt.gz", _plain_headlines(folder, report))
        for name, times in sets.items():
            written = scratch / f"{name}.txt.gz"
            if given.like not in (None, name):
                few, many = scratch / f"{given.like}.txt.gz", written
                written = scratch / f"like-{many.name}"
                _write(written, choose_like(_lines(few), partial(_lines, many), given.seed))
            sentences += [written] * times
        # Repeated texts are wanted here; the headlines themselves are unique in their files.
        finish(given, documents, sentences, len(report.skipped), unique=False)
    except OSError as error:
        raise DataError(f"{scratch}: cannot be written ({error.strerror}).") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _plain_headlines(folder: Path, report: Report) -> Iterator[str]:
    for path in files(folder, "headlines.txt.gz", "titles.txt.gz"):
        lines = (line and plain_headline(line) for line in text_lines(path, report))
        yield from filter(None, lines)


def _lines(path: Path) -> Iterator[str]:
    """What ``_write`` wrote."""
    return filter(None, text_lines(path, Report("fail")))


def _write(path: Path, lines: Iterable[str]) -> None:
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=1) as file:
        file.writelines(f"{line}\n" for line in lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    options = parser(__doc__)
    options.add_argument("--sets", nargs="+", required=True, metavar="SET[=N]")
    options.add_argument("--like", metavar="SET", help="whose headlines the others' must be like")
    given = options.parse_args(arguments)
    return run("newswire", lambda: corpus(given))


if __name__ == "__main__":
    sys.exit(main())
