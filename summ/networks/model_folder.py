"""Model folders: written whole or not at all, with a manifest that every file is checked against.

The manifest is ``model.json``: the family, the number of the format, the language, the settings,
the SHA-256 of every other file, and that of its own content.

Nothing in a folder is trusted: names stay inside it, and what the manifest does not list must not
lie where a library would look for it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal, TypeVar

from summ.data.files import (
    MODEL_MANIFEST,
    content_digest,
    content_unlisted,
    new_folder,
    sha256,
    write_file,
)
from summ.data.manifest import UNKNOWN_LANGUAGE
from summ.errors import CheckpointError
from summ.networks.model_sizes import check_sizes, damaged, read_json

_Settings = TypeVar("_Settings")

Attention = Literal["eager", "sdpa"]
"""transformers' implementation; other names would be those of code on the hub."""

FORMAT = 2
# In 0.1 each family had a manifest of its own, without a language.
_FORMAT_OF_0_1 = 1
_MANIFESTS_OF_0_1 = {"summ.json": "summarizer", "sentence-encoder.json": "sentence"}
_OWN_KEYS = ("family", "format", "language")
_KEYS = frozenset({*_OWN_KEYS, "settings", "files", "sha256"})
_KEYS_OF_0_1 = frozenset({"format", "settings", "files"})
_LARGEST_SETTING = 1 << 20  # above all lengths, ids of pieces and weights
_SHA256 = re.compile(r"[0-9a-f]{64}")
# In the folder of a network or vocabulary; a library would unpickle or run some other kinds.
_READ = frozenset({"", ".json", ".safetensors", ".txt", ".model", ".jinja", ".md"})
_LANGUAGE = re.compile(r"[A-Za-z0-9-]{1,35}")


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
    with new_folder(folder, content_besides_model, CheckpointError) as work:
        yield work
        described: dict[str, Any] = {"family": family, "format": FORMAT, "language": language}
        _write_manifest(work, described | {"settings": settings})


def list_all_files(folder: Path) -> None:
    """Writes a model's manifest anew, with every file in the folder: a card that was added, too.

    Raises:
        CheckpointError: there is no manifest of this version, or it is damaged.
        DataError: it cannot be written.
    """
    described = read_json(read_manifest(folder).path)
    _write_manifest(folder, {key: described[key] for key in (*_OWN_KEYS, "settings")})


