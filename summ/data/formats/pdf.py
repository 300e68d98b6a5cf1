"""PDF: the text of all pages, without heads and feet, in paragraphs."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter

from summ.errors import DataError
from summ.text.line_breaks import join_divided_words

_EDGE = 3  # lines at the top and at the bottom of a page that may be its head or foot
_REPEATED = 0.5  # share of the pages that have a head or foot
_PAGE_NUMBER = re.compile(
    r"\W*(?:(?:page|seite|p\.)\s*)?(?:\d{1,4}|[ivxl]{1,6})"
    r"(?:\s*(?:/|of|von|de)\s*\d{1,4})?\W*",
    re.IGNORECASE,
)
# What browsers print around a page: its address, the hour of printing.
_PRINTED = re.compile(
    r"(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? +\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?: ?[AP]M)?"
    r"(?: [^.!?]{0,80})?|(?:https?|file|\ufb01le)://\S+(?:\s+\d{1,4}(?: ?/ ?\d{1,4})?)?)",
    re.IGNORECASE,
)
# The number of a note, glued to the end of its sentence: *the bridge opened.3*
_NOTE_MARK = re.compile(r"(?<=[a-z]{4}[.,;])\d{1,2}(?=\s|$)")
_DIGITS = re.compile(r"\d+")
_ENDS = (".", "!", "?", ":", '"', "”", "。", "！", "？")
_SHORT = 0.75  # of the length of a full line


def pdf_text(data: bytes, name: str) -> str:
    """The running text.

    Raises:
        DataError: the file is encrypted.
    """
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    file = pypdf.PdfReader(io.BytesIO(data))
    if file.is_encrypted and not file.decrypt(""):
        raise DataError(f"{name}: encrypted PDF. Remove its password first.")
    pages = [page.extract_text().split("\n") for page in file.pages]
    lines = [line for page in without_heads_and_feet(pages) for line in page]
    text = _NOTE_MARK.sub("", "\n".join(lines))
    return paragraphs(join_divided_words(text).split("\n"))


def without_heads_and_feet(pages: list[list[str]]) -> list[list[str]]:
    """The lines of each page without those at its edges that other pages have there, too.

    Lines that differ in their digits only are the same; a page's number alone always goes, and
    so does what a browser prints around a page.
    """
    pages = [[line.strip() for line in page if line.strip()] for page in pages]
    seen: Counter[str] = Counter()
    for page in pages:
        seen.update({_DIGITS.sub("#", line) for line in _edges(page)})
    least = max(2, _REPEATED * len(pages)) if len(pages) < 5 else max(3, 0.3 * len(pages))
    kept: list[list[str]] = []
    for page in pages:
        edges = [*range(min(_EDGE, len(page))), *range(max(0, len(page) - _EDGE), len(page))]
        drop = {
            place
            for place in edges
            if seen[_DIGITS.sub("#", page[place])] >= least
            or _PRINTED.fullmatch(page[place])
            or (
                len(pages) > 1
                and place in {0, len(page) - 1}
                and _PAGE_NUMBER.fullmatch(page[place])
            )
        }
        kept.append([line for place, line in enumerate(page) if place not in drop])
    return kept


def _edges(page: list[str]) -> list[str]:
    return page[:_EDGE] + page[-_EDGE:]


def paragraphs(lines: list[str]) -> str:
    """Wrapped lines as paragraphs, which end with a short line: a sentence's last, or a title."""
    lines = [" ".join(line.split()) for line in lines]
    lengths = sorted(len(line) for line in lines if line)
    full = lengths[int(0.8 * (len(lengths) - 1))] if lengths else 0
    found: list[list[str]] = [[]]
    for place, line in enumerate(lines):
        if not line:
            found.append([])
            continue
        found[-1].append(line)
        following = next((later for later in lines[place + 1 :] if later), "")
        short = len(line) < _SHORT * full
        begins = following[:1].isupper() or not following[:1].isalpha()
        heading = (
            len(line) < 0.6 * full and not line.endswith((",", ";", "-")) and len(line.split()) < 10
        )
        if short and begins and (line.endswith(_ENDS) or heading):
            found.append([])
    return "\n\n".join(" ".join(part) for part in found if part)
