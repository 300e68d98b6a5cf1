"""Readers: every kind of input, every kind of fault, nothing lost and nothing guessed."""

import csv
import gzip
import io
import json
import os
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summ.data.readers import Record, expand_inputs, read_records
from summ.errors import DataError

LONG = 5_000_000


@pytest.fixture
def write(tmp_path):
    """Writes bytes to a file of the given name, and returns its path."""

    def writer(name, data):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return writer


def texts(path, **options):
    return [record.text for record in read_records(path, **options)]


def refusal(path, **options):
    """The message of the error, without the folder."""
    with pytest.raises(DataError) as caught:
        list(read_records(path, **options))
    return str(caught.value).replace(f"{path.parent}/", "")


def test_a_file_is_one_document(write):
    path = write("a.txt", b"One\r\ntwo.\n\nThree.\n")
    assert list(read_records(path)) == [Record(str(path), "One\ntwo.\n\nThree.")]


def test_each_line_is_one_document(write):
    path = write("a.txt", b"One\r\n\r\n  \ntwo")
    assert list(read_records(path, lines=True)) == [
        Record("", "One"),
        Record("", ""),
        Record("", "  "),
        Record("", "two"),
    ]


def test_only_line_feeds_end_lines(write):
    line = "a\x0bb\x0cc\x85d\u2028e\x1cf"
    assert texts(write("a.txt", f"{line}\nz\n".encode()), lines=True) == [line, "z"]


@pytest.mark.parametrize("lines", [True, False])
def test_a_byte_order_mark_is_no_text(write, lines):
    assert texts(write("a.txt", b"\xef\xbb\xbfOne"), lines=lines) == ["One"]


def test_empty_files(write):
    assert texts(write("a.txt", b"")) == [""]
    assert texts(write("a.txt", b""), lines=True) == []
    assert texts(write("a.jsonl", b"")) == []
    assert texts(write("a.csv", b"")) == []


def test_json_records_and_their_identifiers(write):
    data = b'{"id": "x", "text": "a"}\n\n{"id": 7, "text": "b\\nc"}\n{"text": "\\ud83d\\ude00"}\n'
    assert list(read_records(write("a.jsonl", data))) == [
        Record("x", "a"),
        Record("", ""),
        Record("7", "b\nc"),
        Record("", "\U0001f600"),
    ]


def test_csv_records_may_run_over_lines(write):
    data = b'id,body\n1,"a, ""b""\nc"\n\n2,\n'
    assert list(read_records(write("a.csv", data), field="body")) == [
        Record("1", 'a, "b"\nc'),
        Record("", ""),
        Record("2", ""),
    ]


@pytest.mark.parametrize("name", ["a.txt.gz", "A.TXT.GZ"])
def test_gzip_is_unpacked(write, name):
    data = gzip.compress(b"One\n") + gzip.compress(b"two\n")
    assert texts(write(name, data), lines=True) == ["One", "two"]


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), max_size=20)


@given(st.lists(st.tuples(TEXT, TEXT), max_size=8))
@settings(deadline=None)
def test_what_the_standard_library_writes_is_read(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("rows")
    with (folder / "a.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["id", "text"])
        writer.writerows(rows)
    records = [{"id": id_, "text": text} for id_, text in rows]
    lines = "".join(json.dumps(record) + "\n" for record in records)
    (folder / "a.jsonl").write_text(lines, encoding="utf-8")
    wanted = [Record(id_, text) for id_, text in rows]
    assert list(read_records(folder / "a.csv")) == wanted
    assert list(read_records(folder / "a.jsonl")) == wanted


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.txt", b"ok\n\xffoo", "a.txt line 2: not UTF-8, found byte 0xff at offset 3"),
        ("a.txt", b"\xef\xbb\xbf\xff", "line 1: not UTF-8, found byte 0xff at offset 3"),
        ("a.txt", b"ok\nx\0", "a.txt line 2: binary data, found a zero byte at offset 4"),
        ("a.txt", "hé".encode("utf-16")[:-1], "a.txt: not UTF-16 as its first bytes say"),
        ("a.txt", "hé".encode("utf-32"), "a.txt: UTF-32 text"),
        ("a.txt.gz", b"no gzip", "a.txt.gz: damaged gzip file"),
        # Two workers must make the same bytes: the time of packing is not among them.
        ("a.txt.gz", gzip.compress(b"abc" * 999, mtime=0)[:-9], "a.txt.gz: damaged gzip file"),
        ("a.jsonl", b"{}", 'a.jsonl line 1: no field "text" (found: none). Use --field.'),
        (
            "a.jsonl",
            b'{"text": ""}\n{"title": 1, "body": 2}',
            'a.jsonl line 2: no field "text" (found: title, body). Use --field.',
        ),
        ("a.jsonl", b"{\n", "a.jsonl line 1: not JSON (Expecting property name"),
        ("a.jsonl", b"[" * 99_999, "a.jsonl line 1: not JSON that can be read"),
        ("a.jsonl", b"9" * 9_999, "a.jsonl line 1: not JSON that can be read"),
        ("a.jsonl", b"[1]", "a.jsonl line 1: must be an object"),
        ("a.jsonl", b'{"text": null}', 'field "text" must be a string, found null'),
        ("a.jsonl", b'{"text": ["a"]}', 'field "text" must be a string, found list'),
        ("a.jsonl", b'{"text": "\\ud800"}', "a.jsonl line 1: half a surrogate pair"),
        ("a.csv", b"1,some words\n", 'a.csv line 1 (the header): no field "text" (found: 1,'),
        ("a.csv", b"id,text\n1,a,b\n", "a.csv line 2: must have 2 columns like the header"),
        ("a.csv", b'id,text\n1,"a\n', "a.csv line 2: not CSV (unexpected end of data)"),
        ("a.pdf", b"no pdf", "a.pdf: not a PDF that can be read"),
        ("a.docx", b"no docx", "a.docx: not a Word document that can be read"),
        ("a.html", b"<html></html>", "a.html: holds no text"),
    ],
)
def test_faults_are_named_with_their_place(write, name, data, message):
    assert message in refusal(write(name, data), lines=True)


