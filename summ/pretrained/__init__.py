"""The models that ship with summ: a folder each, known by its name."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

_HERE = Path(__file__).parent


def shipped_models() -> dict[str, Path]:
    """The folders of the models that ship with summ, by name, in alphabetical order."""
    # Bytecode is no model, nor is a folder that is just being written.
    folders = (path for path in _HERE.iterdir() if path.is_dir() and path.name[0].isalnum())
    return {path.name: path for path in sorted(folders)}


def find_model(name_or_path: Path | str) -> Path:
    """The folder of a model that is given by a path or by the name of a shipped one.

    A folder of that name in the working directory comes first.  What is neither is returned as
    it is, for the loader to report.
    """
    path = Path(name_or_path)
    return path if path.exists() else shipped_models().get(str(name_or_path), path)


@lru_cache(maxsize=1)
def summarizers_by_language() -> dict[str, Path]:
    """The shipped summarizers by the language (ISO 639-1) that their ``model.json`` names."""
    found: dict[str, Path] = {}
    for folder in shipped_models().values():
        described = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        if described.get("family") == "summarizer":
            language = described.get("language") or described.get("settings", {}).get("language")
            found.setdefault(str(language), folder)
    return found
