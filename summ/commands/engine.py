"""``--engine``: what three commands share that let many workers write a folder of parts."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from summ import options
from summ.commands.terminal import progress, say, wrong_usage
from summ.commands.threads import usable_cores, use_threads

if TYPE_CHECKING:
    from summ.distributed.task import Tally, Task

BLOCK = 2_048  # as many texts as one process looks at together


@dataclass(frozen=True)
class EngineOptions:
    """The options of a command that say who works, what is read, and where parts go."""

    engine: options.EngineName
    files: list[str] | None
    output: Path | None
    workers: int | None
    threads: int | None
    block_size: int
    lines: bool
    field: str
    errors: options.BadBytes
    on_error: options.BadRecords
    max_document: int
    input_format: options.InputKind = "auto"

    def run(self, task: Task, suffix: str) -> None:
        """Lets the engine do a task, and says what came of it.

        Args:
            suffix: of the parts.
        """
        if self.output is None:
            raise wrong_usage(f"--engine {self.engine} writes a folder. Give --output.")
        if not self.files:
            raise wrong_usage(f"--engine {self.engine} does not read stdin. Give a FILE.")
        threads = self.threads or 1
        use_threads(threads)
        from summ.distributed.blocks import Reading, expand_names
        from summ.distributed.job import Job
        from summ.distributed.parts import Parts
        from summ.distributed.run import run

        reading = Reading(
            str(Path.cwd()),
            self.lines,
            self.field,
            self.errors,
            self.on_error,
            self.input_format,
            self.max_document,
        )
        job = Job(task, reading, Parts(_as_url(self.output), suffix), threads)
        workers = self.workers or usable_cores()
        names, watch = expand_names(self.files), partial(progress, unit="parts")
        outcome = run(job, names, self.block_size, self.engine, workers, watch)
        if os.environ.get("RANK", "0") != "0":
            return  # of torchrun's processes one reports
        if outcome.before:
            say(f"{outcome.before} of {outcome.blocks} parts were there already.")
        written = outcome.blocks - outcome.before
        say(f"{self.output}: {outcome.tally.rows} texts in {written} parts.")
        _warn(outcome.tally)


def _warn(tally: Tally) -> None:
    """Says what the parts do not show."""
    for count, what in (
        (tally.lacking, "records could not be read and were left out"),
        (tally.blank, "texts are blank: their rows are zeros"),
        (tally.cut, "texts were not read to the end"),
        (tally.clipped, "numbers were too large for int8 and were cut off"),
    ):
        if count:
            say(f"warning: {count} {what}.")


def _as_url(output: Path) -> str:
    """A path, or the URL that it was before ``Path`` took one of its slashes."""
    scheme, colon, rest = str(output).partition(":/")
    if colon and len(scheme) > 1 and scheme.isalnum():
        return f"{scheme}://{rest}"
    return str(output.absolute())
