"""How time and memory grow with the length of a source, the batch and the number of lines.

python benchmarks/growth.py
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from measuring import lines, peak_memory, show

from summ.pipelines.embed import SentenceEncoder
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
    encoder, rows = SentenceEncoder.load(), []
    for count in (1_000, 10_000, 40_000):
        made = lines(count, 12)
        took = seconds(lambda made=made: encoder.encode(made))
        rows.append((f"{count:,}", f"{count / took:.0f}", f"{peak_memory():.0f}"))
    head = ("lines embedded", "lines a processor second", "peak MB so far")
    show("Lines", head, rows)


if __name__ == "__main__":
    main()