def test_bytes_that_are_not_utf8_can_be_replaced(write):
    path = write("a.txt", b"a\xff\nb")
    assert texts(path, lines=True, errors="replace") == ["a\ufffd", "b"]
    path = write("a.jsonl", b'{"text": "a\\ud800\xff"}')
    assert texts(path, errors="replace") == ["a\ufffd\ufffd"]


def test_bad_records_can_be_skipped_and_are_counted(write):
    data = b'{"text": "a"}\n{}\nx\n{"text": 1}\n\xff\n{"text": "b"}\n'
    told = []
    path = write("a.jsonl", data)
    assert texts(path, on_error="skip", on_skip=told.append) == ["a", "b"]
    assert [message.split(":")[0].rsplit(" ", 1)[1] for message in told] == ["2", "3", "4", "5"]


def test_a_bad_line_spoils_a_document_but_not_other_lines(write):
    told = []
    path = write("a.txt", b"a\n\xff\nb")
    assert texts(path, on_error="skip", on_skip=told.append) == []
    assert texts(path, lines=True, on_error="skip", on_skip=told.append) == ["a", "b"]
    assert len(told) == 2


def test_files_that_cannot_be_opened(tmp_path):
    assert "nowhere.txt: no such file" in refusal(tmp_path / "nowhere.txt")
    (tmp_path / "folder").mkdir()
    assert "folder: a directory. Give its files" in refusal(tmp_path / "folder")
    told = []
    assert texts(tmp_path / "folder", on_error="skip", on_skip=told.append) == []
    assert len(told) == 1


def test_files_that_may_not_be_read(write, monkeypatch):
    path = write("a.txt", b"a")

    def refuse(*_):
        raise PermissionError(13, "Permission denied", str(path))

    # The tests may run as root, who may read everything.
    monkeypatch.setattr(io, "FileIO", refuse)
    assert "a.txt: may not be read (permission denied)" in refusal(path)


@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.jsonl"])
def test_a_line_of_five_million_characters(write, name):
    text = "wörd " * (LONG // 5)
    data = {
        "a.txt": text,
        "a.csv": f"text\n{text}\n",
        "a.jsonl": json.dumps({"text": text}),
    }[name]
    assert texts(write(name, data.encode()), lines=True) == [text]


def test_reading_is_lazy(write):
    path = write("a.txt", b"a\n\xff")
    assert next(read_records(path, lines=True)) == Record("", "a")


def test_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a\nb\n")))
    assert list(read_records("-")) == [Record("stdin", "a\nb")]
    assert not sys.stdin.buffer.closed
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(DataError, match="stdin: closed"):
        list(read_records("-"))


def test_html(write):
    body = "".join(f"<p>Paragraph {i} tells of many things that happened.</p>" for i in range(5))
    page = f"<html><body><nav>Menu</nav><article>{body}</article></body></html>"
    [text] = texts(write("a.html", page.encode()))
    assert text.startswith("Paragraph 0 tells") and "Paragraph 4" in text
    assert "Menu" not in text


def test_word(tmp_path):
    docx = pytest.importorskip("docx")
    document = docx.Document()
    document.add_paragraph("First paragraph.")
    document.add_table(1, 1).cell(0, 0).text = "In a table."
    document.add_paragraph("Last paragraph.")
    document.save(str(tmp_path / "a.docx"))
    assert texts(tmp_path / "a.docx") == ["First paragraph.\n\nIn a table.\n\nLast paragraph."]


def test_pdf(tmp_path):
    (tmp_path / "a.pdf").write_bytes(one_page_pdf("Hello from a page"))
    assert [text.strip() for text in texts(tmp_path / "a.pdf")] == ["Hello from a page"]


def test_a_pdf_without_text_is_refused(tmp_path):
    (tmp_path / "a.pdf").write_bytes(one_page_pdf(""))
    assert "holds no text that could be found. Is it scanned?" in refusal(tmp_path / "a.pdf")


def one_page_pdf(text):
    """The smallest PDF that shows a text, by the file format's specification."""
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    data, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj%s endobj\n" % (number, content)
    start = len(data)
    data += b"xref\n0 6\n0000000000 65535 f \n"
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    return data + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % start


def test_a_missing_library_is_named(write, monkeypatch):
    path = write("a.pdf", b"x")
    monkeypatch.setitem(sys.modules, "pypdf", None)
    assert 'Run pip install ".[files]"' in refusal(path)


def test_globs_are_expanded_in_order(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    for name in ("b.txt", "a.txt", "sub/c.txt", "[x].txt"):
        (tmp_path / name).touch()
    found = expand_inputs(["-", "b*.txt", "?.txt", "**/c.txt", "[x].txt", "none.txt"])
    names = ["b.txt", "a.txt", "b.txt", "sub/c.txt", "[x].txt", "none.txt"]
    assert [str(path) for path in found] == ["-", *names]
    with pytest.raises(DataError, match="no file matches"):
        expand_inputs(["*.pdf"])


def test_names_that_are_no_text_can_be_reported(tmp_path):
    path = tmp_path / os.fsdecode(b"\xff.txt")
    path.write_bytes(b"a")
    [record] = read_records(path)
    assert record.id.endswith("\ufffd.txt")
