"""JSON files that may come from anywhere, read in bounded memory."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any


def bounded_json(path: Path, most: int) -> Any:
    """What a JSON file of at most so many bytes holds.

    Raises:
        ValueError: it is not JSON, or larger.
        OSError: the file cannot be read.
    """
    try:
        return json.loads(bounded_text(path, most))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def bounded_text(path: Path, most: int) -> str:
    """The text of a regular file of at most so many bytes.

    Raises:
        ValueError: it is larger, not UTF-8, or a pipe or a device, which may never end.
        OSError: the file cannot be read.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise ValueError("no regular file")
    with path.open("rb") as stream:
        content = stream.read(most + 1)
    if len(content) > most:
        raise ValueError(f"more than {most:,} bytes")
    return content.decode("utf-8")
