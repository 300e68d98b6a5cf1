"""The manifest of a corpus: what it was made from, and what became of every line."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from summ.config import language_code
from summ.data.files import content_digest
from summ.errors import ArgumentError, DataError
from summ.text.bounded_json import bounded_json

FORMAT = 1
_MOST_BYTES = 1 << 26  # of the file, which lists up to a thousand skipped lines
UNKNOWN_LANGUAGE = "und"  # ISO 639's code for an undetermined language


def check_language(code: str) -> None:
    """Passes where a language has a code that model folders can name: models keep it.

    Raises:
        ArgumentError: it has not.
    """
    try:
        language_code(code)
    except ValueError as error:
        raise ArgumentError(f"language: {error}, found {code!r:.60}.") from error


@dataclass(frozen=True)
class Manifest:
    """What a corpus was made from, and what became of it.

    Attributes:
        fingerprint: SHA-256 over sources and settings; equal ones give equal corpora.
        sources: for each file its role, path, SHA-256, weight and the records read from it.
        settings: the arguments that decide the content.
        documents: rows, words and pieces kept, and rows dropped by rule.
        sentences: the same.
        skipped: records that could not be read, as *file, line, reason* (the first thousand).
        skipped_count: how many those were in all.
        files: SHA-256 of every data file.
        versions: of summ and of the libraries that shape the result.
    """

    fingerprint: str
    sources: list[dict[str, Any]]
    settings: dict[str, Any]
    documents: dict[str, Any]
    sentences: dict[str, Any]
    skipped: list[str]
    skipped_count: int
    files: dict[str, str]
    versions: dict[str, str]
    format: int = FORMAT

    @property
    def language(self) -> str:
        """ISO 639 code of the texts, from the settings; ``und`` if nobody said."""
        return str(self.settings.get("language", UNKNOWN_LANGUAGE))

    @property
    def content(self) -> str:
        """SHA-256 over the digests of all data files: whatever it was made from, what it holds."""
        return content_digest(self.files)

    def to_json(self) -> str:
        """The manifest as it stands in the file."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n"

    @staticmethod
    def read(path: Path) -> Manifest:
        """Reads ``manifest.json``.

        Raises:
            DataError: it is missing, malformed, or of a later summ.
        """
        try:
            values = bounded_json(path, _MOST_BYTES)
        except FileNotFoundError as error:
            raise DataError(
                f"{path.parent}: not a prepared corpus, {path.name} is missing. "
                "Make one with `summ prepare`."
            ) from error
        except (OSError, ValueError) as error:
            reason = " ".join(str(error).split())[:200]
            raise DataError(f"{path}: cannot be read ({reason}). Prepare again.") from error
        if not isinstance(values, dict) or not isinstance(values.get("format"), int):
            raise DataError(f"{path}: not the manifest of a corpus. Prepare again.")
        if values["format"] > FORMAT:
            raise DataError(
                f"{path}: has format {values['format']}, this summ reads {FORMAT}. Upgrade summ."
            )
        if unknown := values.keys() - Manifest.__annotations__.keys():
            raise DataError(f"{path}: unknown key {min(unknown)[:40]!r}. Prepare again.")
        try:
            manifest = TypeAdapter(Manifest).validate_python(values)
            language_code(manifest.language)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))[:100]
            raise DataError(f"{path}: {place}: {first['msg']}. Prepare again.") from error
        except ValueError as error:
            raise DataError(f"{path}: language: {error}. Prepare again.") from error
        return manifest
