"""A block plan against one reading of the same files from end to end."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from summ.data.readers import read_records
from summ.distributed import blocks as plans
from summ.distributed.blocks import Reading, expand_names, plan_blocks, read_block
from summ.errors import DataError


def in_blocks(names: list[str], reading: Reading, size: int) -> list[tuple[str, str]]:
    planned = plan_blocks(names, reading, size)
    assert [block.number for block in planned] == list(range(len(planned)))
    found = []
    for block in planned:
        records, _ = read_block(block, reading)
        assert (block.first, block.records) == (len(found), len(records))
        assert records
        found += [(record.id, record.text) for record in records]
    return found


def at_once(names: list[str], reading: Reading) -> list[tuple[str, str]]:
    records = [
        record
        for name in names
        for record in read_records(Path(name), lines=reading.lines, field=reading.field)
    ]
    return [(record.id or str(n), record.text) for n, record in enumerate(records, start=1)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.text("ab\n\r é"), min_size=1, max_size=3),
    size=st.integers(1, 5),
    most=st.integers(1, 12),
    chunk=st.integers(1, 9),
)
def test_lines_in_blocks_are_the_lines_of_the_files(
    texts, size, most, chunk, tmp_path, monkeypatch
):
    monkeypatch.setattr(plans, "_MOST_BYTES", most)
    monkeypatch.setattr(plans, "_CHUNK", chunk)
    names = []
    for number, text in enumerate(texts):
        (tmp_path / f"{number}.txt").write_bytes(text.encode())
        names.append(str(tmp_path / f"{number}.txt"))
    reading = Reading("/", lines=True)
    assert in_blocks(names, reading, size) == at_once(names, reading)


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_files_of_many_kinds(here):
    lines = [f"text {number}" for number in range(7)]
    Path("a.jsonl").write_text(
        "".join(json.dumps({"text": line, "id": f"a{line[-1]}"}) + "\n" for line in lines) + "\n"
    )
    Path("b.csv").write_text('id,text\n1,one\n2,"two\nlines"\n')
    Path("c.txt.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    Path("d.txt").write_text("")
    Path("e.md").write_text("# One\n\ndocument\n")
    names = ["a.jsonl", "b.csv", "c.txt.gz", "d.txt", "e.md"]
    reading = Reading(str(here), lines=True)
    assert in_blocks(names, reading, 3) == at_once(names, reading)


def test_documents_share_a_block(here):
    for number in range(5):
        Path(f"{number}.txt").write_text(f"first line\nsecond {number}\n")
    reading = Reading(str(here))
    names = expand_names(["./*.txt"])
    assert in_blocks(names, reading, 2) == at_once(names, reading)
    assert [len(block.pieces) for block in plan_blocks(names, reading, 2)] == [2, 2, 1]


def test_what_is_left_out_shifts_no_other_block(here):
    Path("a.jsonl").write_text('{"text": "one"}\nbroken\n{"text": "three"}\n{"text": "four"}\n')
    reading = Reading(str(here), on_error="skip")
    read = [read_block(block, reading)[0] for block in plan_blocks(["a.jsonl"], reading, 2)]
    found = [[(record.id, record.text) for record in records] for records in read]
    assert found == [[("1", "one")], [("3", "three"), ("4", "four")]]


def test_an_error_says_which_line(here):
    Path("a.jsonl").write_text('{"text": "one"}\n{"text": "two"}\n{"text": 3}\n')
    reading = Reading(str(here))
    [_, second] = plan_blocks(["a.jsonl"], reading, 2)
    with pytest.raises(DataError, match=r'a\.jsonl after line 2: line 1: field "text"'):
        read_block(second, reading)


def test_only_so_many_words_of_a_document_are_read(here):
    Path("a.txt").write_text("one two three\none two\n")
    reading = Reading(str(here), lines=True, max_document=2)
    [block] = plan_blocks(["a.txt"], reading, 9)
    records, cut = read_block(block, reading)
    assert ([record.text for record in records], cut) == (["one two ", "one two"], {0})


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("-", "stdin: several workers cannot share it"),
        ("nowhere/*.txt", "no file matches"),
        ("nosuch://a.txt", "nosuch://a.txt: cannot be read"),
    ],
)
def test_what_cannot_be_shared(name, message, here):
    with pytest.raises(DataError, match=message):
        expand_names([name])
