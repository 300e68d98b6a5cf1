"""Plain text: ``python -m data_prep.plain RAW OUT --sentences FILE...``, one text a line.

RAW is a file, or a folder of .txt and .txt.gz files; with ``--whole`` each file is one document
(then .html, .pdf and .docx are read as well).  The sentences are files of one sentence a line.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from data_prep.sources import files, finish, parser, run
from summ.data.sources import Source


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    options = parser(__doc__)
    options.add_argument("--sentences", type=Path, nargs="+", required=True, metavar="FILE")
    options.add_argument("--whole", action="store_true", help="each file is one document")
    given = options.parse_args(arguments)

    def job() -> None:
        patterns = ["*"] if given.whole else ["*.txt*"]
        documents = [Source(path, whole=given.whole) for path in files(Path(given.raw), *patterns)]
        finish(given, documents, given.sentences)

    return run("plain", job)


if __name__ == "__main__":
    sys.exit(main())
