"""Files of texts that belong together: what is handled and what is refused, in one line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from summ.errors import DataError
from summ.evaluation.summaries.pairs import read_lines, read_pairs, read_records


def write(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"a\nb\n", ["a", "b"]),
        (b"a\nb", ["a", "b"]),
        (b"a\r\nb\r\n", ["a", "b"]),
        (b"\xef\xbb\xbfa\nb\n", ["a", "b"]),
        (b"a\n\nb\n", ["a", "", "b"]),
        (b"a\n\n", ["a", ""]),
        (b"\n", [""]),
        ("é\r\nb".encode("utf-16"), ["é", "b"]),
        (b"\xfe\xff" + "é\nb".encode("utf-16-be"), ["é", "b"]),
        ("a\u2028b\x0c\x85c\nd\n".encode(), ["a\u2028b\x0c\x85c", "d"]),
    ],
)
def test_lines_end_where_line_feeds_say(tmp_path: Path, content: bytes, lines: list[str]) -> None:
    assert read_lines(write(tmp_path / "f.txt", content)) == lines
    packed = write(tmp_path / "f.txt.gz", gzip.compress(content))
    assert read_lines(packed) == lines


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("f.txt", b"", r"f\.txt: is empty, found 0 lines"),
        ("f.txt", b"ok\nbad \xff byte\n", r"f\.txt line 2: is not UTF-8 \(byte 0xff at column 5\)"),
        ("f.txt", b"ok\nbin\x00ary\n", r"f\.txt line 2: is not text"),
        ("f.txt", "text".encode("utf-32"), r"f\.txt: UTF-32 text"),
        ("f.txt", "text".encode("utf-16")[:-1], r"f\.txt: not UTF-16 as its first bytes say"),
        ("f.txt.gz", b"no archive", r"f\.txt\.gz: cannot be read"),
        ("f.txt.gz", gzip.compress(b"a\n" * 99, mtime=0)[:-9], r"damaged or cut short"),
    ],
)
def test_what_is_no_text_is_refused(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    with pytest.raises(DataError, match=message) as caught:
        read_lines(write(tmp_path / name, content))
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone\.txt: cannot be read \(No such file"):
        read_lines(tmp_path / "gone.txt")


def test_bad_bytes_can_be_replaced(tmp_path: Path) -> None:
    path = write(tmp_path / "f.txt", b"a\xffb\n")
    assert read_lines(path, "replace") == ["a\ufffdb"]


def test_files_pair_line_by_line(tmp_path: Path) -> None:
    texts = read_pairs(
        write(tmp_path / "p.txt", "x\n\n"),
        [write(tmp_path / "r1.txt", "a\r\nb\r\n"), write(tmp_path / "r2.txt", "c\n\n")],
        write(tmp_path / "s.txt", "long x\nlong y\n"),
    )
    assert texts.predictions == ["x", ""]
    assert texts.references == [["a", "c"], ["b"]]
    assert texts.sources == ["long x", "long y"]
    assert texts.ids == ["1", "2"]
    assert texts.rows([1]).references == [["b"]]


def test_unequal_line_counts_are_refused(tmp_path: Path) -> None:
    predictions = write(tmp_path / "p.txt", "x\ny\n")
    with pytest.raises(DataError, match=r"p\.txt has 2 lines but .*r\.txt has 1: .*line by line"):
        read_pairs(predictions, [write(tmp_path / "r.txt", "a\n")])
    with pytest.raises(DataError, match="no reference file"):
        read_pairs(predictions, [])


def test_records_hold_texts_and_references(tmp_path: Path) -> None:
    records = [
        {"id": 7, "text": "long", "summaries": ["a", "b"]},
        {"text": "longer", "summaries": "c"},
    ]
    content = "\n\n".join(json.dumps(record) for record in records)
    texts = read_records(write(tmp_path / "d.jsonl", content))
    assert texts.ids == ["7", "3"]
    assert texts.sources == ["long", "longer"]
    assert texts.references == [["a", "b"], ["c"]]
    assert texts.predictions is None


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"text": "a"', r"line 2: is not JSON"),
        ("[1]", r"line 2: must be an object, found list"),
        (
            '{"body": "a", "summaries": ["b"]}',
            r'line 2: no field "text" \(found: body, summaries\)',
        ),
        ('{"text": 3, "summaries": ["b"]}', r'line 2: field "text" must be a text, found int'),
        ('{"text": "a"}', r'line 2: field "summaries" must hold at least one reference'),
        ('{"text": "a", "summaries": []}', r"at least one reference"),
        ('{"text": "a", "summaries": [1]}', r"must be a text, found int"),
    ],
)
def test_a_bad_record_is_named_by_file_and_line(tmp_path: Path, line: str, message: str) -> None:
    good = '{"text": "a", "summaries": ["b"]}\n'
    with pytest.raises(DataError, match=message) as caught:
        read_records(write(tmp_path / "d.jsonl", good + line))
    assert "d.jsonl" in str(caught.value) and "\n" not in str(caught.value)


def test_an_empty_file_has_no_records(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="found 0 records"):
        read_records(write(tmp_path / "d.jsonl", "\n \n"))
