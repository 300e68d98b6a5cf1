"""What a run is: the fingerprint that tells runs apart, the record it leaves, and its folder."""

from __future__ import annotations

import hashlib
import json
from functools import partial
from pathlib import Path

from summ.config import RunShape
from summ.data import files
from summ.data.unfinished import final_name, remove_all_leftovers
from summ.distribution import version_of
from summ.errors import CheckpointError, ConfigError, DataError
from summ.text.bounded_json import bounded_json
from summ.training.checkpoint_plan import averaged_steps
from summ.training.run_lock import LOCK

# What a run makes in its folder; what of it there may be before the first checkpoint.
_PARTS = ("checkpoints", "metrics.jsonl", "model", "run.json", "stages", "tensorboard")
_EARLY = {"checkpoints", "metrics.jsonl", "run.json", "tensorboard"}
# Folders in which a run and nobody else writes.
_OWN = ("checkpoints", "stages")
_SHOWN = 3
_MOST_BYTES = 1 << 24  # of a run's record


def fingerprint(config: RunShape) -> str:
    """Identifies what a run computes; where it is written and how often it reports do not count."""
    reports = {"output", "log_every", "validate_every", "save_every"}
    reports |= {"keep_checkpoints", "loader_workers"}
    described = config.model_dump_json(exclude=reports)
    # What is averaged is saved, so there how often it is saved does count.
    averaged = [
        averaged_steps(config, index) for index, s in enumerate(config.stages) if s.averaged > 1
    ]
    described += str(averaged) if averaged else ""
    return hashlib.sha256(described.encode()).hexdigest()[:16]


def describe_run(config: RunShape, processes: int, sharded: bool, texts: str) -> None:
    """Makes the folder and writes ``run.json``: what is computed, by what, on how many processes.

    Args:
        sharded: whether the processes divide the weights among them.
        texts: digest of the texts that are learned from.

    Raises:
        ConfigError: it cannot be written.
    """
    versions = {name: version_of(name) for name in ("summ", "torch", "transformers", "accelerate")}
    record: dict[str, object] = {"processes": processes, "sharded": sharded}
    record |= {
        "fingerprint": fingerprint(config),
        "texts": texts,
        "versions": versions,
        "config": config.model_dump(mode="json"),
    }
    try:
        files.write_file(config.output / "run.json", json.dumps(record, indent=1) + "\n")
    except DataError as error:
        raise ConfigError(str(error)) from error


def refuse_taken(config: RunShape, resume: bool) -> None:
    """Passes where a run without a checkpoint may begin: in a new or an empty folder.

    Or where a run ended before it had learned anything; with ``resume`` also where this very run
    did before its first checkpoint.

    Raises:
        ConfigError: there is something that this run did not make.
    """
    output = config.output
    try:
        if (output.exists() or output.is_symlink()) and not output.is_dir():
            raise ConfigError(f"{output}: must be a folder, but is none. Choose another --output.")
        held = sorted(path.name for path in output.iterdir()) if output.is_dir() else []
        held = [name for name in held if name != LOCK and not _is_unfinished(name)]
    except OSError as error:
        raise ConfigError(
            f"{output}: cannot be read ({error.strerror}). Choose another --output."
        ) from error
    foreign = [name for name in held if name not in _EARLY]
    record = _record(output)
    blank = bool(record) and "checkpoints" not in held and not _size(output / "metrics.jsonl")
    if foreign or (held and not blank and record != fingerprint(config)):
        shown = ", ".join(map(repr, (foreign or held)[:_SHOWN]))
        raise ConfigError(
            f"{output}: has no checkpoint to go on from, but holds what this run did not make "
            f"({shown}). Choose another --output, or move that away."
        )
    if held and not blank and not resume:
        raise ConfigError(
            f"{output}: holds this run without a checkpoint. Begin it again with --resume, or "
            "choose another --output."
        )
    refuse_foreign_parts(config)


def refuse_foreign_parts(config: RunShape, first: int = 0) -> None:
    """Passes where all that a run will write stays in its folder and replaces its own work only.

    Args:
        first: the stage that the run goes on with; the models of those before it are kept.

    Raises:
        ConfigError: a part is a link to elsewhere, or a pipe, a device or a folder for a file.
        CheckpointError: a folder that a model will be written to holds something else.
    """
    for name in _PARTS:
        if (config.output / name).is_symlink():
            raise ConfigError(
                f"{config.output / name}: is a link, but what a run writes stays in its folder. "
                "Put what it leads to in its place, or choose another --output."
            )
    for name in ("metrics.jsonl", "run.json"):
        path = config.output / name
        if path.exists() and not path.is_file():
            raise ConfigError(
                f"{path}: must be a file, but is none. Move it away, or choose another --output."
            )
    foreign = partial(files.content_unlisted, manifest=files.MODEL_MANIFEST)
    for stage in config.stages[first:]:
        files.refuse_taken(config.output / "stages" / stage.name, foreign, CheckpointError)
    files.refuse_taken(config.output / "model", foreign, CheckpointError)


def refuse_other_texts(folder: Path, known: str, found: str) -> None:
    """Passes where a run goes on with the texts that it began with.

    Args:
        folder: of the checkpoint.
        known: digest of the texts when it was written; empty if nobody asked.
        found: that of the texts that the configuration names now.

    Raises:
        ConfigError: they are others.
    """
    if known and known != found:
        raise ConfigError(
            f"{folder}: learned from other texts than those that the configuration names now "
            f"(SHA-256 {known[:12]}..., found {found[:12]}...). Put the texts back, or choose "
            "another --output."
        )


def remove_unfinished(config: RunShape) -> None:
    """Removes what was being written when an earlier process of this run was killed."""
    for name in _OWN:
        remove_all_leftovers(config.output / name)
    remove_all_leftovers(config.output, _PARTS)


def _is_unfinished(name: str) -> bool:
    """Whether a killed run may have left it instead of one of its parts."""
    return final_name(name) != name and final_name(name) in _PARTS


def _record(output: Path) -> str | None:
    """The fingerprint in the record of a run, if there is one."""
    try:
        record = bounded_json(output / "run.json", _MOST_BYTES)
        return str(record["fingerprint"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0
