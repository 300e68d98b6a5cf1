"""Characters that belong together: ``python -m data_prep.joined_pairs OUT FILE...``.

A FILE holds Chinese, a text a line (also .gz).  OUT gets one line: the pairs of neighbouring
characters that occur ``--count`` times and e^``--nats`` times as often as chance would have them
side by side.  Between two such characters a word hardly ever ends; ``summ.text.chinese_words``
reads the list.
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

from data_prep.sources import Report, described, run, text_lines
from summ.data.files import write_file

_HAN = re.compile("[\u4e00-\u9fff]+")


def joined_pairs(lines: Iterable[str], count: int, nats: float) -> list[str]:
    """The pairs, in the order of their code points."""
    single: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    for stretch in (stretch for line in lines for stretch in _HAN.findall(line)):
        single.update(stretch)
        pairs.update(first + second for first, second in pairwise(stretch))
    total = single.total()
    return sorted(
        pair
        for pair, seen in pairs.items()
        if seen >= count and math.log(seen * total / (single[pair[0]] * single[pair[1]])) > nats
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    options = described(__doc__)
    options.add_argument("output", metavar="OUT", type=Path)
    options.add_argument("files", metavar="FILE", type=Path, nargs="+")
    options.add_argument("--count", type=int, default=30)
    options.add_argument("--nats", type=float, default=1.5)
    given = options.parse_args(arguments)

    def job() -> None:
        report = Report("fail")
        lines = (line or "" for path in given.files for line in text_lines(path, report))
        write_file(given.output, "".join(joined_pairs(lines, given.count, given.nats)) + "\n")

    return run("joined_pairs", job)


if __name__ == "__main__":
    sys.exit(main())
