"""How time and memory grow with a source's length, the batch, the lines and the vocabulary.

    python benchmarks/growth.py [LINES.txt] [--plot FILE.svg] [--most LINES]

The networks get a hundredth of --most lines in ``line_growth.py``, and what is kept all of them.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import line_growth
import torch
from line_growth import SIDES, Growing
from measuring import Program, counted, lines, matmul_rate, peak_memory, show

from summ.config import NetworkConfig
from summ.networks.compressor import Compressor
from summ.networks.policy import Marks, greedy
from summ.networks.transformer import VocabularyFacts, build_encoder_decoder
from summ.pipelines.summarize import Summarizer
from summ.types import Tokens


@dataclass(frozen=True)
class Curve:
    """Processor seconds and the peak of memory, in MB, of more and more."""

    panel: str
    name: str
    sizes: Sequence[float]
    seconds: Sequence[float]
    memory: Sequence[float]


def seconds(function: Callable[[], Any]) -> float:
    start = time.process_time()
    function()
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lines", nargs="?", type=Path)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--most", type=int, default=100_000)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    given = asked.lines.read_text(encoding="utf-8").splitlines() if asked.lines else []
    summarizer = Summarizer.load()
    summarizer.summarize(lines(2))
    curves = [of_length(summarizer, given), of_batch(summarizer), of_vocabulary()]
    found = line_growth.measured(asked.most, asked.most // 100)
    line_growth.tell(found)
    curves += [of_lines(growing, runs) for growing, runs in found.items()]
    if asked.plot:
        draw(curves, asked.plot)


def of_length(summarizer: Summarizer, given: Sequence[str]) -> Curve:
    """One document of the default, from 50 to 100,000 words."""
    sizes, took, memory = (50, 500, 5_000, 50_000, 100_000), [], []
    for words in sizes:
        text = " ".join(" ".join(given or lines(words // 31 + 1)).split()[:words])
        peak_memory()
        took.append(seconds(partial(summarizer.summarize, [text], words=40)))
        memory.append(peak_memory())
    rows = [
        (f"{words:,}", f"{one:.2f}", f"{1e6 * one / words:.0f}", f"{most:.0f}")
        for words, one, most in zip(sizes, took, memory, strict=True)
    ]
    show("Length", ("words of a document", "processor s", "microseconds a word", "peak MB"), rows)
    return Curve("words of a document", "the default", sizes, took, memory)


def of_batch(summarizer: Summarizer) -> Curve:
    """So many lines at once, 128 in all."""
    texts, sizes = lines(128), (1, 4, 16, 64, 128)
    took, memory = [], []
    for batch in sizes:
        peak_memory()
        took.append(seconds(partial(summarizer.summarize, texts, words=10, batch_size=batch)))
        memory.append(peak_memory())
    rows = [
        (str(batch), f"{len(texts) / one:.1f}", f"{most:.0f}")
        for batch, one, most in zip(sizes, took, memory, strict=True)
    ]
    show("Batch", ("--batch-size", "lines a processor second", "peak MB"), rows)
    each = [one * batch / len(texts) for one, batch in zip(took, sizes, strict=True)]
    return Curve("lines of a batch", "the default", sizes, each, memory)


def of_vocabulary() -> Curve:
    """Greedy decoding by new networks (width 256, 4 + 4 layers): 32 sources, 16 pieces of each."""
    shape = {"model_type": "pegasus", "d_model": 256, "max_position_embeddings": 64}
    shape |= {f"{side}_{what}": 4 for side in SIDES for what in ("layers", "attention_heads")}
    shape |= {f"{side}_ffn_dim": 1024 for side in SIDES}
    sizes, rows, took, memory = (1_000, 4_000, 16_000, 64_000), [], [], []
    for size in sizes:
        marked = torch.zeros(size, dtype=torch.bool)
        prompts = torch.arange(4, 44)
        facts = VocabularyFacts(size, 0, 2, 3, ~marked, marked, prompts)
        network = build_encoder_decoder(NetworkConfig(config=shape), facts, "eager").eval()
        compressor = Compressor(network, facts, None)
        marks = Marks(0, 3, ~marked)
        sources = torch.randint(44, size, (32, 48), generator=torch.Generator().manual_seed(1))
        read = Tokens(sources, torch.ones_like(sources, dtype=torch.bool))
        budget = torch.full((32,), 10)

        def decode(
            compressor: Compressor = compressor,
            read: Tokens = read,
            budget: torch.Tensor = budget,
            marks: Marks = marks,
        ) -> None:
            with torch.no_grad():
                greedy(compressor, compressor.read(read, budget), marks, 16)

        peak_memory()
        decode()
        took.append(min(seconds(decode) for _ in range(3)))
        memory.append(peak_memory())
        parameters = sum(value.numel() for value in compressor.parameters())
        flops = counted(decode)
        rows.append(
            (
                f"{size:,}",
                f"{1000 * took[-1] / 32:.1f}",
                f"{100 * flops / matmul_rate() / took[-1]:.0f} %",
                f"{parameters / 1e6:.1f} M",
            )
        )
    head = ("pieces", "processor ms a text", "share of the matmul rate", "weights")
    show("Vocabulary", head, rows)
    return Curve("pieces of the vocabulary", "32 texts", sizes, took, memory)


def of_lines(growing: Growing, runs: Sequence[Program]) -> Curve:
    took, memory = [run.processor for run in runs], [run.memory for run in runs]
    return Curve("lines of a file", growing.name, growing.counts, took, memory)


def draw(curves: Sequence[Curve], file: Path) -> None:
    """Time above memory, a column for each kind of growth; a dotted line grows in proportion."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    panels = list(dict.fromkeys(curve.panel for curve in curves))
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "growth", "font.size": 9}):
        figure = Figure(figsize=(3 * len(panels), 5.2), layout="constrained")
        grid = figure.subplots(2, len(panels), squeeze=False)
        for column, panel in enumerate(panels):
            time_axes, memory_axes = grid[0][column], grid[1][column]
            for curve in (one for one in curves if one.panel == panel):
                time_axes.plot(curve.sizes, curve.seconds, marker="o", label=curve.name)
                memory_axes.plot(curve.sizes, curve.memory, marker="o", label=curve.name)
                proportional = [
                    curve.seconds[-1] * size / curve.sizes[-1]
                    for size in (curve.sizes[0], curve.sizes[-1])
                ]
                ends = (curve.sizes[0], curve.sizes[-1])
                time_axes.plot(ends, proportional, linestyle=":", color="grey", linewidth=1)
            time_axes.set(xscale="log", yscale="log")
            memory_axes.set(xscale="log", xlabel=panel)
            memory_axes.set_ylim(0, 1.1 * memory_axes.dataLim.ymax)
            memory_axes.legend(frameon=False, fontsize=8, loc="lower right")
        grid[0][0].set_ylabel("processor seconds")
        grid[1][0].set_ylabel("peak memory, MB")
        figure.savefig(file, metadata={"Date": None})


if __name__ == "__main__":
    main()
