"""A job from the names of its files to its last part, on any engine; stopped, it goes on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import Any, Literal

from summ.data.files import MODEL_MANIFEST, sha256
from summ.distributed import ray_data, spark, torchrun
from summ.distributed.blocks import Block, plan_blocks
from summ.distributed.job import Done, Job
from summ.distributed.task import Tally
from summ.distribution import VERSION
from summ.errors import DataError
from summ.pipelines.processes import ALONE, Processes, joined

Engine = Literal["local", "ray", "spark", "torchrun"]


@dataclass(frozen=True)
class Outcome:
    """What a run has done.

    Attributes:
        blocks: in all.
        before: how many of them were done already.
        tally: of the texts of this run.
    """

    blocks: int
    before: int
    tally: Tally


def run(
    job: Job,
    names: Sequence[str],
    size: int,
    engine: Engine,
    workers: int,
    watch: Callable[[Iterator[Done]], Iterator[Done]] = iter,
) -> Outcome:
    """Does all blocks that are not done.

    Args:
        names: of the files, as they are in ``job.reading``'s folder, or URLs.
        size: records of a block.
        workers: processes that work; torchrun has its own number.
        watch: passes on what is done, and may count it.

    Raises:
        DataError: a text cannot be read or a part not written, or the folder holds another job.
        CheckpointError: the model cannot be loaded.
        ConfigError: the engine is not installed.
    """
    with joined() if engine == "torchrun" else nullcontext(ALONE) as processes:
        with processes.together():
            if processes.rank == 0:
                _begin(job, names, size)
        _, blocks = job.parts.plan() or ({}, [])
        there = job.parts.done() | job.waiting.done()
        processes.total([0])  # nobody begins before all have looked
        left = [block for block in blocks if block.number not in there]
        with processes.together():
            tally = _sum(watch(_work(job, left, engine, workers, processes)))
        with processes.together():
            if processes.rank == 0:
                job.task.finish(job.parts, blocks)
                job.parts.remove_leftovers()
        tally = Tally(*processes.total(astuple(tally)))
    return Outcome(len(blocks), len(blocks) - len(left), tally)


def _work(
    job: Job, blocks: Sequence[Block], engine: Engine, workers: int, processes: Processes
) -> Iterator[Done]:
    if not blocks:
        return iter(())
    match engine:
        case "ray":
            return ray_data.work(job, blocks, workers)
        case "spark":
            return spark.work(job, blocks, workers)
        case "torchrun" | "local":
            return torchrun.work(job, blocks, processes)


def _sum(outcomes: Iterable[Done]) -> Tally:
    total = Tally()
    for done in outcomes:
        if done.error:
            raise DataError(done.error)
        total += done.tally
    return total


def _begin(job: Job, names: Sequence[str], size: int) -> None:
    """Plans the blocks, or checks that they were planned for the same job."""
    task = _described(job, names, size)
    planned = job.parts.plan()
    if planned is None:
        job.parts.write_plan(task, plan_blocks(names, job.reading, size))
        return
    other = _difference(planned[0], task)
    if other is not None:
        raise DataError(
            f"{job.parts.folder}: begun with another {other}. Say the same to go on, or choose "
            "another --output."
        )


def _described(job: Job, names: Sequence[str], size: int) -> dict[str, Any]:
    """What decides the content of the parts."""
    task = {name: value for name, value in asdict(job.task).items() if name != "device"}
    folders = [Path(task[name]) for name in ("model", "encoder") if task.get(name)]
    described = {
        "summ": VERSION,
        "command": type(job.task).__name__,
        "options": task | asdict(job.reading) | {"suffix": job.parts.suffix, "block size": size},
        "models": [sha256(folder / MODEL_MANIFEST) for folder in folders],
        "files": {name: job.reading.state(name) for name in names},
    }
    return json.loads(json.dumps(described, default=str))


def _difference(one: Mapping[str, Any], other: Mapping[str, Any]) -> str | None:
    """The first key whose values differ; None if none do."""
    for key in [*one, *(key for key in other if key not in one)]:
        mine, yours = one.get(key), other.get(key)
        if isinstance(mine, dict) and isinstance(yours, dict):
            if (found := _difference(mine, yours)) is not None:
                return found
        elif mine != yours:
            return f"{key} ({_short(mine)}, not {_short(yours)})"
    return None


def _short(value: Any) -> str:
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 60 else shown[:57] + "..."
