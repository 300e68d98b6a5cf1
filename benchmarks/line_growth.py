"""How time and memory of whole programs grow with the number of lines.

    python benchmarks/line_growth.py [MOST [MOST_BY_NETWORKS]]

Imported by ``growth.py``, which draws what is measured here.  Four rows of files, each ten times as
long as the one before: lines that are kept as they are, which pass everything but the networks;
lines that a network of one layer shortens; lines that the default shortens; and vectors.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import torch
from measuring import Program, lines, program, show

from summ.config import NetworkConfig
from summ.families.shortener.model import ShortenerModel, load_shortener, save_shortener
from summ.networks.compressor import Compressor
from summ.networks.transformer import build_encoder_decoder
from summ.networks.vocabulary_facts import vocabulary_facts

SIDES = ("encoder", "decoder")
LINES_AT_ONCE = 10_000


@dataclass(frozen=True)
class Growing:
    """A command that is given more and more lines of so many words."""

    name: str
    command: tuple[str, ...]
    words: int
    counts: tuple[int, ...]


def tiny_shortener(folder: Path) -> Path:
    """A model folder with a network of one layer each side, and the default's vocabulary."""
    default = load_shortener()
    shape = {"model_type": "pegasus", "d_model": 16, "max_position_embeddings": 128}
    shape |= {f"{side}_layers": 1 for side in SIDES}
    shape |= {f"{side}_attention_heads": 1 for side in SIDES}
    shape |= {f"{side}_ffn_dim": 16 for side in SIDES}
    facts = vocabulary_facts(default.vocabulary)
    torch.manual_seed(1)
    network = build_encoder_decoder(NetworkConfig(config=shape), facts, "eager")
    compressor = Compressor(network, facts, shortlist=())
    tiny = ShortenerModel(compressor, default.vocabulary, default.verbs, default.settings)
    save_shortener(tiny, folder)
    return folder


def commands(tiny: Path, most: int, most_by_networks: int) -> list[Growing]:
    def up_to(largest: int, first: int = 1_000) -> tuple[int, ...]:
        return tuple(10**power for power in range(2, 7) if first <= 10**power <= largest)

    summarize = ("summarize", "--words", "10")
    return [
        Growing("kept as they are", summarize, 4, up_to(most)),
        Growing("one layer", (*summarize, "--model", str(tiny)), 7, up_to(most_by_networks)),
        Growing("the default", summarize, 25, up_to(most_by_networks // 10, 100)),
        Growing("vectors", ("embed",), 12, up_to(most)),
    ]


def write_lines(path: Path, count: int, words: int) -> None:
    """Lines in bounded memory, since what starts a program would count as the program's own."""
    with path.open("w", encoding="utf-8") as file:
        for start in range(0, count, LINES_AT_ONCE):
            many = lines(min(LINES_AT_ONCE, count - start), words, seed=start)
            file.write("\n".join(many) + "\n")


def measured(most: int, most_by_networks: int) -> dict[Growing, list[Program]]:
    """The runs of each command, in the order of its counts."""
    found: dict[Growing, list[Program]] = {}
    with tempfile.TemporaryDirectory() as place:
        source = Path(place) / "lines.txt"
        tiny = tiny_shortener(Path(place) / "tiny")
        for growing in commands(tiny, most, most_by_networks):
            name, *options = growing.command
            output = Path(place) / ("out.npy" if name == "embed" else "out.txt")
            found[growing] = []
            for count in growing.counts:
                write_lines(source, count, growing.words)
                arguments = (name, str(source), "--lines", *options, "--output", str(output))
                run = program("-m", "summ", *arguments, repeats=1)
                found[growing].append(run)
                sys.stderr.write(f"{growing.name}: {count:,} lines, {run}\n")
                if name != "embed" and _count(output) != count:
                    raise RuntimeError(f"{growing.name}: {_count(output)} of {count} lines")
    return found


def _count(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file)


def tell(found: dict[Growing, list[Program]]) -> None:
    rows = []
    for growing, runs in found.items():
        for place, (count, run) in enumerate(zip(growing.counts, runs, strict=True)):
            more = "" if not place else _each(growing.counts, runs, place)
            rows.append(
                (growing.name, f"{count:,}", f"{run.processor:.1f}", more, f"{run.memory:.0f}")
            )
    head = ("lines", "how many", "processor s", "ms a further line", "peak MB")
    show("Lines", head, rows)


def _each(counts: tuple[int, ...], runs: list[Program], place: int) -> str:
    """Without starting: the difference from the file before."""
    more = runs[place].processor - runs[place - 1].processor
    return f"{1000 * more / (counts[place] - counts[place - 1]):.2f}"


def main() -> None:
    most = int(sys.argv[1]) if sys.argv[1:] else 100_000
    tell(measured(most, int(sys.argv[2]) if sys.argv[2:] else most // 100))


if __name__ == "__main__":
    main()
