"""Records: ``python -m data_prep.records RAW OUT``, from .jsonl, .csv or .parquet.

RAW is a file or folder.  With ``--sentences FILE...`` the documents are the field
``--document-field`` of RAW and the sentences the field ``--sentence-field`` of those files.
Without, each record of RAW holds both, and is used for one of them only.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from data_prep.sources import Pair, Report, files, finish, finish_pairs, parser, rows, run
from summ.data.sources import Source

_KINDS = ("*.jsonl*", "*.csv*", "*.parquet")


def pairs(raw: Path, document: str, sentence: str, report: Report) -> Iterator[Pair]:
    """Both fields of every record."""
    for path in files(raw, *_KINDS):
        for row in rows(path, (document, sentence), report):
            yield Pair([row[document]], [row[sentence]])


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    options = parser(__doc__)
    options.add_argument("--document-field", default="text")
    options.add_argument("--sentence-field", default="title")
    options.add_argument("--sentences", type=Path, nargs="+", metavar="FILE")
    given = options.parse_args(arguments)
    raw = Path(given.raw)

    def job() -> None:
        if given.sentences:
            documents = [Source(path, given.document_field) for path in files(raw, *_KINDS[:2])]
            finish(given, documents, [Source(p, given.sentence_field) for p in given.sentences])
        else:
            report = Report(given.on_error)
            rows = pairs(raw, given.document_field, given.sentence_field, report)
            finish_pairs(given, rows, report)

    return run("records", job)


if __name__ == "__main__":
    sys.exit(main())
