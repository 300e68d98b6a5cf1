"""The digest of a file: the same for the same bytes, on any machine."""

from __future__ import annotations

import hashlib
from pathlib import Path


def sha256(path: Path) -> str:
    """The hexadecimal SHA-256 of a file's bytes.

    Raises:
        OSError: the file cannot be read; the caller says whose file it is.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
