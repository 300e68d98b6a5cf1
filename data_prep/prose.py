"""Running prose in the style of BookCorpus: ``python -m data_prep.prose RAW OUT``.

RAW is a file or folder: .jsonl (a book each, its ``paragraphs`` a list of texts), .txt books
(blank lines end paragraphs), or with ``--lines`` .txt of one sentence a line, as BookCorpus is.
Or ``hub``.  The documents are the paragraphs of every second book (of every second thousand
sentences, where books are not told apart); the sentences are those of the others.  Both keep
their order and their repeats, so that neighbours in the corpus were neighbours in the book.

With ``--running`` every book stays whole: its sentences in order, and the borders between books,
for sentence encoders (``summ.data.prose``).  ``--more`` adds other files or folders.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from data_prep.sources import (
    HUB,
    Pair,
    Report,
    files,
    finish_pairs,
    hub_rows,
    open_bytes,
    parser,
    run,
    tell,
    text_lines,
)
from summ.data.files import content_besides, refuse_taken
from summ.data.prose import prepare_prose
from summ.errors import DataError
from summ.text.sentences import split_sentences

_STRETCH = 1_000  # sentences that are taken for a book where books are not told apart
_PARAGRAPH = 4  # of them make a document


def books(given: argparse.Namespace, report: Report) -> Iterator[list[list[str]]]:
    """Books as lists of paragraphs, which are lists of sentences."""
    if given.raw == HUB:
        yield from stretches(row["text"] for row in hub_rows(given.hub_name, given.split))
        return
    folders = [Path(given.raw), *given.more]
    for path in (path for raw in folders for path in files(raw, "*.jsonl*", "*.txt*")):
        if ".jsonl" in path.suffixes:
            yield from records(path, report)
        elif given.lines:
            yield from stretches(line for line in text_lines(path, report) if line)
        else:
            with open_bytes(path) as file:
                text = file.read().decode("utf-8", "replace").replace("\r\n", "\n")
            yield [split_sentences(part) for part in text.split("\n\n") if part.strip()]


def records(path: Path, report: Report) -> Iterator[list[list[str]]]:
    """A book a line, with a list of paragraphs."""
    for number, line in enumerate(text_lines(path, report), start=1):
        try:
            paragraphs = json.loads(line)["paragraphs"] if line else []
            yield [split_sentences(paragraph) for paragraph in paragraphs]
        except (ValueError, KeyError, TypeError, AttributeError):
            report.skip(f'{path} line {number}: must be an object with a list "paragraphs".')


def stretches(sentences: Iterable[str]) -> Iterator[list[list[str]]]:
    """Consecutive sentences, a thousand at a time, in paragraphs of four."""
    rest = iter(sentences)
    while stretch := list(islice(rest, _STRETCH)):
        yield [stretch[i : i + _PARAGRAPH] for i in range(0, len(stretch), _PARAGRAPH)]


def pairs(given: argparse.Namespace, report: Report) -> Iterator[Pair]:
    """Books as paragraphs, and as sentences."""
    for book in books(given, report):
        paragraphs = [" ".join(paragraph) for paragraph in book]
        yield Pair(paragraphs, [sentence for paragraph in book for sentence in paragraph])


def running(given: argparse.Namespace) -> None:
    """Prepares whole books, written for the time being beside the output."""
    report = Report(given.on_error)
    folder = given.output.parent / f".{given.output.name}.books"
    refuse_taken(folder, lambda place: content_besides(place, {"books.jsonl"}))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written = folder / "books.jsonl"
        with written.open("w", encoding="utf-8") as file:
            for book in books(given, report):
                # A blank line always ends a sentence, so that no sentence found here is lost.
                text = "\n\n".join(sentence for paragraph in book for sentence in paragraph)
                file.write(json.dumps({"text": text}) + "\n")
        manifest = prepare_prose(
            [written],
            given.output,
            given.vocabulary_size,
            folding=not given.no_folding,
            vocabulary=given.vocabulary,
            workers=given.workers,
            on_error=given.on_error,
            seed=given.seed,
            progress=tell,
        )
    except OSError as error:
        raise DataError(f"{folder}: cannot be written ({error.strerror}).") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    counts = {
        "documents": manifest.documents,
        "sentences": manifest.sentences,
        "skipped": len(report.skipped) + manifest.skipped_count,
    }
    sys.stdout.write(json.dumps(counts, indent=1) + "\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    options = parser(__doc__, "bookcorpus/bookcorpus")
    options.add_argument("--lines", action="store_true", help=".txt has one sentence a line")
    options.add_argument("--running", action="store_true", help="keep every book whole")
    options.add_argument("--more", type=Path, nargs="+", default=[], metavar="RAW")
    given = options.parse_args(arguments)
    if given.running:
        return run("prose", lambda: running(given))
    report = Report(given.on_error)
    return run("prose", lambda: finish_pairs(given, pairs(given, report), report, unique=False))


if __name__ == "__main__":
    sys.exit(main())
