"""What was run on what, so that a figure can be checked years later."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

from summ.data.files import sha256
from summ.distribution import version_of
from summ.errors import DataError

_PACKAGES = (
    *("summ", "rouge-score", "nltk", "numpy", "scipy", "scikit-learn", "sentencex"),
    *("torch", "transformers"),
)


@dataclass(frozen=True)
class Hashed:
    """A file or folder that went into an evaluation.

    Attributes:
        sha256: of the file's bytes; of a folder, over the names and hashes of all files in it.
    """

    path: str
    sha256: str


@dataclass(frozen=True)
class Provenance:
    """Command, inputs, versions and time of an evaluation.

    Attributes:
        versions: of Python and of the packages a figure can depend on, where installed.
        date: UTC, ISO 8601.
    """

    command: str
    seed: int
    data: tuple[Hashed, ...]
    model: Hashed | None
    versions: Mapping[str, str]
    date: str

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {**asdict(self), "data": [asdict(one) for one in self.data]}


def provenance(
    command: str, *, data: Sequence[Path] = (), model: Path | None = None, seed: int = 1
) -> Provenance:
    """Hashes the inputs and notes the versions; imports none of the packages.

    Standard input (``-``) leaves no hash.

    Raises:
        DataError: an input cannot be read.
    """
    return Provenance(
        command=command,
        seed=seed,
        data=tuple(Hashed(str(path), _hash(path)) for path in data),
        model=None if model is None else Hashed(str(model), _hash(model)),
        versions={"python": platform.python_version(), **_versions()},
        date=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _versions() -> dict[str, str]:
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = version_of(package)
        except PackageNotFoundError:
            continue
    return found


def _hash(path: Path) -> str:
    """SHA-256 of a file, or of the list of a folder's files with their hashes.

    A pipe has none: it has been read, and cannot be read again.
    """
    if str(path) == "-" or path.is_fifo():
        return ""
    try:
        if not path.is_dir():
            return sha256(path)
        files = sorted(file for file in path.rglob("*") if file.is_file())
        entries = [f"{_hash(file)}  {file.relative_to(path).as_posix()}\n" for file in files]
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}).") from error
    return hashlib.sha256("".join(entries).encode()).hexdigest()
