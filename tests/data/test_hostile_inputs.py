"""Inputs that would fill the memory, and any bytes at all: a result, or one line."""

import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from summ.config.loader import read_values
from summ.data.formats import parquet
from summ.data.lines import MOST_BYTES, bounded_lines
from summ.data.readers import read_records
from summ.errors import DataError, SummError
from summ.evaluation.reports.plots import read_curves
from summ.evaluation.summaries import pairs
from summ.text import canonical as canonical_text
from summ.text.folding import folded_text

MEMORY = 200_000_000
QUICKLY = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@contextmanager
def little_memory() -> Iterator[None]:
    before = getrusage(RUSAGE_SELF).ru_maxrss
    yield
    assert (getrusage(RUSAGE_SELF).ru_maxrss - before) * 1024 < MEMORY


def compressed(byte: bytes, size: int, end: bytes = b"") -> bytes:
    """So many bytes, gzipped, without holding them all."""
    packer = zlib.compressobj(1, wbits=31)
    chunk = byte * (1 << 20)
    parts = [packer.compress(chunk) for _ in range(size >> 20)]
    return b"".join([*parts, packer.compress(end), packer.flush()])


@pytest.mark.parametrize("name", ["a.txt.gz", "a.jsonl.gz", "a.csv.gz", "a.docx.gz"])
@pytest.mark.parametrize("byte", [b"\0", b"a", b'"'], ids=["zero", "a", "quote"])
def test_what_unpacks_to_far_more_takes_little_memory(
    name: str, byte: bytes, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(compressed(byte, 1 << 27))
    with little_memory():
        with pytest.raises(DataError) as refused:
            list(read_records(path))
        with pytest.raises(DataError):
            pairs.read_records(path)
    assert "\n" not in str(refused.value)


def test_a_long_line_is_left_out_and_the_next_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"one\n" + b"a" * (MOST_BYTES + 1) + b"\nthree\n" + b"b" * (MOST_BYTES + 9))
    told: list[str] = []
    with pytest.raises(DataError, match="line 2: longer than 16 MiB"):
        list(read_records(path, lines=True))
    found = read_records(path, lines=True, on_error="skip", on_skip=told.append)
    assert [record.text for record in found] == ["one", "three"]
    assert ["line 2" in told[0], "line 4" in told[1], len(told)] == [True, True, 2]


def test_cells_of_parquet_are_not_read_all_at_once(tmp_path: Path) -> None:
    """A value of a megabyte that three hundred rows repeat stands in the file once."""
    values = pa.array(["a" * (1 << 20), "The river rose."])
    rows = pa.DictionaryArray.from_arrays(pa.array([0] * 300 + [1], pa.int32()), values)
    for stored in (True, False):  # whether readers know that it was a dictionary
        path = tmp_path / f"{stored}.parquet"
        pq.write_table(pa.table({"text": rows}), path, store_schema=stored)
        with little_memory():
            sizes = [len(record.text) for record in read_records(path)]
        assert sizes == [1 << 20] * 300 + [15]


def test_parquet_that_no_memory_holds_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.parquet"
    texts = [f"{row} fell. " * 40 for row in range(20)]
    pq.write_table(pa.table({"text": texts}), path, row_group_size=6)
    expected = [record.text for record in read_records(path)]
    assert expected == texts
    monkeypatch.setattr(parquet, "_MOST_PAGE", 100)
    with pytest.raises(DataError, match="row group 0 holds 0 MiB in 6 rows, too much"):
        list(read_records(path))
    monkeypatch.undo()
    monkeypatch.setattr(parquet, "MOST_BYTES", 359)
    told: list[str] = []
    found = [r.text for r in read_records(path, on_error="skip", on_skip=told.append)]
    assert found == texts[:10] and len(told) == 10 and "row 11: longer than" in told[0]


