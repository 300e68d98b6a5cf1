"""The engine ``ray``: blocks as a Ray Dataset, done by actors that keep their model.

Ray starts an actor again that dies, and its block is done again.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from summ.distributed.blocks import Block
from summ.distributed.job import Done, Job, Worker, workers_lost
from summ.distribution import how_to_install
from summ.errors import ConfigError


def work(job: Job, blocks: Sequence[Block], workers: int) -> Iterator[Done]:
    """Does blocks on the cluster of ``RAY_ADDRESS``, or on one that is started here.

    Args:
        workers: actors, each with as many CPUs as the job has threads.

    Raises:
        ConfigError: Ray is not installed.
        DataError: the cluster is lost.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nobody is told that it runs
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise ConfigError(
            f"--engine ray: Ray Data is not installed. {how_to_install('ray')}"
        ) from error

    class Actor:
        def __init__(self) -> None:
            self.worker = Worker(job)

        def __call__(self, batch: dict[str, Any]) -> dict[str, list[str]]:
            return {"done": [self.worker.work_json(block) for block in batch["block"]]}

    own = None if "RAY_ADDRESS" in os.environ else workers * job.threads
    ray.init(num_cpus=own, log_to_driver=False, logging_level=logging.CRITICAL)
    try:
        ray.data.DataContext.get_current().enable_progress_bars = False
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        rows = [{"block": json.dumps(asdict(block))} for block in blocks]
        done = ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
            Actor,
            batch_size=1,
            compute=ray.data.ActorPoolStrategy(size=min(workers, len(rows))),
            num_cpus=job.threads,
        )
        for row in done.iter_rows():
            yield Done.of(row["done"])
    except ray.exceptions.RayError as error:
        raise workers_lost("ray", error) from error
    finally:
        ray.shutdown()
