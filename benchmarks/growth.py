"""How time and memory grow with a source's length, the batch, the lines and the vocabulary.

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
from measuring import counted, lines, matmul_rate, peak_memory, program, show

from summ.config import NetworkConfig
from summ.networks.compressor import Compressor
from summ.networks.policy import Marks, greedy
from summ.networks.transformer import VocabularyFacts, build_encoder_decoder
from summ.pipelines.summarize import Summarizer
from summ.types import Tokens

SIDES = ("encoder", "decoder")


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
    show_vocabulary()
    show_lines()


def show_vocabulary() -> None:
    """Greedy decoding by new networks (width 256, 4 + 4 layers): 32 sources, 16 pieces of each."""
    shape = {"model_type": "pegasus", "d_model": 256, "max_position_embeddings": 64}
    shape |= {f"{side}_{what}": 4 for side in SIDES for what in ("layers", "attention_heads")}
    shape |= {f"{side}_ffn_dim": 1024 for side in SIDES}
    rows = []
    for size in (1_000, 4_000, 16_000, 64_000):
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

        decode()
        took = min(seconds(decode) for _ in range(3))
        parameters = sum(value.numel() for value in compressor.parameters())
        flops = counted(decode)
        rows.append(
            (
                f"{size:,}",
                f"{1000 * took / 32:.1f}",
                f"{100 * flops / matmul_rate() / took:.0f} %",
                f"{parameters / 1e6:.1f} M",
            )
        )
    head = ("pieces", "processor ms a text", "share of the matmul rate", "weights")
    show("Vocabulary", head, rows)


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
