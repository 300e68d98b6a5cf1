"""Reads configurations: YAML has the values, ``--set a.b=c`` overrides, a schema checks them.

Every key is checked: an unknown one is an error that names the nearest key known in its place.
Keys ending in ``_weight`` multiply a loss or a reward, ``_share`` is a part of one, ``*_loss`` does
not occur here.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import ValidationError

from summ.config.changes import what_became_of
from summ.config.sections import Section
from summ.errors import ConfigError

_Schema = TypeVar("_Schema", bound=Section)
_SHOWN = 100  # characters of a value that an error quotes
# Limits of a configuration: far above every honest one, far below what fills the memory.
_MOST_BYTES = 1_000_000
_MOST_LEVELS = 20
_MOST_ALIASES = 200
_MOST_VALUES = 100_000  # with all that aliases stand for
_LARGEST = 2**63 - 1


def read_values(path: Path, overrides: Sequence[str] = ()) -> dict[str, Any]:
    """Reads a YAML file and applies ``a.b=c`` overrides; ``fit`` checks what is found.

    List items are addressed by position: ``stages.0.steps=50``.

    Raises:
        ConfigError: the file cannot be read or is not YAML, or an override has no place in it.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}).") from error
    if len(content) > _MOST_BYTES:
        raise ConfigError(
            f"{path}: more than {_MOST_BYTES:,} bytes, so it is no configuration. Check the name."
        )
    try:
        values = _parsed(content.decode("utf-8"))
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise ConfigError(f"{path}: not YAML: {' '.join(str(error).split())}.") from error
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: must hold keys and values, found {type(values).__name__}.")
    stray = next((key for key in values if not isinstance(key, str)), None)
    if stray is not None:
        raise ConfigError(f"{path}: keys must be names, found {_shortened(repr(stray))}.")
    for override in overrides:
        _apply(values, override)
    return values


