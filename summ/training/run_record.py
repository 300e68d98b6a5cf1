"""What a run is: the fingerprint that tells runs apart, the record it leaves, and its folder."""

from __future__ import annotations

import hashlib
import json
from functools import partial
from importlib.metadata import version

from summ.config import RunShape
from summ.data import files
from summ.errors import CheckpointError, ConfigError

# What a run makes in its folder; what of it there may be before the first checkpoint.
_PARTS = ("checkpoints", "metrics.jsonl", "model", "run.json", "stages", "tensorboard")
_EARLY = {"checkpoints", "metrics.jsonl", "run.json", "tensorboard"}
_SHOWN = 3
# What the folders of models are known by, by the family of the run.
_MANIFESTS = {"summarizer": "summ.json", "sentence": "sentence-encoder.json"}


def fingerprint(config: RunShape) -> str:
    """Identifies what a run computes; where it is written and how often it reports do not count."""
    told = {"output", "log_every", "validate_every", "save_every"}
    told |= {"keep_checkpoints", "loader_workers"}
    return hashlib.sha256(config.model_dump_json(exclude=told).encode()).hexdigest()[:16]


def describe_run(config: RunShape, processes: int) -> None:
    """Makes the folder and writes ``run.json``: what is computed, by what, on how many processes.

    Raises:
        ConfigError: it cannot be written.
    """
    versions = {name: version(name) for name in ("summ", "torch", "transformers", "accelerate")}
    told: dict[str, object] = {"processes": processes, "fingerprint": fingerprint(config)}
    told |= {"versions": versions, "config": config.model_dump(mode="json")}
    text = json.dumps(told, indent=1) + "\n"
    try:
        config.output.mkdir(parents=True, exist_ok=True)
        (config.output / "run.json").write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"{config.output}: cannot be written ({error.strerror}). Choose another --output."
        ) from error


def refuse_taken(config: RunShape, resume: bool) -> None:
    """Passes where a run without a checkpoint may begin: in a new or an empty folder.

    With ``resume`` also where this very run began before and wrote no checkpoint and no model.

    Raises:
        ConfigError: there is something that this run did not make.
    """
    output = config.output
    try:
        if (output.exists() or output.is_symlink()) and not output.is_dir():
            raise ConfigError(f"{output}: must be a folder, but is none. Choose another --output.")
        held = sorted(path.name for path in output.iterdir()) if output.is_dir() else []
    except OSError as error:
        raise ConfigError(
            f"{output}: cannot be read ({error.strerror}). Choose another --output."
        ) from error
    foreign = [name for name in held if name not in _EARLY]
    if foreign or (held and not _began_here(config)):
        shown = ", ".join(map(repr, (foreign or held)[:_SHOWN]))
        raise ConfigError(
            f"{output}: has no checkpoint to go on from, but holds what this run did not make "
            f"({shown}). Choose another --output, or move that away."
        )
    if held and not resume:
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
        ConfigError: a part is a link to elsewhere.
        CheckpointError: a folder that a model will be written to holds something else.
    """
    for name in _PARTS:
        if (config.output / name).is_symlink():
            raise ConfigError(
                f"{config.output / name}: is a link, but what a run writes stays in its folder. "
                "Put what it leads to in its place, or choose another --output."
            )
    foreign = partial(files.content_unlisted, manifest=_MANIFESTS[config.family])
    for stage in config.stages[first:]:
        files.refuse_taken(config.output / "stages" / stage.name, foreign, CheckpointError)
    files.refuse_taken(config.output / "model", foreign, CheckpointError)


def _began_here(config: RunShape) -> bool:
    """Whether the record in the folder is of this very run."""
    try:
        told = json.loads((config.output / "run.json").read_text(encoding="utf-8"))
        return bool(told["fingerprint"] == fingerprint(config))
    except (OSError, ValueError, KeyError, TypeError):
        return False
