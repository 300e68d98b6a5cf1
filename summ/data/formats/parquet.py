"""Records of a Parquet file, in bounded memory as far as the file says how large its cells are."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

from summ.data.lines import MOST_BYTES
from summ.data.record import Place, Record, encodable, no_field, no_text
from summ.errors import DataError

if TYPE_CHECKING:
    from pyarrow.parquet import FileMetaData

_MOST_PIPED = 1 << 28  # bytes of a file that comes through a pipe
_ROWS = 16  # at a time: more of them are not read faster
# A page is unpacked as a whole, and holds up to a thousand values, whatever their size.
_MOST_PAGE = 1 << 29
_PAGE_VALUES = 1_024


def parquet_records(stream: IO[bytes], place: Place, field: str) -> Iterator[Record]:
    """One record a row, some rows at a time."""
    import pyarrow
    import pyarrow.parquet

    source = stream if stream.seekable() else io.BytesIO(stream.read(_MOST_PIPED))
    number = 0
    try:
        # Nothing is read ahead: a group of rows may be larger than the memory.
        file = pyarrow.parquet.ParquetFile(source, pre_buffer=False, buffer_size=1 << 20)
        if field not in file.schema_arrow.names:
            raise no_field(place.name, field, list(file.schema_arrow.names))
        for group in range(file.num_row_groups):
            rows = _rows_at_a_time(file.metadata, group, place.name)
            # One thread: each would hold a page of its own.
            for batch in file.iter_batches(rows, row_groups=[group], use_threads=False):
                for row in batch.to_pylist():
                    number += 1
                    try:
                        yield _record(row, f"{place.name} row {number}", place, field)
                    except DataError as error:
                        place.refuse(error)
    except pyarrow.ArrowException as error:
        reason = " ".join(str(error).split())[:120]
        raise DataError(f"{place.name}: not a Parquet file that can be read ({reason}).") from error


def _rows_at_a_time(metadata: FileMetaData, group: int, name: str) -> int:
    """How many rows of a group are read at once: one where a few cells could fill the memory.

    Raises:
        DataError: a single page of the group could.
    """
    described = metadata.row_group(group)
    sizes = [
        described.column(column).total_uncompressed_size for column in range(described.num_columns)
    ]
    largest = max(sizes, default=0)
    if min(1.0, _PAGE_VALUES / max(described.num_rows, 1)) * largest > _MOST_PAGE:
        raise DataError(
            f"{name}: row group {group} holds {largest >> 20} MiB in {described.num_rows} rows, "
            "too much to be unpacked at once. Write it with smaller row groups, or as .jsonl."
        )
    # A dictionary repeats its largest value for nothing: one cell may have nearly all the bytes.
    return _ROWS if largest <= MOST_BYTES else 1


def _record(row: dict[str, Any], where: str, place: Place, field: str) -> Record:
    text, own = row[field], row.get("id")
    if not isinstance(text, str):
        raise no_text(where, field, text)
    if len(text) > MOST_BYTES:
        raise DataError(f"{where}: longer than {MOST_BYTES >> 20} MiB. Split it into documents.")
    id_ = own if isinstance(own, str) else "" if own is None else json.dumps(own, default=str)
    return Record(encodable(id_, place, where), encodable(text, place, where), row)
