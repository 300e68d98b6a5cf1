"""How time and memory grow with the length of a source, the batch and the number of lines.

python benchmarks/growth.py [LINES.txt]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from measuring import lines, peak_memory, program, show

from summ.pipelines.summarize import Summarizer


def seconds(function: Callable[[], Any]) -> float:
    start = time.process_time()
    function()
    return time.process_time() - start


def main() -> None:
    torch.set_num_threads(1)
    given = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines() if sys.argv[1:] else []
    summarizer = Summarizer.load()
    summarizer.summarize(lines(2))
    rows = []
    for words in (50, 500, 5_000, 50_000, 100_000):
        text = " ".join(" ".join(given or lines(words // 31 + 1)).split()[:words])
        took = seconds(lambda text=text: summarizer.summarize([text], words=40))
        rows.append(
            (f"{words:,}", f"{took:.2f}", f"{1e6 * took / words:.0f}", f"{peak_memory():.0f}")
        )
    head = ("words of a document", "processor s", "microseconds a word", "peak MB so far")
    show("Length", head, rows)
    rows = []
    texts = lines(32)
    for batch in (1, 8, 32):
        took = seconds(lambda batch=batch: summarizer.summarize(texts, words=10, batch_size=batch))
        rows.append((str(batch), f"{len(texts) / took:.1f}", f"{peak_memory():.0f}"))
    show("Batch", ("--batch-size", "lines a processor second", "peak MB so far"), rows)
    show_lines()


def show_lines() -> None:
    """Whole programs, starting included, on files of ever more lines."""
    rows = []
    with tempfile.TemporaryDirectory() as place:
        source, output = Path(place) / "lines.txt", Path(place) / "out"
        for command, counts, words in (
            (("summarize", "--words", "10"), (100, 1_000), 25),
            (("embed",), (1_000, 10_000, 100_000), 12),
        ):
            for count in counts:
                source.write_text("\n".join(lines(count, words)) + "\n", encoding="utf-8")
                name, *options = command
                target = str(output) + (".npy" if name == "embed" else ".txt")
                arguments = (str(source), "--lines", *options, "--output", target)
                ran = program("-m", "summ", name, *arguments, repeats=1)
                rows.append((name, f"{count:,}", f"{ran.processor:.1f}", f"{ran.memory:.0f}"))
    show("Lines", ("summ", "lines", "processor s", "peak MB"), rows)


if __name__ == "__main__":
    main()
