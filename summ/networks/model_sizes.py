"""What a model folder claims to hold, checked before anything is allocated.

A model may come from anywhere: a configuration of a kilobyte can ask for terabytes.  So the header
of every safetensors file is read first, and no size in a ``config.json`` may exceed what the
weights beside it show.
"""

from __future__ import annotations

import json
import math
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from summ.errors import CheckpointError

_MOST_JSON = 1_000_000  # bytes of a manifest or configuration
_MOST_HEADER = 10_000_000  # bytes
_MOST_LEVELS = 20
_MOST_TENSORS = 100_000
_MOST_POSITIONS = 1 << 20
_SMALL = 1024  # sizes up to this one need no weights to show them
_LARGEST = 10**40  # tokenizers without a limit write 10**30
_NUMBERS = frozenset({"F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8", "U8", "BOOL"})
# What a configuration may name that is not in the folder, by the key that names it.
_FOREIGN = {
    "auto_map": "code of its own",
    "custom_pipelines": "code of its own",
    "base_model_name_or_path": "another model",
    "quantization_config": "a library that unpacks its weights",
}
_BYTES = 4  # of a weight, once it is loaded


@dataclass(frozen=True)
class _Weights:
    """What the headers of a folder's safetensors files say."""

    tensors: int
    largest: int  # dimension


