"""The folder of a report: it may take the place of an older report, and of nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from summ.data.files import write_file
from summ.errors import DataError

_MARK = "report.json"
_FILES = (_MARK, "report.html", "report.md", "predictions.jsonl")


def check_report_folder(directory: Path, names: Iterable[str] = _FILES) -> None:
    """Passes where files of these names would replace nothing, or an older report.

    Raises:
        DataError: the directory is a file, or has such a file and is no report of summ.
    """
    if directory.exists() and not directory.is_dir():
        raise DataError(f"{directory}: is a file. Give a folder for the report.")
    found = [name for name in names if (directory / name).exists()]
    if found and not _is_report(directory / _MARK):
        raise DataError(
            f"{directory}: a report would replace {found[0]!r} in it, but what it holds is no "
            "report of summ. Choose another --report."
        )


def write_files(directory: Path, contents: Mapping[str, str]) -> None:
    """Writes the files of a report, each whole, and first the one by which it is known again.

    Raises:
        DataError: they cannot be written, or would replace what is no report.
    """
    check_report_folder(directory, [n for n in contents if not _is(directory / n, contents[n])])
    for name in sorted(contents, key=lambda name: name != _MARK):
        write_file(directory / name, contents[name])


def _is_report(place: Path) -> bool:
    try:
        told = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(told, dict) and "provenance" in told


def _is(place: Path, content: str) -> bool:
    """Whether a file has this content already, so that nothing is lost with it."""
    try:
        return place.read_bytes() == content.encode("utf-8", "replace")
    except OSError:
        return False