@pytest.mark.parametrize("text", ["Rain fell in Lima, they say. ", "市长开放了老桥。", "a-b.c\n"])
def test_long_texts_are_folded_in_portions(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = canonical_text.canonical(text * 300, folding=True)
    longest = 0

    def measured(portion: str) -> str:
        nonlocal longest
        longest = max(longest, len(portion))
        return folded_text(portion)

    monkeypatch.setattr(canonical_text, "FOLDED_AT_ONCE", 500)
    monkeypatch.setattr(canonical_text, "folded_text", measured)
    assert canonical_text.canonical(text * 300, folding=True) == whole
    assert 400 < longest <= 500


@pytest.mark.parametrize("most", [1, 2, 3, 5, 100])
def test_bounded_lines_are_lines(most: int) -> None:
    content = b"a\n\nabc\nabcd\n" + b"x" * 200_000 + b"\nend"
    lines = content.splitlines(keepends=True)
    found = list(bounded_lines(io.BytesIO(content), most))
    assert [whole for _, whole in found] == [len(line) <= most for line in lines]
    assert [line for line, whole in found if whole] == [x for x in lines if len(x) <= most]


def test_a_file_without_end_is_refused() -> None:
    with little_memory(), pytest.raises(DataError, match="binary data"):
        list(read_records(Path("/dev/zero")))
    with little_memory(), pytest.raises(DataError, match="zero byte"):
        pairs.read_lines(Path("/dev/zero"))


def test_an_archive_that_unpacks_to_far_more_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    # Levels differ in time only: 1 or 2 seconds.
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", " " * (1 << 28))
    with little_memory(), pytest.raises(DataError, match=r"would unpack from .* to 268,435,456"):
        list(read_records(path))


@pytest.mark.parametrize("name", ["a.pdf", "a.docx"])
@QUICKLY
@given(content=st.binary(max_size=80))
def test_any_bytes_are_a_document_or_refused(name: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / name
    for head in (b"", b"%PDF-1.4\n", b"PK\x03\x04", b"<html><p>"):
        path.write_bytes(head + content)
        one_line(read_records, path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside),
    max_leaves=6,
)
FIELDS = st.sampled_from(["text", "summaries", "summary", "id", "step", "loss", "stages", "family"])
OBJECTS = st.dictionaries(FIELDS, JSON).map(lambda value: json.dumps(value).encode() + b"\n")
CONTENT = st.binary(max_size=60) | OBJECTS | st.lists(OBJECTS, max_size=3).map(b"".join)


def one_line(read: Callable[..., object], *arguments: Any, **options: Any) -> None:
    """Reads all there is; a refusal has one line."""
    try:
        found = read(*arguments, **options)
        if isinstance(found, Iterator):
            list(found)
    except SummError as error:
        assert "\n" not in str(error)


@QUICKLY
@given(content=CONTENT, errors=st.sampled_from(["strict", "replace"]))
def test_any_bytes_are_records_or_refused(content: bytes, errors: str, tmp_path: Path) -> None:
    for name in ("a.txt", "a.jsonl", "a.csv", "a.txt.gz"):
        path = tmp_path / name
        path.write_bytes(gzip.compress(content)[: len(content)] if "gz" in name else content)
        one_line(read_records, path, errors=errors)
        one_line(read_records, path, lines=True, errors=errors)
        one_line(pairs.read_records, path, errors=errors)
        one_line(pairs.read_summaries, path, errors=errors)
        one_line(read_curves, path)
        one_line(read_values, path, ["stages.0.steps=3"])


@pytest.mark.parametrize(
    "line",
    [
        '{"step": ' + "9" * 400 + ', "loss": 1}',
        '{"step": 1, "loss": ' + "9" * 400 + "}",
        '{"step": 1, "loss": ' + "9" * 5000 + "}",
        "[" * 100_000,
        '{"step": NaN, "loss": 1}',
        '{"step": true, "loss": Infinity}',
        "\x00",
    ],
)
def test_damaged_metrics_are_left_out(line: str, tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_text(f'{{"step": 1, "loss": 2}}\n{line}\n{{"step": 2, "loss": 3}}\n')
    assert read_curves(path)["loss"] == ([1.0, 2.0], [2.0, 3.0])
