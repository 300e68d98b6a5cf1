"""Files of summaries: lines of text, JSON, or a table with the records that were summarized."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TextIO

from summ.data.files import open_binary, open_output, write_json
from summ.data.record import Record
from summ.errors import ConfigError, DataError

if TYPE_CHECKING:
    from summ.summary import Summary

Kind = Literal["text", "jsonl", "csv", "tsv", "parquet"]
Write = Callable[["Summary", Record | None], None]

_BY_SUFFIX: dict[str, Kind] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
}
_ROWS = 2_048  # of a table, written at once
# Our columns in which the first rows may have no value.
_MAY_BE_EMPTY = {"unlike_training", "summary_unlike_training"}


def kind_of_output(format_: Literal["auto"] | Kind, output: Path | None) -> Kind:
    """How summaries are written: as was asked for, or as the file is called.

    Raises:
        ConfigError: a Parquet file on standard output.
    """
    if format_ == "auto":
        return "text" if output is None else _BY_SUFFIX.get(output.suffix.lower(), "text")
    if format_ == "parquet" and output is None:
        raise ConfigError("--format parquet: needs a file. Give --output.")
    return format_


@contextmanager
def summary_writer(
    output: Path | None, kind: Kind, field: str, output_field: str
) -> Iterator[Write]:
    """A function that writes a summary and the record that it is of; the file appears at the end.

    JSON lines have the record's other fields, tables have all of them.  Where a record has a field
    called as one of summ's (``words``), summ's is called ``summary_words``.

    Args:
        output: the file, or None for standard output.
        field: of records, that holds the text.
        output_field: that gets the summary.

    Raises:
        DataError: the file cannot be written, or records have a field called ``output_field``.
    """
    if kind == "parquet" and output is not None:
        with open_binary(output) as binary, _parquet_rows(binary, output) as add:
            yield lambda summary, record: add(_row(summary, record, field, output_field, True))
        return
    with open_output(output) as stream:
        if kind in {"csv", "tsv"}:
            table = _Table(stream, "," if kind == "csv" else "\t")
            yield lambda summary, record: table.add(
                _row(summary, record, field, output_field, True)
            )
        elif kind == "jsonl":
            yield lambda summary, record: write_json(
                stream, _row(summary, record, field, output_field, False)
            )
        else:
            yield lambda summary, _: _write_line(stream, summary.text)


def _write_line(stream: TextIO, text: str) -> None:
    stream.write(text + "\n")


def _row(
    summary: Summary, record: Record | None, field: str, output_field: str, with_text: bool
) -> dict[str, Any]:
    """A summary with the fields of its record."""
    own: Mapping[str, Any] = {} if record is None or record.fields is None else record.fields
    if output_field in own and output_field != field:
        raise DataError(
            f'record {summary.id}: has a field "{output_field}" already. Give another '
            "--output-field."
        )
    row: dict[str, Any] = {"id": own.get("id", summary.id)}
    if row["id"] is None or row["id"] == "":
        row["id"] = summary.id
    row |= {
        name: value for name, value in own.items() if name != "id" and (with_text or name != field)
    }
    row[output_field] = summary.text
    told: dict[str, Any] = {
        "words": summary.words,
        "log_prob": summary.log_prob,
        "truncated": summary.truncated,
        "method": summary.method,
        "language": summary.language,
        "unlike_training": summary.unlike_training,
    }
    if summary.support is not None:
        told["support"] = list(summary.support)
    return row | {f"summary_{name}" if name in own else name: value for name, value in told.items()}


class _Table:
    """Rows under the names of the first one."""

    def __init__(self, stream: TextIO, delimiter: str) -> None:
        self._writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
        self._names: list[str] = []

    def add(self, row: Mapping[str, Any]) -> None:
        if not self._names:
            self._names = list(row)
            self._writer.writerow(self._names)
        _refuse_others(row, self._names)
        self._writer.writerow([_cell(row.get(name)) for name in self._names])


def _cell(value: Any) -> Any:
    """A value as a cell of text."""
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _refuse_others(row: Mapping[str, Any], names: list[str]) -> None:
    other = next((name for name in row if name not in names), None)
    if other is not None:
        raise DataError(
            f'record {row["id"]}: has a field "{other}", which the first record lacks. Use '
            "--format jsonl."
        )


def _with_numbers(table: Any) -> Any:
    """The table with numbers in our columns that are empty so far: later rows may have some."""
    import pyarrow

    schema = table.schema
    for place, column in enumerate(schema):
        if column.name in _MAY_BE_EMPTY and pyarrow.types.is_null(column.type):
            schema = schema.set(place, column.with_type(pyarrow.float64()))
    return table.cast(schema)


@contextmanager
def _parquet_rows(stream: Any, output: Path) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """Adds rows to a Parquet file, some thousand at once; the first ones decide the types."""
    import pyarrow
    import pyarrow.parquet

    rows: list[Mapping[str, Any]] = []
    writer: Any = None

    def flush() -> None:
        nonlocal writer
        try:
            table = pyarrow.Table.from_pylist(
                rows, schema=None if writer is None else writer.schema
            )
            if writer is None:
                table = _with_numbers(table)
                writer = pyarrow.parquet.ParquetWriter(stream, table.schema)
            writer.write_table(table)
        except pyarrow.ArrowException as error:
            reason = " ".join(str(error).split())[:120]
            raise DataError(
                f"{output}: records of different types ({reason}). Use .jsonl."
            ) from error
        rows.clear()

    def add(row: Mapping[str, Any]) -> None:
        if rows:
            _refuse_others(row, list(rows[0]))
        rows.append(row)
        if len(rows) >= _ROWS:
            flush()

    yield add
    if rows or writer is None:
        flush()
    writer.close()