class _BoundedLoader(yaml.SafeLoader):
    """A safe loader in which nothing is nested deeply and no merge grows without end."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._levels = self._aliases = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        self._levels += 1
        self._aliases += self.check_event(yaml.AliasEvent)
        if self._levels > _MOST_LEVELS + 1:  # the values in the last level are nodes, too
            raise yaml.YAMLError(f"more than {_MOST_LEVELS} levels")
        if self._aliases > _MOST_ALIASES:
            raise yaml.YAMLError(f"more than {_MOST_ALIASES} aliases")
        try:
            return super().compose_node(parent, index)
        finally:
            self._levels -= 1

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        super().flatten_mapping(node)
        if len(node.value) > _MOST_VALUES // 100:  # one that is merged is merged again elsewhere
            raise yaml.YAMLError("a mapping with more keys than any section has")


def _parsed(text: str) -> Any:
    """What a YAML text says.

    Raises:
        yaml.YAMLError: it is not YAML, or beyond the limits.
        ValueError: a number or date in it cannot be read.
    """
    loader = _BoundedLoader(text)
    try:
        values = loader.get_single_data()
    except (TypeError, AttributeError, KeyError, IndexError) as error:
        # PyYAML trips over some tags of the wrong kind of node.
        raise yaml.YAMLError(f"a value that cannot be made: {error}") from error
    finally:
        loader.dispose()
    _check_values(values)
    return values


def _check_values(values: Any) -> None:
    """Counts values as if no alias shared them, and refuses numbers that nothing can hold."""
    waiting: list[tuple[str, Any, int]] = [("", values, 1)]
    seen = 0
    while waiting:
        key, value, level = waiting.pop()
        seen += 1
        if level > _MOST_LEVELS + 1 or seen > _MOST_VALUES:  # an alias may stand for its parent
            raise yaml.YAMLError(
                f"more than {_MOST_LEVELS} levels or {_MOST_VALUES:,} values, aliases included"
            )
        if isinstance(value, dict):
            waiting += ((key, name, level + 1) for name in value)
            waiting += ((str(name)[:_SHOWN], item, level + 1) for name, item in value.items())
        elif isinstance(value, list | tuple | set):
            waiting += ((key, item, level + 1) for item in value)
        elif isinstance(value, int) and abs(value) > _LARGEST:
            where = f"{key}: " if key else ""
            raise yaml.YAMLError(
                f"{where}a number of {value.bit_length()} bits, which is too large"
            )


def fit(
    schema: type[_Schema], values: dict[str, Any], path: Path, overrides: Sequence[str] = ()
) -> _Schema:
    """The values as the schema reads them; errors name ``path``, or the override, as the place.

    Raises:
        ConfigError: they do not fit; the first problem, in one line.
    """
    try:
        return schema.model_validate(values)
    except ValidationError as error:
        key, problem = _first_problem(schema, error)
        # The file is not to blame for what the command line put into it.
        culprit = next((one for one in overrides if _concerns(one, key)), None)
        where = str(path) if culprit is None else f"--set {_on_one_line(culprit)}"
        # A key may hold a line feed as well.
        raise ConfigError(f"{where}: {problem}".replace("\n", "\\n")) from error


def _concerns(override: str, key: str) -> bool:
    """Whether the problem at a key came from an override of it, or of a section around it."""
    name = override.partition("=")[0]
    return bool(name) and (key == name or key.startswith(f"{name}.") or name.startswith(f"{key}."))


def _apply(values: dict[str, Any], override: str) -> None:
    """Sets one dotted key in place."""
    key, equals, text = override.partition("=")
    shown = _on_one_line(override)
    if not equals or not key:
        raise ConfigError(f"--set {shown}: must look like a.b=c.")
    try:
        value = _parsed(text)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        reason = _shortened(" ".join(str(error).split()))
        raise ConfigError(f"--set {shown}: the value is not YAML: {reason}.") from error
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
        place[int(last) if isinstance(place, list) else last] = value
    except (IndexError, ValueError, TypeError, AttributeError) as error:
        raise ConfigError(f"--set {shown}: there is no such place in the file.") from error


def _first_problem(schema: type[Section], error: ValidationError) -> tuple[str, str]:
    """The key of the first schema violation, and *key: what is wrong. What to do.*"""
    problem = error.errors()[0]
    key, known = _place(schema, problem["loc"])
    if problem["type"] == "extra_forbidden":
        change = what_became_of(key)
        if change is not None:
            return key, f"{key}: {change}."
        near = difflib.get_close_matches(key.split(".")[-1], known, n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        return key, f"{key}: unknown key.{hint}"
    if problem["type"] == "union_tag_invalid":
        tags = problem["ctx"]
        return key, (
            f"{key}: kind must be one of {tags['expected_tags']}, found "
            f"{_shortened(repr(tags['tag']))}. Stages of another family need a run each."
        )
    found = problem.get("input")
    shown = "" if isinstance(found, dict) else f", found {_shortened(repr(found))}"
    message = problem["msg"].removeprefix("Value error, ")
    wrong, stop, advice = message.partition(". ")
    return key, f"{key + ': ' if key else ''}{wrong[:1].lower()}{wrong[1:]}{shown}{stop}{advice}."


def _on_one_line(override: str) -> str:
    return _shortened(override).replace("\n", "\\n")


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _place(schema: type[Section], steps: Sequence[int | str]) -> tuple[str, list[str]]:
    """The dotted key that pydantic's location names, and the keys known where it stands."""
    names: list[str] = []
    sections, inside = [schema], [schema]
    for step in steps:
        kinds = [section for section in inside if _kind(section) == step]
        if kinds:
            # The discriminator of a union stands in pydantic's location but is no key of the file.
            inside = kinds
            continue
        names.append(str(step))
        if isinstance(step, str):
            sections = inside
            fields = [section.model_fields.get(step) for section in sections]
            inside = [part for field in fields if field for part in _sections(field.annotation)]
    return ".".join(names), [name for section in sections for name in section.model_fields]


def _kind(section: type[Section]) -> str | None:
    """What ``kind`` must be for a stage to be read by this section."""
    field = section.model_fields.get("kind")
    return None if field is None else str(get_args(field.annotation)[0])


def _sections(annotation: Any) -> Iterator[type[Section]]:
    """The sections that a value of the annotated type may hold."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for part in get_args(annotation):
        yield from _sections(part)
