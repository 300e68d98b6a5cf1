"""Model folders: written whole or not at all, with a manifest that every file is checked against.

The manifest is ``model.json``: the family, the number of the format, the language, the settings,
and the SHA-256 of every other file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from summ.data.files import MODEL_MANIFEST, content_unlisted, new_folder, sha256, write_file
from summ.data.manifest import UNKNOWN_LANGUAGE
from summ.errors import CheckpointError

_Settings = TypeVar("_Settings")

FORMAT = 2
# In 0.1 each family had a manifest of its own, without a language.
_FORMAT_OF_0_1 = 1
_MANIFESTS_OF_0_1 = {"summ.json": "summarizer", "sentence-encoder.json": "sentence"}


@dataclass(frozen=True)
class ModelManifest:
    """What a model folder says about itself.

    Attributes:
        path: of the manifest.
        family: of the model: ``summarizer`` or ``sentence``.
        language: its ISO 639 code, such as ``en``; ``und`` if unknown.
        settings: the family's own.
        files: SHA-256 of every other file, by its path in the folder.
    """

    path: Path
    family: str
    language: str
    settings: dict[str, Any]
    files: dict[str, str]


@contextmanager
def new_model_folder(
    folder: Path, family: str, language: str, settings: dict[str, Any]
) -> Iterator[Path]:
    """A folder to fill, which gets its manifest and takes the place of ``folder`` at the end.

    What it replaces must be a model folder, too, with nothing else in it.

    Raises:
        CheckpointError: it cannot be written; what was there before is untouched.
    """
    from safetensors import SafetensorError

    with new_folder(folder, content_besides_model, CheckpointError) as work:
        try:
            yield work
        except SafetensorError as error:
            raise CheckpointError(f"{folder}: cannot be written ({error}). Make room.") from error
        files = sorted(path for path in work.rglob("*") if path.is_file())
        described = {
            "family": family,
            "format": FORMAT,
            "language": language,
            "settings": settings,
            "files": {path.relative_to(work).as_posix(): sha256(path) for path in files},
        }
        write_file(work / MODEL_MANIFEST, json.dumps(described, indent=1) + "\n")


def content_besides_model(folder: Path) -> str | None:
    """What a folder holds besides the files of a model, of this version or 0.1, if anything."""
    return content_unlisted(folder, _manifest_of(folder) or MODEL_MANIFEST)


def _manifest_of(folder: Path) -> str | None:
    """The name of the manifest in a folder; None if there is none."""
    names = (MODEL_MANIFEST, *_MANIFESTS_OF_0_1)
    return next((name for name in names if (folder / name).is_file()), None)


def read_manifest(folder: Path) -> ModelManifest:
    """What a model folder of this version or of summ 0.1 says about itself.

    The files are not checked: ``load_settings`` does it.

    Raises:
        CheckpointError: the folder is missing, holds no model, or is of another format.
    """
    if not folder.is_dir():
        raise CheckpointError(f"{folder}: no such model folder. Give the folder a run wrote.")
    name = _manifest_of(folder)
    if name is None:
        raise CheckpointError(f"{folder}: no {MODEL_MANIFEST} in it, so it is not a model of summ.")
    return _read(folder / name, _MANIFESTS_OF_0_1.get(name))


def _read(path: Path, family: str | None) -> ModelManifest:
    """The manifest in a file; ``family`` is that of a manifest of 0.1, None in this version."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        found = stored["format"]
        if found != (FORMAT if family is None else _FORMAT_OF_0_1):
            raise CheckpointError(
                f"{path.parent}: written in model format {found}, this summ reads formats "
                f"{_FORMAT_OF_0_1} and {FORMAT}. Use the version of summ that wrote it, or train "
                "again."
            )
        return ModelManifest(
            path,
            stored["family"] if family is None else family,
            stored["language"] if family is None else UNKNOWN_LANGUAGE,
            dict(stored["settings"]),
            dict(stored["files"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(path, error) from error


def load_settings(
    folder: Path, family: str, read: Callable[[ModelManifest], _Settings]
) -> _Settings:
    """Checks a model folder against its manifest and returns its settings.

    Args:
        family: that the model must be of.
        read: makes the settings of a manifest.

    Raises:
        CheckpointError: the folder is missing, of another family or format, or not what was
            written.
    """
    manifest = read_manifest(folder)
    if manifest.family != family:
        raise CheckpointError(
            f"{folder}: a model of the family '{manifest.family}', but one of the family "
            f"'{family}' is needed. Give the folder of such a model."
        )
    try:
        settings = read(manifest)
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(manifest.path, error) from error
    for name, digest in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise CheckpointError(f"{path}: missing from the model. Get the model again.")
        if sha256(path) != digest:
            raise CheckpointError(
                f"{path}: not the file that was saved ({path.stat().st_size} bytes, wrong "
                "SHA-256). Get the model again."
            )
    return settings


def _damaged(path: Path, error: Exception) -> CheckpointError:
    return CheckpointError(f"{path}: damaged ({error}). Get the model again.")
