"""Shards: the Arrow files that a corpus is made of, written whole and read without copying.

A table of texts is a folder of ``data-*.arrow`` files with the ``state.json`` and
``dataset_info.json`` of the datasets library, so that ``datasets.load_from_disk`` reads it too.
Columns: ``text`` (raw), ``ids`` (vocabulary pieces, no marks), ``words`` (canonical words).
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from summ.data.files import open_binary, write_file
from summ.errors import DataError
from summ.text.bounded_json import bounded_json

RAW_SCHEMA = pa.schema(
    [("text", pa.large_string()), ("canonical", pa.large_string()), ("words", pa.int32())]
)
SCHEMA = pa.schema(
    [("text", pa.large_string()), ("ids", pa.list_(pa.int32())), ("words", pa.int32())]
)
_MOST_BYTES = 1 << 24  # of the list of shards
_SHARD = re.compile(r"data-\d{5,9}\.arrow")
_FEATURES = {
    "text": {"dtype": "large_string", "_type": "Value"},
    "ids": {"feature": {"dtype": "int32", "_type": "Value"}, "_type": "List"},
    "words": {"dtype": "int32", "_type": "Value"},
}


def write_shard(path: Path, batches: Iterator[pa.RecordBatch], schema: pa.Schema) -> None:
    """Writes a whole file with a stream of record batches.

    Raises:
        DataError: it cannot be written.
    """
    with open_binary(path) as file, pa.ipc.new_stream(file, schema) as stream:
        for batch in batches:
            stream.write_batch(batch)


def read_shard(path: Path) -> list[pa.RecordBatch]:
    """The record batches of a shard, mapped into memory, not read.

    Raises:
        DataError: the file is missing or no whole Arrow stream.
    """
    try:
        if not path.is_file():
            raise OSError("no file")
        with pa.ipc.open_stream(pa.memory_map(str(path))) as stream:
            return list(stream)
    except (OSError, MemoryError, pa.ArrowException) as error:
        reason = " ".join(str(error).split())[:200]
        raise DataError(f"{path}: not a whole Arrow file ({reason}). Prepare again.") from error


def _checked_shard(path: Path) -> list[pa.RecordBatch]:
    """The record batches of a finished shard from anywhere, none of which leads out of the file.

    Raises:
        DataError: it is damaged, or a table of something else.
    """
    batches = read_shard(path)
    try:
        for batch in batches:
            if batch.schema != SCHEMA or any(column.null_count for column in batch.columns):
                raise ValueError("it holds something else than texts")
            batch.validate(full=True)
            if batch.column("ids").offset or batch.column("ids").values.null_count:
                raise ValueError("it holds something else than pieces")
            words = batch.column("words").to_numpy()
            if len(words) and words.min() < 0:
                raise ValueError("it holds texts of less than no words")
    except (ValueError, pa.ArrowException) as error:
        reason = " ".join(str(error).split())[:200]
        raise DataError(f"{path}: cannot be used ({reason}). Prepare again.") from error
    return batches


def describe_table(folder: Path, shards: Sequence[str], fingerprint: str) -> None:
    """Writes what ``datasets.load_from_disk`` wants to find beside the shards."""
    state: dict[str, Any] = {
        "_data_files": [{"filename": name} for name in shards],
        "_fingerprint": fingerprint[:16],
        "_format_columns": None,
        "_format_kwargs": {},
        "_format_type": None,
        "_output_all_columns": False,
        "_split": None,
    }
    info = {"citation": "", "description": "", "features": _FEATURES, "homepage": "", "license": ""}
    write_file(folder / "dataset_info.json", json.dumps(info, indent=1) + "\n")
    write_file(folder / "state.json", json.dumps(state, indent=1) + "\n")


class Texts:
    """One side of a corpus: random access to the rows of memory-mapped shards.

    Attributes:
        words: canonical words of each row.  Shape (N,), int32.
        lengths: pieces of each row.  Shape (N,), int32.
    """

    def __init__(self, folder: Path) -> None:
        """Opens a folder that ``describe_table`` described.

        Raises:
            DataError: it is not there, or damaged.
        """
        try:
            state = bounded_json(folder / "state.json", _MOST_BYTES)
            names = [str(entry["filename"]) for entry in state["_data_files"]]
            if not all(map(_SHARD.fullmatch, names)):
                raise ValueError("names another file than data-00000.arrow and the like")
        except (OSError, ValueError, KeyError, TypeError) as error:
            reason = " ".join(str(error).split())[:200]
            raise DataError(f"{folder}: no table of texts ({reason}). Prepare again.") from error
        batches = [batch for name in names for batch in _checked_shard(folder / name)]
        self._folder, self._batches = folder, batches
        self._starts = [0]
        self._offsets: list[NDArray[np.int32]] = []
        self._values: list[NDArray[np.int32]] = []
        for batch in batches:
            column = batch.column("ids")
            self._offsets.append(column.offsets.to_numpy())
            self._values.append(column.values.to_numpy())
            self._starts.append(self._starts[-1] + batch.num_rows)
        empty = [np.zeros(0, dtype=np.int32)]
        self.words: NDArray[np.int32] = np.concatenate(
            empty + [batch.column("words").to_numpy() for batch in batches]
        )
        self.lengths: NDArray[np.int32] = np.concatenate(
            empty + [np.diff(o) for o in self._offsets]
        )

    def check_pieces(self, size: int) -> None:
        """Passes where every piece is one of a vocabulary of this size.

        Raises:
            DataError: one is not.
        """
        for values in self._values:
            if len(values) and not 0 <= values.min() <= values.max() < size:
                raise DataError(
                    f"{self._folder}: holds pieces from {values.min()} to {values.max()}, but the "
                    f"vocabulary has {size}. Prepare again."
                )

    def __len__(self) -> int:
        return self._starts[-1]

    def ids(self, row: int) -> NDArray[np.int32]:
        """The pieces of a row: a view into the mapped file, not to be written to."""
        part = bisect_right(self._starts, row) - 1
        offsets = self._offsets[part]
        local = row - self._starts[part]
        return self._values[part][offsets[local] : offsets[local + 1]]

    def text(self, row: int) -> str:
        """The raw text of a row."""
        part = bisect_right(self._starts, row) - 1
        return str(self._batches[part].column("text")[row - self._starts[part]].as_py())
