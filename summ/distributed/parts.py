"""The output of many workers: a folder with a file for each block, and a plan of all of them.

A part has its name once it is whole and never before, so the names in the folder say what is done:
a worker that is killed leaves no part, and one that comes twice replaces a part by the same again.
``manifest.json`` holds the block plan and the task; whoever goes on with a folder must mean the
same.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import fsspec

from summ.data.files import write_file
from summ.data.unfinished import remove_all_leftovers
from summ.distributed.blocks import Block
from summ.errors import DataError

MANIFEST = "manifest.json"
_FORMAT = 1


@dataclass(frozen=True)
class Parts:
    """A folder of parts.

    Attributes:
        folder: a path or a URL.
        suffix: of the files, such as ``.jsonl``.
        inner: name of a folder in it where parts wait that are not finished yet.
    """

    folder: str
    suffix: str
    inner: str = ""

    @cached_property
    def _place(self) -> tuple[Any, str]:
        """The file system, and the path in it."""
        try:
            system, path = fsspec.core.url_to_fs(self.folder)
        except (ImportError, ValueError, OSError) as error:
            raise self._refused(error) from error
        return system, f"{path}/{self.inner}".rstrip("/")

    def name(self, block: Block) -> str:
        """The name of a block's part."""
        return f"part-{block.number:06d}{self.suffix}"

    def has(self, block: Block) -> bool:
        """Whether a block's part is there."""
        system, folder = self._place
        system.invalidate_cache()
        return bool(system.exists(f"{folder}/{self.name(block)}"))

    def done(self) -> set[int]:
        """The numbers of the blocks whose parts are there."""
        pattern = re.compile(rf"part-([0-9]+){re.escape(self.suffix)}")
        found = (pattern.fullmatch(name) for name in self._names())
        return {int(match[1]) for match in found if match is not None}

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """A path to write a file to (and files beside it), which is in the folder afterwards.

        Raises:
            DataError: it cannot be written.
        """
        system, folder = self._place
        if isinstance(system, fsspec.implementations.local.LocalFileSystem):
            self._make()
            yield Path(folder, name)  # our writers let files appear whole
            return
        with TemporaryDirectory() as place:
            yield Path(place, name)
            # The file itself last: it says that the others are there.
            for file in sorted(Path(place).iterdir(), key=lambda path: path.name == name):
                self._publish(file)

    def read(self, name: str) -> str:
        """A file's text."""
        system, folder = self._place
        return str(system.cat_file(f"{folder}/{name}").decode("utf-8"))

    def remove(self) -> None:
        """Removes the folder and all in it."""
        system, folder = self._place
        if system.exists(folder):
            system.rm(folder, recursive=True)

    def remove_leftovers(self) -> None:
        """Removes what killed workers left in a local folder; nobody may be writing."""
        system, folder = self._place
        if isinstance(system, fsspec.implementations.local.LocalFileSystem):
            remove_all_leftovers(Path(folder))

    # -- the manifest

    def plan(self) -> tuple[Mapping[str, Any], list[Block]] | None:
        """What the folder's manifest says of the task, and its blocks; None if there is none.

        Raises:
            DataError: the folder holds something else.
        """
        names = self._names()
        if MANIFEST not in names:
            if visible := sorted(name for name in names if not name.startswith(".")):
                raise DataError(
                    f"{self.folder}: holds '{visible[0]}' and no {MANIFEST}. Choose another "
                    "--output."
                )
            return None
        try:
            stored = json.loads(self.read(MANIFEST))
            if stored["format"] != _FORMAT:
                raise ValueError(f"format {stored['format']}")
            return stored["task"], [Block.of(block) for block in stored["blocks"]]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DataError(
                f"{self.folder}/{MANIFEST}: no plan of summ ({error!r:.80}). Choose another "
                "--output."
            ) from error

    def write_plan(self, task: Mapping[str, Any], blocks: Sequence[Block]) -> None:
        """Writes the manifest."""
        stored = {"format": _FORMAT, "task": task, "blocks": [asdict(block) for block in blocks]}
        with self.writing(MANIFEST) as path:
            write_file(path, json.dumps(stored, indent=None) + "\n")

    # -- the file system

    def _names(self) -> set[str]:
        system, folder = self._place
        try:
            system.invalidate_cache()
            if system.isfile(folder):
                raise NotADirectoryError("it is a file")
            found = system.ls(folder, detail=False) if system.exists(folder) else []
        except OSError as error:
            raise self._refused(error) from error
        return {str(name).rstrip("/").rsplit("/", 1)[-1] for name in found}

    def _make(self) -> None:
        system, folder = self._place
        try:
            system.makedirs(folder, exist_ok=True)
        except OSError as error:
            raise self._refused(error) from error

    def _publish(self, file: Path) -> None:
        """Sends a file to a hidden name, then gives it its own."""
        system, folder = self._place
        hidden = f"{folder}/.{file.name}.{secrets.token_hex(4)}"
        try:
            self._make()
            system.put_file(str(file), hidden)
            system.mv(hidden, f"{folder}/{file.name}")
        except OSError as error:
            raise self._refused(error) from error

    def _refused(self, error: Exception) -> DataError:
        reason = " ".join(str(error).split())[:160]
        return DataError(f"{self.folder}: cannot be used ({reason}). Choose another --output.")
