"""``summ summarize`` as a program: from cold, a paragraph when warm, many lines, and its memory.

    python benchmarks/program_speed.py [LINES.txt]

From cold it is compared with a program that imports torch and reads the same weights; end to end
with the bare loop (the same search, in one process, over a list).
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import torch
from measuring import Program, in_turns, lines, machine, program, show

from summ.pipelines.summarize import Summarizer
from summ.pretrained import find_model

COUNT, WARM = 60, 10
PARAGRAPH = (
    "The council of Norwick voted on Monday to repair the old bridge over the Wend, which has been "
    "closed since the floods of last winter. The work will cost 2.4 million crowns and take a year."
)
PEER = "import sys, torch; from safetensors.torch import load_file; load_file(sys.argv[1])"


def main() -> None:
    torch.set_num_threads(1)
    sys.stdout.write(machine() + "\n")
    given = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines() if sys.argv[1:] else []
    texts = (given or lines(COUNT))[:COUNT]
    weights = next(iter(sorted((find_model("en-lines") / "compressor").glob("*.safetensors"))))
    with tempfile.TemporaryDirectory() as place:
        one, many, out = (str(Path(place) / name) for name in ("one.txt", "many.txt", "out.txt"))
        Path(one).write_text(PARAGRAPH + "\n", encoding="utf-8")
        Path(many).write_text("\n".join(texts) + "\n", encoding="utf-8")
        summ = ("-m", "summ", "summarize", "--threads", "1")
        bare = program("-c", PEER, str(weights))
        cold = program(*summ, one)
        all_lines = program(*summ, "--lines", many, "--output", out, repeats=1)
        headlines = program(
            *summ, "--lines", many, "--output", out, "--style", "headline", repeats=1
        )
        greedy = program(
            *summ,
            "--lines",
            many,
            "--output",
            out,
            "--style",
            "headline",
            "--beams",
            "1",
            repeats=1,
        )
    show(
        "Programs",
        ("what", "processor s", "wall s", "memory MB", "beside"),
        [
            shown("import torch, read the weights", bare, ""),
            shown("one paragraph from cold", cold, f"{cold.processor / bare.processor:.2f} times"),
            shown(f"{len(texts)} lines", all_lines, ""),
            shown(f"{len(texts)} lines, --style headline", headlines, ""),
            shown(f"{len(texts)} lines, --style headline --beams 1", greedy, ""),
        ],
    )
    in_process(texts, all_lines.processor - cold.processor)


def shown(name: str, run: Program, beside: str) -> tuple[str, ...]:
    return (name, f"{run.processor:.2f}", f"{run.wall:.2f}", f"{run.memory:.0f}", beside)


def in_process(texts: list[str], end_to_end: float) -> None:
    """The bare loop and a warm paragraph."""
    summarizer = Summarizer.load()
    summarizer.summarize([PARAGRAPH])  # what is read when it is needed is read now
    loop = in_turns({"loop": lambda: summarizer.summarize(texts)}, repeats=1)["loop"].processor
    warm = []
    for _ in range(WARM):
        start, processor = time.perf_counter(), time.process_time()
        summarizer.summarize([PARAGRAPH])
        warm.append((time.process_time() - processor, time.perf_counter() - start))
    processor, wall = (1000 * min(column) for column in zip(*warm, strict=True))
    show(
        "In one process",
        ("what", "figure"),
        [
            ("bare loop", f"{len(texts) / loop:.1f} lines a processor second"),
            ("end to end, without starting", f"{end_to_end / loop:.2f} of the bare loop's time"),
            ("a warm paragraph", f"{processor:.0f} ms of the processor, {wall:.0f} ms"),
        ],
    )


if __name__ == "__main__":
    main()