def _write_manifest(folder: Path, described: dict[str, Any]) -> None:
    """Adds the digests of all files, then that of the manifest itself."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    names = {path.relative_to(folder).as_posix(): path for path in files}
    names.pop(MODEL_MANIFEST, None)
    described["files"] = {name: sha256(path) for name, path in names.items()}
    described["sha256"] = content_digest(described)
    write_file(folder / MODEL_MANIFEST, json.dumps(described, indent=1) + "\n")


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
    stored = read_json(path)
    try:
        found = stored["format"]
        if found != (FORMAT if family is None else _FORMAT_OF_0_1):
            raise CheckpointError(
                f"{path.parent}: written in model format {found!r:.40}, this summ reads formats "
                f"{_FORMAT_OF_0_1} and {FORMAT}. Use the version of summ that wrote it, or train "
                "again."
            )
        unknown = sorted(stored.keys() - (_KEYS if family is None else _KEYS_OF_0_1))
        if unknown:
            raise ValueError(f"unknown key {unknown[0]!r:.40}")
        # Folders that were written before manifests had a digest have none.
        if "sha256" in stored and stored["sha256"] != content_digest(stored):
            raise ValueError("wrong SHA-256 of its own content")
        return ModelManifest(
            path,
            _text(stored, "family") if family is None else family,
            _language(stored) if family is None else UNKNOWN_LANGUAGE,
            _mapping(stored, "settings"),
            _files(stored),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise damaged(path, error) from error


def _text(stored: dict[str, Any], key: str) -> str:
    value = stored[key]
    if not isinstance(value, str):
        raise TypeError(f"{key} must be a text, found a {type(value).__name__}")
    return value


def _language(stored: dict[str, Any]) -> str:
    value = _text(stored, "language")
    if not _LANGUAGE.fullmatch(value):
        raise ValueError(f"language must be a code such as en, found {value!r:.40}")
    return value


def _mapping(stored: dict[str, Any], key: str) -> dict[str, Any]:
    value = stored[key]
    if not isinstance(value, dict):
        raise TypeError(f"{key} must be an object, found a {type(value).__name__}")
    return value


def _files(stored: dict[str, Any]) -> dict[str, str]:
    """The names of the files and their digests; each name stays in the folder."""
    files = _mapping(stored, "files")
    for name, digest in files.items():
        path = PurePosixPath(name)
        plain = name == path.as_posix() and "\\" not in name and name.isprintable()
        if not plain or path.is_absolute() or ".." in path.parts or name in ("", "."):
            raise ValueError(f"{name!r:.80} is not the name of a file in the folder")
        if not isinstance(digest, str) or not _SHA256.fullmatch(digest):
            raise ValueError(f"{name!r:.80} has no SHA-256")
    return files


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
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise damaged(manifest.path, error) from error
    _check_places(folder, manifest)
    check_sizes(folder)
    for name, digest in manifest.files.items():
        path = folder / name
        if sha256(path) != digest:
            raise CheckpointError(
                f"{path}: not the file that was saved ({path.stat().st_size} bytes, wrong "
                "SHA-256). Get the model again."
            )
    return settings


def checked_settings(kind: type[_Settings], manifest: ModelManifest) -> _Settings:
    """The settings of a manifest as a dataclass, whose annotations they must fit.

    Raises:
        ValueError: a setting is unknown, missing, of another type, or out of every bound.
    """
    from pydantic import TypeAdapter, ValidationError

    for value in (item for v in manifest.settings.values() for item in _numbers(v)):
        if not 0 <= value <= _LARGEST_SETTING:
            raise ValueError(f"settings: {value!r:.40} is out of bounds")
    unknown = sorted(manifest.settings.keys() - kind.__annotations__.keys())
    if unknown:
        raise ValueError(f"settings: unknown key {unknown[0]!r:.40}")
    try:
        return TypeAdapter(kind).validate_python(
            {**manifest.settings, "language": manifest.language}
        )
    except ValidationError as error:
        problem = error.errors()[0]
        key = ".".join(str(step) for step in problem["loc"])
        raise ValueError(f"settings: {key}: {problem['msg']}") from error


def _numbers(value: object) -> list[int | float]:
    items = value if isinstance(value, list) else value.values() if isinstance(value, dict) else []
    return [item for item in (value, *items) if isinstance(item, int | float)]


def _check_places(folder: Path, manifest: ModelManifest) -> None:
    """Passes where every listed file is there and no other lies beside those of a network.

    The folder itself may hold more (a licence, notes): no network is read from it.

    Raises:
        CheckpointError: a file is missing, leads out of the folder, or is not listed.
    """
    root = Path(os.path.realpath(folder))
    # In the hub's cache, a snapshot consists of links to files that several of them share.
    roots = [root, *([root.parents[1] / "blobs"] if root.parent.name == "snapshots" else [])]
    for name in manifest.files:
        path = folder / name
        if not path.is_file():
            raise CheckpointError(f"{path}: missing from the model. Get the model again.")
        if not any(Path(os.path.realpath(path)).is_relative_to(one) for one in roots):
            raise CheckpointError(f"{path}: a link that leaves the model. Copy the file there.")
        if "/" in name and path.suffix not in _READ:
            raise CheckpointError(
                f"{path}: of a kind ({path.suffix}) that no model of summ holds. Get the model "
                "from somebody you trust."
            )
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder)
        at_root = len(place.parts) == 1 and not path.is_dir()
        if at_root or place.parts[0].startswith(".") or (path.is_dir() and not path.is_symlink()):
            continue
        if place.as_posix() not in manifest.files:
            raise CheckpointError(
                f"{path}: not a file of this model, but a library might read it. Move it away."
            )
