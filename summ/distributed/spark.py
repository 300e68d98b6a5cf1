"""The engine ``spark``: blocks as rows of a DataFrame, done by ``mapInPandas``.

A task is one block.  Spark keeps its Python workers from task to task, so each loads its model
once; it starts a worker again that dies, and its block is done again.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import TYPE_CHECKING

from summ.distributed.blocks import Block
from summ.distributed.job import Done, Job, Worker, workers_lost
from summ.distribution import how_to_install
from summ.errors import ConfigError

if TYPE_CHECKING:
    import pandas

_TRIES = 4  # of a block whose worker dies; those of a cluster are in its own configuration
# Where users, and spark-submit, say which cluster it is.
_CONFIGURED = frozenset(
    {"PYSPARK_SUBMIT_ARGS", "PYSPARK_GATEWAY_PORT", "SPARK_REMOTE", "SPARK_CONF_DIR"}
)


def work(job: Job, blocks: Sequence[Block], workers: int) -> Iterator[Done]:
    """Does blocks on the cluster that Spark is configured for, or in processes here.

    Args:
        workers: processes, where no cluster is configured.

    Raises:
        ConfigError: PySpark is not installed.
        DataError: workers die again and again.
    """
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise ConfigError(
            f"--engine spark: PySpark is not installed. {how_to_install('spark')}"
        ) from error
    warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("summ").config("spark.log.level", "ERROR")
    if _CONFIGURED.isdisjoint(os.environ):
        builder = builder.master(f"local[{workers},{_TRIES}]")
        builder = builder.config("spark.ui.enabled", "false")
        builder = builder.config("spark.ui.showConsoleProgress", "false")

    def mapped(frames: Iterable[pandas.DataFrame]) -> Iterator[pandas.DataFrame]:
        import pandas

        worker = _worker(job)
        for frame in frames:
            yield pandas.DataFrame({"done": list(map(worker.work_json, frame["block"]))})

    session = builder.getOrCreate()
    try:
        rows = [(json.dumps(asdict(block)),) for block in blocks]
        frame = session.createDataFrame(rows, "block string").repartition(len(rows))
        for row in frame.mapInPandas(mapped, "done string").collect():
            yield Done.of(row["done"])
    except PySparkException as error:
        raise workers_lost("spark", error) from error
    finally:
        session.stop()


@lru_cache(maxsize=1)
def _worker(job: Job) -> Worker:
    """The worker of this process."""
    return Worker(job)
