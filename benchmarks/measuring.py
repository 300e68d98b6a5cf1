"""How the benchmarks measure: processor seconds, the least of several turns, and the limit.

A figure is given beside a peer's on the same weights, measured in turns in one run, and beside the
limit: the floating-point operations that were counted, over the rate at which this machine
multiplies matrices.
"""

from __future__ import annotations

import os
import platform
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode, register_flop_formula, sdpa_flop_count

_WORDS = """
minister council bank court police union report company government market price city school hospital
plan budget talks deal strike election vote profit loss bridge river team match record summer winter
week month president spokesman officials residents workers farmers
"""


@dataclass(frozen=True)
class Seconds:
    """Of the fastest turn."""

    processor: float
    wall: float


def in_turns(tried: Mapping[str, Callable[[], Any]], repeats: int = 3) -> dict[str, Seconds]:
    """The least seconds of each, after one turn that does not count.

    In turns, so that other work on the machine slows all alike.
    """
    found: dict[str, list[Seconds]] = {name: [] for name in tried}
    for turn in range(repeats + 1):
        for name, function in tried.items():
            wall, processor = time.perf_counter(), time.process_time()
            function()
            took = Seconds(time.process_time() - processor, time.perf_counter() - wall)
            if turn:
                found[name].append(took)
    return {
        name: Seconds(min(one.processor for one in each), min(one.wall for one in each))
        for name, each in found.items()
    }


# Runs what stands behind -m or -c, and says at its end how much memory it had at the most: the
# system's own figure of a child begins with that of the process that started it.
_MEASURED = """
import atexit, re, runpy, sys
from pathlib import Path
def tell():
    sys.stderr.write(re.search(r"VmHWM:.*", Path("/proc/self/status").read_text())[0])
atexit.register(tell)
_, form, what, *rest = sys.argv
sys.argv = [what, *rest]
if form == "-m":
    runpy.run_module(what, run_name="__main__", alter_sys=True)
else:
    exec(what)
"""


@dataclass(frozen=True)
class Program:
    """The least seconds of a program's runs, and its largest memory in MB."""

    processor: float
    wall: float
    memory: float


def program(*arguments: str, repeats: int = 3) -> Program:
    """Runs Python on one thread; the arguments are ``-m MODULE`` or ``-c CODE`` and its own."""
    runs = []
    for _ in range(repeats):
        wall = time.perf_counter()
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        child = subprocess.Popen(
            [sys.executable, "-c", _MEASURED, *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=environment,
        )
        told = child.stderr.read() if child.stderr else b""
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise RuntimeError(told.decode())
        memory = int(told.rpartition(b"VmHWM:")[2].split()[0]) / 1024
        runs.append(Program(used.ru_utime + used.ru_stime, time.perf_counter() - wall, memory))
    return Program(
        min(run.processor for run in runs),
        min(run.wall for run in runs),
        max(run.memory for run in runs),
    )


def peak_memory() -> float:
    """The most memory that this process has had since it was last asked, in MB (Linux)."""
    most = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii"))
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return int(most[1]) / 1024 if most else 0.0


def counted(function: Callable[[], Any]) -> float:
    """Floating-point operations of the matrix products in a call."""
    with FlopCounterMode(display=False) as counter:
        function()
    return float(counter.get_total_flops())


@register_flop_formula(torch.ops.aten._scaled_dot_product_flash_attention_for_cpu)
def _attention_flops(query: Any, key: Any, value: Any, *_: Any, **__: Any) -> int:
    """torch 2.13 counts attention on GPUs only."""
    return int(sdpa_flop_count(query, key, value))


@cache
def matmul_rate(dtype: torch.dtype = torch.float32, size: int = 512) -> float:
    """Operations a processor second of this machine's matrix products, the best of five."""
    one, other = (torch.randn(size, size).to(dtype) for _ in range(2))
    best = min(_product_seconds(one, other) for _ in range(5))
    return 2 * size**3 / best


def _product_seconds(one: torch.Tensor, other: torch.Tensor) -> float:
    start = time.process_time()
    for _ in range(4):
        one @ other
    return (time.process_time() - start) / 4


def lines(count: int, words: int = 25, seed: int = 0) -> list[str]:
    """Invented sentences, each another, for runs without a corpus."""
    generator, known = random.Random(1 + seed), _WORDS.split()
    return [
        f"The {' '.join(generator.choices(known, k=words))} on Monday, {number} people said."
        for number in range(seed, seed + count)
    ]


def machine() -> str:
    """The machine in generic words."""
    flags = ""
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:  # noqa: PTH123
            told = file.read()
        flags = ", ".join(
            name for name in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if f" {name}" in told
        )
    except OSError:
        pass
    rates = [matmul_rate(torch.float32) / 1e9, matmul_rate(torch.bfloat16, 256) / 1e9]
    return (
        f"{os.cpu_count()} cores ({platform.machine()}; {flags}), Python "
        f"{platform.python_version()}, torch {torch.__version__}, one thread; "
        f"matrix products {rates[0]:.0f} GFLOP/s in fp32, {rates[1]:.0f} in bf16"
    )


def show(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints a Markdown table."""
    out = [f"\n### {title}\n", "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    out += ["| " + " | ".join(row) + " |" for row in rows]
    sys.stdout.write("\n".join(out) + "\n")
    sys.stdout.flush()
