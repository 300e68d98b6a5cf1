"""Records of a Parquet file."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import IO

from summ.data.record import Place, Record, encodable, no_field
from summ.errors import DataError

_ROWS = 1_024
_MOST_BYTES = 1 << 28  # of a file that comes through a pipe


def parquet_records(stream: IO[bytes], place: Place, field: str) -> Iterator[Record]:
    """One record a row, some rows at a time."""
    import pyarrow
    import pyarrow.parquet

    source = stream if stream.seekable() else io.BytesIO(stream.read(_MOST_BYTES))
    number = 0
    try:
        file = pyarrow.parquet.ParquetFile(source)
        if field not in file.schema_arrow.names:
            raise no_field(place.name, field, list(file.schema_arrow.names))
        for batch in file.iter_batches(batch_size=_ROWS):
            for row in batch.to_pylist():
                number += 1
                where, text, own = f"{place.name} row {number}", row[field], row.get("id")
                if not isinstance(text, str):
                    kind = (
                        "null" if text is None else "NaN" if text != text else type(text).__name__
                    )
                    message = (
                        f'{where}: field "{field}" must be a string, found {kind}. Use --field.'
                    )
                    place.refuse(DataError(message))
                    continue
                id_ = (
                    own
                    if isinstance(own, str)
                    else ""
                    if own is None
                    else json.dumps(own, default=str)
                )
                yield Record(encodable(id_, place, where), encodable(text, place, where), row)
    except pyarrow.ArrowException as error:
        reason = " ".join(str(error).split())[:120]
        raise DataError(f"{place.name}: not a Parquet file that can be read ({reason}).") from error
