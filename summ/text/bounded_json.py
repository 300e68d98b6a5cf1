"""JSON files that may come from anywhere, read in bounded memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def bounded_json(path: Path, most: int) -> Any:
    """What a JSON file of at most so many bytes holds.

    Raises:
        ValueError: it is not JSON, or larger.
        OSError: the file cannot be read.
    """
    with path.open("rb") as stream:
        content = stream.read(most + 1)
    if len(content) > most:
        raise ValueError(f"more than {most:,} bytes")
    try:
        return json.loads(content.decode("utf-8"))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
