"""Model folders: written whole or not at all, with a manifest that every file is checked against.

The manifest is JSON: the number of the format, the settings, and the SHA-256 of every other file.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from summ.errors import CheckpointError
from summ.text.digest import sha256

_Settings = TypeVar("_Settings")


@contextmanager
def new_model_folder(
    folder: Path, manifest: str, version: int, settings: dict[str, Any]
) -> Iterator[Path]:
    """A folder to fill, which gets its manifest and takes the place of ``folder`` at the end.

    What it replaces must be a model folder, too (``refuse_foreign``).

    Raises:
        CheckpointError: it cannot be written; what was there before is untouched.
    """
    from safetensors import SafetensorError

    refuse_foreign(folder, manifest)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise CheckpointError(f"{folder}: cannot be written ({error.strerror}).") from error
    try:
        yield work
        files = sorted(path for path in work.rglob("*") if path.is_file())
        told = {
            "format": version,
            "settings": settings,
            "files": {path.relative_to(work).as_posix(): sha256(path) for path in files},
        }
        (work / manifest).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
        work.chmod(0o755)
        refuse_foreign(folder, manifest)  # again: making a model takes its time
        _replace_folder(work, folder)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"{folder}: cannot be written ({error}). Make room.") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def refuse_foreign(folder: Path, manifest: str) -> None:
    """Passes where nothing is, an empty folder, or a model folder with nothing else in it.

    Raises:
        CheckpointError: there is something that replacing the folder would lose.
    """
    try:
        foreign = _foreign(folder, manifest)
    except OSError as error:
        raise CheckpointError(f"{folder}: cannot be written ({error.strerror}).") from error
    if foreign is not None:
        raise CheckpointError(
            f"{folder}: a model would take its place, but it {foreign}, which summ did not make. "
            "Move that away, or choose another place."
        )


def _foreign(folder: Path, manifest: str) -> str | None:
    """What a place is or holds besides a model; None if nothing."""
    if folder.is_symlink():
        return "is a link"
    if folder.exists() and not folder.is_dir():
        return "is a file"
    known = _listed(folder / manifest)
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name not in known or path.is_symlink():
            return f"holds {name!r}"
    return None


def _listed(manifest: Path) -> set[str]:
    """The manifest, the files that it lists, and the folders they are in; none if it is none."""
    try:
        told = json.loads(manifest.read_text(encoding="utf-8"))
        files = [Path(name) for name in (manifest.name, *told["files"]) if told["format"]]
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    return {path.as_posix() for file in files for path in (file, *file.parents)}


def _replace_folder(new: Path, folder: Path) -> None:
    """Puts ``new`` in the place of ``folder``, which may exist."""
    if folder.exists():
        old = folder.with_name(f".{folder.name}-old-{os.getpid()}")
        folder.rename(old)
        try:
            new.rename(folder)
        except OSError:
            old.rename(folder)
            raise
        shutil.rmtree(old)
    else:
        new.rename(folder)


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
