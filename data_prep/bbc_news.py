"""Long documents to evaluate on: ``python -m data_prep.bbc_news RAW OUT.jsonl``.

RAW is the folder of the BBC news set (Greene & Cunningham 2006): a .txt an article, its title in
the first line, blank lines between paragraphs.  Or .jsonl files of records with ``id``, ``title``
and ``paragraphs``.  OUT gets the records that ``summ evaluate --data`` reads.

A journalist's first paragraph sums an article up, so the rest of the article is a document and
that paragraph its reference; with ``--reference title`` the whole article is the document.
Not training data: the records hold documents together with their references.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from data_prep.sources import Report, described, files, run, text_lines
from summ.data.files import open_output, write_json
from summ.text.sentences import split_sentences

_FEWEST_SENTENCES = 5  # a shorter document is not long


@dataclass(frozen=True)
class Article:
    """A news article."""

    id: str
    title: str
    paragraphs: Sequence[str]


def articles(raw: Path, report: Report) -> Iterator[Article]:
    """All articles of a file or folder, in the order of their names."""
    for path in files(raw, "*.txt", "*.jsonl*"):
        if path.suffix == ".txt":
            name = path.relative_to(raw).as_posix() if path != raw else path.name
            yield _plain(name, "\n".join(line or "" for line in text_lines(path, report)))
        else:
            yield from _records(path, report)


def _plain(name: str, text: str) -> Article:
    title, _, rest = text.partition("\n")
    paragraphs = [" ".join(part.split()) for part in rest.split("\n\n")]
    return Article(name, title.strip(), [paragraph for paragraph in paragraphs if paragraph])


def _records(path: Path, report: Report) -> Iterator[Article]:
    for number, line in enumerate(text_lines(path, report), start=1):
        try:
            record = json.loads(line) if line else None
            if record is not None:
                paragraphs = [" ".join(part.split()) for part in record["paragraphs"]]
                yield Article(str(record["id"]), record["title"].strip(), paragraphs)
        except (ValueError, KeyError, TypeError, AttributeError):
            report.skip(
                f'{path} line {number}: must be an object with "id", "title", "paragraphs".'
            )


def records(articles: Iterable[Article], title: bool) -> Iterator[dict[str, object]]:
    """Evaluation records of the articles that are long and have a reference."""
    for article in articles:
        kept = article.paragraphs if title else article.paragraphs[1:]
        reference = article.title if title else next(iter(article.paragraphs), "")
        text = "\n\n".join(kept)
        if reference and len(split_sentences(text)) >= _FEWEST_SENTENCES:
            yield {"id": article.id, "text": text, "summaries": [reference]}


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    options = described(__doc__)
    options.add_argument("raw", metavar="RAW", type=Path, help="folder or file of articles")
    options.add_argument("output", metavar="OUT", type=Path, help="the .jsonl file to write")
    options.add_argument("--reference", choices=("paragraph", "title"), default="paragraph")
    options.add_argument("--every", type=int, default=1, metavar="N", help="take each Nth article")
    options.add_argument("--on-error", choices=("skip", "fail"), default="skip")
    given = options.parse_args(arguments)

    def job() -> None:
        report = Report(given.on_error)
        written = 0
        with open_output(given.output) as stream:
            every = list(articles(given.raw, report))[:: max(1, given.every)]
            for record in records(every, given.reference == "title"):
                write_json(stream, record)
                written += 1
        counts = {"articles": len(every), "records": written, "skipped": len(report.skipped)}
        sys.stdout.write(json.dumps(counts, indent=1) + "\n")

    return run("bbc_news", job)


if __name__ == "__main__":
    sys.exit(main())
