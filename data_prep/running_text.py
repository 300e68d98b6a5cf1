"""Running text of any language: ``python -m data_prep.running_text FILE OUT``, two unpaired piles.

FILE is text (also .gz, .bz2 or .xz) in which a line ``# Title`` begins an article and every other
line is a paragraph.  OUT gets ``documents.txt`` and ``lines.txt``, a sentence a line: the long
sentences of every third article are what is to be summarized, short ones of the other articles are
what a summary should look like.  So no line is the summary of a document.

A short sentence is taken if it is a plain statement: it ends with a full stop and has no
quotation, bracket, colon or semicolon.  ``--pointing-back`` names words of the language with which
no line shall begin, since they mean something said before (*he*, *this*, *there*).
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import lzma
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

from data_prep.sources import described, run, tell
from summ.data.files import new_folder
from summ.errors import DataError
from summ.text.sentences import split_sentences
from summ.text.words import count_words

_PACKED: dict[str, Callable[..., IO[str]]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
_NO_LINE = re.compile(r"[\"“”„»«‘’‚()\[\]{}:;?!*|=<>/…–]|\.\s*\S")
_NO_PARAGRAPH = ("#", "-", "*", "|")
_DOCUMENT = (13, 40)  # words; characters where no spaces are written
_LINE = (4, 12)


def articles(lines: Iterable[str]) -> Iterator[list[str]]:
    """The paragraphs of each article, without headings and lists; first those before any title."""
    paragraphs: list[str] = []
    for line in lines:
        if line.startswith("# "):
            yield paragraphs
            paragraphs = []
        elif line.strip() and not line.startswith(_NO_PARAGRAPH):
            paragraphs.append(line.strip())
    yield paragraphs


def is_line(sentence: str, pointing_back: frozenset[str]) -> bool:
    """Whether a short sentence is a plain statement that needs no other before it."""
    first = sentence.split(maxsplit=1)[0].lower()
    ends = sentence.endswith((".", "。", "।"))
    return ends and not _NO_LINE.search(sentence[:-1]) and first not in pointing_back


def piles(
    paragraphs: Iterable[list[str]], language: str, pointing_back: frozenset[str]
) -> tuple[list[str], list[str]]:
    """Documents and lines, each once, from different articles."""
    documents: dict[str, None] = {}
    lines: dict[str, None] = {}
    for number, article in enumerate(paragraphs):
        for sentence in split_sentences("\n\n".join(article), language=language):
            words = count_words(sentence)
            if number % 3 and _LINE[0] <= words <= _LINE[1] and is_line(sentence, pointing_back):
                lines[sentence] = None
            elif not number % 3 and _DOCUMENT[0] <= words <= _DOCUMENT[1]:
                documents[sentence] = None
    return list(documents), list(lines)


def prepare(given: argparse.Namespace) -> None:
    """Writes both piles; the folder appears whole or not at all."""
    unpack = _PACKED.get(given.file.suffix, open)
    pointing_back = frozenset(given.pointing_back.lower().split())
    try:
        with unpack(given.file, "rt", encoding="utf-8") as file:
            documents, lines = piles(articles(file), given.language, pointing_back)
    except (OSError, EOFError, lzma.LZMAError, UnicodeDecodeError) as error:
        raise DataError(f"{given.file}: cannot be read ({error}).") from error
    if not documents or not lines:
        raise DataError(
            f"{given.file}: has {len(documents)} long and {len(lines)} short sentences of use. "
            "Begin each article with a line '# Title', and give at least two."
        )
    with new_folder(given.output) as work:
        for name, texts in (("documents.txt", documents), ("lines.txt", lines)):
            (work / name).write_text("\n".join(texts) + "\n", encoding="utf-8")
    tell(f"{len(documents)} documents, {len(lines)} lines")


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    options = described(__doc__)
    options.add_argument("file", metavar="FILE", type=Path, help="articles of one language")
    options.add_argument("output", metavar="OUT", type=Path, help="folder to make")
    options.add_argument("--language", required=True, help="ISO 639-1, as 'de'")
    options.add_argument("--pointing-back", default="", metavar="WORDS", help="in one argument")
    given = options.parse_args(arguments)
    return run("running_text", lambda: prepare(given))


if __name__ == "__main__":
    sys.exit(main())
