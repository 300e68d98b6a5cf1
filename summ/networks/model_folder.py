"""Model folders: written whole or not at all, with a manifest that every file is checked against.

The manifest is JSON: the number of the format, the settings, and the SHA-256 of every other file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from summ.data.files import content_unlisted, new_folder, sha256, write_file
from summ.errors import CheckpointError

_Settings = TypeVar("_Settings")


@contextmanager
def new_model_folder(
    folder: Path, manifest: str, version: int, settings: dict[str, Any]
) -> Iterator[Path]:
    """A folder to fill, which gets its manifest and takes the place of ``folder`` at the end.

    What it replaces must be a model folder, too, with nothing else in it.

    Raises:
        CheckpointError: it cannot be written; what was there before is untouched.
    """
    from safetensors import SafetensorError

    with new_folder(folder, partial(content_unlisted, manifest=manifest), CheckpointError) as work:
        try:
            yield work
        except SafetensorError as error:
            raise CheckpointError(f"{folder}: cannot be written ({error}). Make room.") from error
        files = sorted(path for path in work.rglob("*") if path.is_file())
        described = {
            "format": version,
            "settings": settings,
            "files": {path.relative_to(work).as_posix(): sha256(path) for path in files},
        }
        write_file(work / manifest, json.dumps(described, indent=1) + "\n")


def checked_settings(
    folder: Path,
    manifest: str,
    version: int,
    kind: str,
    read: Callable[[dict[str, Any]], _Settings],
) -> _Settings:
    """Checks a model folder against its manifest and returns its settings.

    Args:
        kind: of model, for errors.
        read: makes the settings of what is stored of them.

    Raises:
        CheckpointError: the folder is missing, of another format, or not what was written.
    """
    manifest_file = folder / manifest
    if not folder.is_dir():
        raise CheckpointError(f"{folder}: no such model folder. Give the folder a run wrote.")
    if not manifest_file.is_file():
        raise CheckpointError(f"{folder}: no {manifest} in it, so it is not a {kind} of summ.")
    try:
        told = json.loads(manifest_file.read_text(encoding="utf-8"))
        found, stored, files = told["format"], told["settings"], told["files"]
        settings = read(stored) if found == version else None
    except (ValueError, KeyError, TypeError) as error:
        raise CheckpointError(
            f"{manifest_file}: damaged ({error}). Get the model again."
        ) from error
    if settings is None:
        raise CheckpointError(
            f"{folder}: written in model format {found}, this summ reads format {version}. "
            "Use the version of summ that wrote it, or train again."
        )
    for name, digest in files.items():
        path = folder / name
        if not path.is_file():
            raise CheckpointError(f"{path}: missing from the model. Get the model again.")
        if sha256(path) != digest:
            raise CheckpointError(
                f"{path}: not the file that was saved ({path.stat().st_size} bytes, wrong "
                "SHA-256). Get the model again."
            )
    return settings
