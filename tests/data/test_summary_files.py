"""Summaries as tables: what another program reads back is what was written."""

import pyarrow.parquet as pq
import pytest

from summ.data.record import Record
from summ.data.summary_files import kind_of_output, summary_writer
from summ.errors import ConfigError, DataError
from summ.summary import Summary


def written(path, records, unlike=None):
    with summary_writer(path, kind_of_output("auto", path), "text", "summary") as write:
        for number, record in enumerate(records):
            # Known of the last ones only, whose column has its type from the first.
            value = unlike if number >= 2_999 else None
            write(Summary("A line.", 2, -1.5, False, record.id, "extracted", "en", value), record)


def test_parquet_keeps_the_fields_of_records_and_their_types(tmp_path):
    rows = [{"id": number, "text": f"Text {number}.", "words": 9.5} for number in range(3_000)]
    records = [Record(str(row["id"]), row["text"], row) for row in rows]
    written(tmp_path / "a.parquet", records, unlike=99.5)
    read = pq.read_table(tmp_path / "a.parquet").to_pylist()
    told = {"log_prob": -1.5, "truncated": False, "method": "extracted", "language": "en"}
    # A record's own "words" stays, and summ's is told beside it.
    told |= {"summary": "A line.", "summary_words": 2, "unlike_training": None}
    expected = [{**row, **told} for row in rows]
    expected[-1]["unlike_training"] = 99.5
    assert read == expected


def test_parquet_of_no_records_can_be_read(tmp_path):
    written(tmp_path / "a.parquet", [])
    assert pq.read_table(tmp_path / "a.parquet").num_rows == 0


def test_records_that_make_no_table_are_named(tmp_path):
    rows = [{"id": "a", "text": "x"}, {"id": "b", "text": "x", "more": 1}]
    with pytest.raises(DataError, match='record b: has a field "more"'):
        written(tmp_path / "a.parquet", [Record(row["id"], "x", row) for row in rows])
    mixed = [{"id": "a", "text": "x"}, {"id": 2, "text": "x"}]
    with pytest.raises(DataError, match="records of different types"):
        written(tmp_path / "b.parquet", [Record("", "x", row) for row in mixed])
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ConfigError, match="needs a file"):
        kind_of_output("parquet", None)
