"""The models that ship with summ: a folder each, known by its name; and those of the hub."""

from __future__ import annotations

import difflib
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from summ.data.files import MODEL_MANIFEST, content_digest
from summ.errors import CheckpointError
from summ.text.bounded_json import bounded_json

_MOST_BYTES = 1_000_000  # of a manifest
_HERE = Path(__file__).parent
_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", flags=re.ASCII)
# What a model of summ consists of: no code, no pickles.
_FILES = ("*.json", "*.safetensors", "*.md", "*.txt", "*.model")

# What each is for, and how well it does it; cards and docs/results.md say how it was measured.
FIGURES = {
    "en-lines": "lines that read as sentences; last blind readings, 10 words at the most: 57 % "
    "could be printed as they stand (human titles 88 %), 90 % are true.",
    "en-small": "headlines; Gigaword test, 7.9 words: ROUGE-1 / 2 / L F1 28.59 / 10.26 / 26.11 "
    "(lead-8: 21.30 / 7.35 / 19.95).",
    "en-encoder": "sentence vectors; MR 74.4, SUBJ 89.9, TREC 83.8 %, STS14 0.605; TF-IDF is ahead "
    "in all four (77.8, 90.9, 88.0 %, 0.672).",
    "zh-small": "Chinese, whole clauses; 500 CCTV titles, 20 characters: ROUGE-1 / 2 / L F1 "
    "42.39 / 33.67 / 40.60 at 15.3 (lead-16: 30.39 / 21.06 / 27.74).",
}


def shipped_models() -> dict[str, Path]:
    """The folders of the models that ship with summ, by name, in alphabetical order."""
    # Bytecode is no model, nor is a folder that is just being written.
    folders = (path for path in _HERE.iterdir() if path.is_dir() and path.name[0].isalnum())
    return {path.name: path for path in sorted(folders)}


def find_model(name_or_path: Path | str) -> Path:
    """The folder of a model: given by its path, as a shipped one's name, or by a name of the hub.

    A folder of that name in the working directory comes first.  ``owner/name`` is downloaded from
    the Hugging Face Hub, unless there is a folder ``owner``.

    Raises:
        CheckpointError: there is none, or it cannot be downloaded.
    """
    path, name = Path(name_or_path), str(name_or_path)
    if path.exists():
        return path
    shipped = shipped_models()
    if name in shipped:
        return shipped[name]
    if _HUB_NAME.fullmatch(name) and not path.parent.exists():
        return _download(name)
    near = difflib.get_close_matches(name, shipped, n=1)
    hint = f"Did you mean '{near[0]}'? " if near else ""
    raise CheckpointError(
        f"{name}: no such model folder. {hint}Give the folder a run wrote, or the name of one that "
        f"ships with summ: {', '.join(shipped) or 'none in this checkout'}."
    )


def _download(name: str) -> Path:
    """A model of the hub in the hub's cache; its progress is shown on a terminal.

    Raises:
        CheckpointError: there is none of that name, or no connection.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    try:
        return Path(snapshot_download(name, allow_patterns=list(_FILES)))
    except (HfHubHTTPError, HFValidationError, OSError) as error:
        # LocalEntryNotFoundError and OfflineModeIsEnabled are OSErrors, too.
        reason = " ".join(str(error).split()).partition(".")[0][:160]
        raise CheckpointError(
            f"{name}: no such model folder, and it cannot be had from the Hugging Face Hub "
            f"({type(error).__name__}: {reason}). Check the name and the connection."
        ) from error


@lru_cache(maxsize=1)
def summarizers_by_language() -> dict[str, Path]:
    """The shipped models that summarize, by the language (ISO 639-1) of their ``model.json``.

    A shortener stands for its language where there is no summarizer of it.
    """
    found: dict[str, dict[str, Path]] = {"summarizer": {}, "shortener": {}}
    for folder in shipped_models().values():
        described = _description(folder / MODEL_MANIFEST)
        # The name begins with the language, so that the manifest of another model is noticed.
        if folder.name.partition("-")[0] != described.get("language"):
            raise CheckpointError(
                f"{folder}: its {MODEL_MANIFEST} is of the language "
                f"{described.get('language')!r:.40}. Install summ again."
            )
        if described["family"] in found:
            found[described["family"]].setdefault(described["language"], folder)
    return found["shortener"] | found["summarizer"]


def _description(path: Path) -> dict[str, Any]:
    """What a shipped manifest says, as it was shipped."""
    try:
        described = bounded_json(path, _MOST_BYTES)
        if described["sha256"] != content_digest(described):
            raise ValueError("wrong SHA-256 of its own content")
        return dict(described)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise CheckpointError(f"{path}: damaged ({reason}). Install summ again.") from error
