"""How much memory ``summ prepare`` takes, pass by pass, for more and more text.

    python benchmarks/prepare_memory.py LINES.txt [MEGABYTES ...]

Documents are lines of the file, drawn with replacement.  Sentences are halves of two such lines, so
that there are ever new ones: repeated sentences are dropped, and what was seen is remembered.  A
fifth of the text are sentences.  A gigabyte takes most of an hour of one core.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import chain, pairwise
from pathlib import Path

from measuring import show

# Linux keeps the most memory that a process has had, and begins anew when it is told to.
CODE = r"""
import json, re, sys, time
from pathlib import Path
from summ.data.prepare import prepare
passes = []
def mark(line):
    if line.startswith(("reading", "learning", "tokenising", "done")) and ":" not in line:
        told = Path("/proc/self/status").read_text()
        most = int(re.search(r"VmHWM:\s+(\d+)", told)[1]) / 1024
        Path("/proc/self/clear_refs").write_text("5")
        passes.append((line, most, time.process_time()))
documents, sentences, output = map(Path, sys.argv[1:])
made = prepare([documents], [sentences], output, progress=mark)
mark("done")
texts = made.documents["rows"] + made.sentences["rows"]
print(json.dumps({"passes": passes, "texts": texts}))
"""


def drawn(lines: list[str], megabytes: float, generator: random.Random) -> Iterator[str]:
    """Lines with so many million characters."""
    left = megabytes * 1e6
    while left > 0:
        line = generator.choice(lines)
        yield line + "\n"
        left -= len(line) + 1


def joined(lines: list[str], megabytes: float, generator: random.Random) -> Iterator[str]:
    """The first half of a line with the second of another."""
    for one, other in pairwise(drawn(lines, 2 * megabytes, generator)):
        head, tail = one.split(), other.split()
        yield " ".join(chain(head[: min(12, len(head) // 2)], tail[-min(12, len(tail) // 2) :]))
        yield "\n"


def measured(lines: list[str], megabytes: float) -> tuple[str, ...]:
    """The row of one size: texts, and of each pass its peak of memory and its seconds."""
    generator = random.Random(1)
    with tempfile.TemporaryDirectory() as place:
        documents, sentences = Path(place) / "documents.txt", Path(place) / "sentences.txt"
        for path, texts in (
            (documents, drawn(lines, 0.8 * megabytes, generator)),
            (sentences, joined(lines, 0.2 * megabytes, generator)),
        ):
            with path.open("w", encoding="utf-8") as file:
                file.writelines(texts)
        size = (documents.stat().st_size + sentences.stat().st_size) / 1e6
        ran = subprocess.run(
            [sys.executable, "-c", CODE, str(documents), str(sentences), str(Path(place) / "out")],
            capture_output=True,
            check=True,
        )
    told = json.loads(ran.stdout)
    passes = told["passes"]  # each line stands at the end of the pass before it
    columns = [
        f"{most:.0f} ({seconds - before:.0f} s)"
        for (_, _, before), (_, most, seconds) in pairwise(passes)
    ]
    return (f"{size:,.0f}", f"{told['texts']:,}", f"{passes[0][1]:.0f}", *columns)


def main() -> None:
    path, *sizes = sys.argv[1:]
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    rows = [measured(lines, float(size)) for size in sizes or ("10", "100")]
    head = ("MB of text", "texts kept", "begun", "documents", "sentences", "vocabulary", "pieces")
    show("summ prepare: peak MB (processor seconds) of each pass", head, rows)


if __name__ == "__main__":
    main()
