"""The schema of a training run; YAML holds the values, ``--set a.b=c`` overrides them.

Every key is checked: an unknown one is an error that names the nearest known one.  Keys
ending in ``_weight`` multiply a loss or a reward, ``_share`` is a part of one, ``*_loss`` does
not occur here.  A run is a list of stages; each goes on from where the one before it stopped.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BeforeValidator, Field, ValidationError, model_validator

from summ.config.sections import (
    DataConfig,
    EncoderConfig,
    NetworksConfig,
    NoiseConfig,
    Positive,
    Section,
)
from summ.config.stages import ENCODER_KINDS, STAGE_KINDS, Stage
from summ.errors import ConfigError

# YAML reads a bare `no` as false.
Precision = Annotated[Literal["no", "bf16"], BeforeValidator(lambda value: value or "no")]


_SHOWN = 100  # characters of a value that an error quotes


class TrainConfig(Section):
    """A whole run."""

    output: Path
    seed: int = 1
    data: DataConfig
    noise: NoiseConfig = NoiseConfig()
    networks: NetworksConfig | None = None
    encoder: EncoderConfig | None = None
    start_from: Path | None = None
    stages: Annotated[list[Stage], Field(min_length=1)]
    precision: Precision = "no"
    log_every: Positive = 20
    validate_every: Positive = 500
    save_every: Positive = 500
    keep_checkpoints: Positive = 2
    validation_documents: Positive = 256
    max_bad_steps: Positive = 20
    loader_workers: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def networks_from_somewhere(self) -> TrainConfig:
        if len({stage.kind in ENCODER_KINDS for stage in self.stages}) > 1:
            raise ValueError("stages of sentence encoders and of a summarizer need a run each")
        kind, other = ("encoder", "networks") if self.encodes else ("networks", "encoder")
        given = {name for name in (kind, other, "start_from") if dict(self)[name] is not None}
        if given not in ({kind}, {"start_from"}):
            raise ValueError(f"give either '{kind}' (new ones) or 'start_from' (a model folder)")
        return self

    @model_validator(mode="after")
    def folders_of_their_own(self) -> TrainConfig:
        first: dict[str, int] = {}
        for place, stage in enumerate(self.stages):
            other = first.setdefault(stage.name.lower(), place)
            if other != place:
                raise ValueError(
                    f"stages.{place}.name: must not be that of stages.{other} (capitals count for "
                    f"nothing), found '{stage.name}'. Give each stage a name of its own"
                )
        return self

    @model_validator(mode="after")
    def enough_checkpoints(self) -> TrainConfig:
        most = max(stage.average_checkpoints for stage in self.stages)
        if most > self.keep_checkpoints:
            raise ValueError(f"average_checkpoints is {most}: keep_checkpoints must be as many")
        return self

    @property
    def encodes(self) -> bool:
        """Whether the run teaches sentence encoders; otherwise a summarizer."""
        return self.stages[0].kind in ENCODER_KINDS


def load_config(path: Path, overrides: Sequence[str] = ()) -> TrainConfig:
    """Reads a YAML file, applies ``a.b=c`` overrides and checks every key.

    List items are addressed by position: ``stages.0.steps=50``.

    Raises:
        ConfigError: the file cannot be read, is not YAML, or does not fit the schema.
    """
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}).") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not YAML: {' '.join(str(error).split())}.") from error
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: must hold keys and values, found {type(values).__name__}.")
    for override in overrides:
        _apply(values, override)
    try:
        return TrainConfig.model_validate(values)
    except ValidationError as error:
        raise ConfigError(f"{path}: {_first_problem(error)}") from error


def _apply(values: dict[str, Any], override: str) -> None:
    """Sets one dotted key in place."""
    key, equals, text = override.partition("=")
    if not equals or not key:
        raise ConfigError(f"--set {override}: must look like a.b=c.")
    place: Any = values
    *parents, last = key.split(".")
    try:
        for part in parents:
            if isinstance(place, list):
                place = place[int(part)]
            else:
                if place.get(part) is None:
                    place[part] = {}
                place = place[part]
        place[int(last) if isinstance(place, list) else last] = yaml.safe_load(text)
    except (IndexError, ValueError, TypeError, AttributeError, yaml.YAMLError) as error:
        raise ConfigError(f"--set {override}: there is no such place in the file.") from error


def _first_problem(error: ValidationError) -> str:
    """The first schema violation as *key: what is wrong. What to do.*"""
    problem = error.errors()[0]
    # The discriminator of a union stands in pydantic's location but is no key of the file.
    steps = [str(part) for part in problem["loc"] if part not in STAGE_KINDS]
    key = ".".join(steps)
    if problem["type"] == "extra_forbidden":
        known = _known_keys()
        near = difflib.get_close_matches(steps[-1], known, n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        return f"{key}: unknown key.{hint}"
    found = problem.get("input")
    shown = "" if isinstance(found, dict) else f", found {_shortened(repr(found))}"
    message = problem["msg"].removeprefix("Value error, ")
    wrong, stop, advice = message.partition(". ")
    return f"{key + ': ' if key else ''}{wrong[:1].lower()}{wrong[1:]}{shown}{stop}{advice}."


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _known_keys() -> set[str]:
    """All keys of the schema, to suggest a spelling from."""
    sections = [Section]
    known: set[str] = set()
    while sections:
        section = sections.pop()
        known |= set(section.model_fields)
        sections += section.__subclasses__()
    return known