def read_json(path: Path) -> dict[str, Any]:
    """An object from a JSON file of a model, with limits on its bytes, levels and numbers.

    Raises:
        CheckpointError: it cannot be read, is no object, or is beyond the limits.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(_MOST_JSON + 1)
        if len(content) > _MOST_JSON:
            raise ValueError(f"more than {_MOST_JSON:,} bytes")
        stored = _parsed(content)
    except (OSError, ValueError, RecursionError) as error:
        raise damaged(path, error) from error
    return stored


def _parsed(content: bytes) -> dict[str, Any]:
    stored = json.loads(
        content.decode("utf-8"), parse_int=_whole, parse_float=_real, parse_constant=_no_number
    )
    if not isinstance(stored, dict):
        raise ValueError(f"must be an object, found a {type(stored).__name__}")
    level = 0
    containers: list[Any] = [stored]
    while containers := [one for one in containers if one]:
        level += 1
        if level > _MOST_LEVELS:
            raise ValueError(f"more than {_MOST_LEVELS} levels")
        containers = [
            item
            for one in containers
            for item in (one.values() if isinstance(one, dict) else one)
            if isinstance(item, dict | list)
        ]
    return stored


def _whole(digits: str) -> int:
    number = int(digits)
    if abs(number) > _LARGEST:
        raise ValueError("a number that is too large")
    return number


def _real(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number that is too large")
    return number


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _values(stored: object) -> Iterator[tuple[str, object, int]]:
    """Every value with the key it stands under and its level, without recursion."""
    waiting: list[tuple[str, object, int]] = [("", stored, 0)]
    while waiting:
        key, value, level = waiting.pop()
        yield key, value, level
        if isinstance(value, dict):
            waiting += ((str(name), item, level + 1) for name, item in value.items())
        elif isinstance(value, list):
            waiting += ((key, item, level + 1) for item in value)


def check_sizes(folder: Path) -> None:
    """Passes where a model's networks fit the memory and are as large as their weights.

    Raises:
        CheckpointError: they are not, or a header or configuration cannot be read.
    """
    needed = 0
    for place in sorted({path.parent for path in folder.rglob("*.safetensors")}):
        shapes = [shape for path in sorted(place.glob("*.safetensors")) for shape in _shapes(path)]
        needed += sum(math.prod(shape) for shape in shapes) * _BYTES
        _check_config(place / "config.json", shapes)
    for path in sorted(folder.rglob("*config.json")):
        # transformers would ask on the terminal whether to run the code that it names.
        named = _FOREIGN.keys() & {key for key, _, _ in _values(read_json(path))}
        if named:
            (key, *_) = sorted(named)
            raise CheckpointError(
                f"{path}: names {_FOREIGN[key]} ({key}), which summ never runs. Get the model "
                "from somebody you trust."
            )
    for path in sorted(folder.rglob("*.index.json")):
        for _, name, _ in _values(read_json(path)):
            if isinstance(name, str) and not (path.parent / Path(name).name).is_file():
                raise damaged(path, ValueError(f"{name!r:.80} is no file beside it"))
            if isinstance(name, str) and name != Path(name).name:
                raise damaged(path, ValueError(f"{name!r:.80} is no name of a file"))
    memory = memory_bytes()
    if needed > memory:
        raise CheckpointError(
            f"{folder}: needs {needed / 1e9:.1f} GB, but the memory has {memory / 1e9:.1f} GB. "
            "Use a smaller model."
        )


def memory_bytes() -> int:
    """The memory of this machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _shapes(path: Path) -> list[tuple[int, ...]]:
    """The shapes of a safetensors file, whose bytes must be as many as they need.

    Source: the format, https://huggingface.co/docs/safetensors: 8 bytes with the header's length,
    the header in JSON, the tensors.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            if length > min(_MOST_HEADER, size - 8):
                raise ValueError(f"its header claims {length:,} bytes")
            header = _parsed(stream.read(length))
        header.pop("__metadata__", None)
        if len(header) > _MOST_TENSORS:
            raise ValueError(f"more than {_MOST_TENSORS:,} tensors")
        shapes = [_shape(tensor) for tensor in header.values()]
        # No format packs more than two numbers into a byte.
        if sum(math.prod(shape) for shape in shapes) > 2 * size:
            raise ValueError("its header claims more than the file holds")
    except (OSError, ValueError, TypeError, KeyError, RecursionError, struct.error) as error:
        raise damaged(path, error) from error
    return shapes


def _shape(tensor: dict[str, Any]) -> tuple[int, ...]:
    if tensor["dtype"] not in _NUMBERS:
        raise ValueError(f"numbers of the type {tensor['dtype']!r:.40}")
    shape = tuple(tensor["shape"])
    if any(type(size) is not int or size < 0 for size in shape):
        raise ValueError(f"a shape of {shape}")
    return shape


def _check_config(path: Path, shapes: list[tuple[int, ...]]) -> None:
    """Passes where no size in a configuration exceeds what the weights beside it show."""
    if path.exists():
        _check_described(path, read_json(path), shapes)


def check_defaults(folder: Path, described: dict[str, Any]) -> None:
    """Passes where a configuration as its library completes it is no larger than the weights.

    A ``config.json`` may leave out what is large: some architectures have seven billion weights
    unless it says otherwise.

    Args:
        folder: of the network; one without safetensors is not checked.
        described: the whole configuration, defaults included.

    Raises:
        CheckpointError: it is.
    """
    shapes = [shape for path in sorted(folder.glob("*.safetensors")) for shape in _shapes(path)]
    if shapes:
        _check_described(folder / "config.json", described, shapes)


def _check_described(path: Path, described: dict[str, Any], shapes: list[tuple[int, ...]]) -> None:
    largest = max((size for shape in shapes for size in shape), default=0)
    for key, value, _ in _values(described):
        if type(value) is not int or key.endswith(("token_id", "token_ids")):
            continue
        if "layers" in key:
            most = len(shapes)
        elif "position" in key or "length" in key or key == "n_ctx":
            most = _MOST_POSITIONS
        else:
            most = max(largest, _SMALL)
        if value > most:
            raise CheckpointError(
                f"{path}: {key} is {value:,}, but the weights beside it allow {most:,}. "
                "Get the model again."
            )


def damaged(path: Path, error: Exception) -> CheckpointError:
    """The error for a file of a model that cannot be read."""
    reason = " ".join(str(error).split())[:300]
    return CheckpointError(f"{path}: damaged ({reason}). Get the model again.")
