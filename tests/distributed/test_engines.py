"""Ray and Spark for real, on local workers, of which one is killed in the middle."""

import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import STORIES

ROWS, BLOCK = 400, 20
# What a worker's command line holds.
WORKERS = {"ray": "ray::MapWorker", "spark": "pyspark.daemon"}
MODULES = {"ray": "ray", "spark": "pyspark"}


def descendants(process: int) -> dict[int, str]:
    """The processes below one, with their command lines."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True)
    rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
    found, above = {}, {process}
    while above:
        below = {int(pid): rest for pid, parent, *rest in rows if int(parent) in above}
        found |= {pid: " ".join(rest) for pid, rest in below.items()}
        above = set(below)
    return found


def kill_a_worker(engine: str, driver: int) -> None:
    """SIGKILL for one that works; Spark's first is the one that starts the others."""
    found = [pid for pid, line in descendants(driver).items() if WORKERS[engine] in line]
    os.kill(found[-1], signal.SIGKILL)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("engine", ["ray", "spark"])
@pytest.mark.parametrize("command", ["summarize", "score"])
def test_a_killed_worker_loses_and_doubles_nothing(engine, command, tmp_path, summary_model_folder):
    if importlib.util.find_spec(MODULES[engine]) is None:
        pytest.skip(f"{MODULES[engine]} is not installed")
    lines = [f"{n} {' '.join(STORIES[n % len(STORIES)].split()[:9])}" for n in range(ROWS)]
    (tmp_path / "a.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    common = [
        *(sys.executable, "-m", "summ", command, "a.txt", "--lines", "--format", "jsonl"),
        *("--model", str(summary_model_folder), "--threads", "1"),
    ]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
    plain = subprocess.run([*common, "--output", "plain.jsonl"], cwd=tmp_path, env=environment)
    assert plain.returncode == 0
    many = ["--engine", engine, "--workers", "2", "--block-size", str(BLOCK), "--output", "parts"]
    job = subprocess.Popen([*common, *many], cwd=tmp_path, env=environment)
    try:
        while job.poll() is None and len(list(tmp_path.rglob("part-*"))) < 3:
            time.sleep(0.01)
        kill_a_worker(engine, job.pid)
        assert job.wait(500) == 0
    finally:
        job.kill()
    parts = sorted(Path(tmp_path, "parts").iterdir())
    names = [f"part-{number:06}.jsonl" for number in range(ROWS // BLOCK)]
    assert [part.name for part in parts] == ["manifest.json", *names]
    assert [len(part.read_text().splitlines()) for part in parts[1:]] == [BLOCK] * len(names)
    if command == "summarize":
        # Blocks are other batches; the texts are the same for all that.
        texts = [[line.split('"log_prob"')[0] for line in text.splitlines()] for text in (
            "".join(part.read_text() for part in parts[1:]), (tmp_path / "plain.jsonl").read_text()
        )]  # fmt: skip
        assert texts[0] == texts[1]
