"""What a run is: the fingerprint that tells runs apart, and the record it leaves."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version

from summ.config import RunShape


def fingerprint(config: RunShape) -> str:
    """Identifies what a run computes; where it is written and how often it reports do not count."""
    told = {"output", "log_every", "validate_every", "save_every"}
    told |= {"keep_checkpoints", "loader_workers"}
    return hashlib.sha256(config.model_dump_json(exclude=told).encode()).hexdigest()[:16]


def describe_run(config: RunShape, processes: int) -> None:
    """Writes ``run.json``: what is computed, by what, on how many processes."""
    versions = {name: version(name) for name in ("summ", "torch", "transformers", "accelerate")}
    told = {"processes": processes, "versions": versions, "config": config.model_dump(mode="json")}
    text = json.dumps(told, indent=1) + "\n"
    (config.output / "run.json").write_text(text, encoding="utf-8")
