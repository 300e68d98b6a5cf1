"""Each kind of file is read as it is, without what is not its text."""

import bz2
import io
import json
import zipfile

import docx
import pytest
from docx.oxml import OxmlElement

from summ.data.formats.pdf import without_heads_and_feet
from summ.data.readers import read_records
from summ.errors import DataError

TEXT = "The bridge in Oster opened on Monday after two years of work."
NS = "urn:oasis:names:tc:opendocument:xmlns"


def zipped(files: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


ODT = zipped(
    {
        "content.xml": f'<d:c xmlns:d="{NS}:office:1.0" xmlns:t="{NS}:text:1.0"><d:text>'
        f"<t:tracked-changes><t:p>Gone.</t:p></t:tracked-changes><t:p>{TEXT}</t:p></d:text></d:c>"
    }
)
EPUB = zipped(
    {
        "META-INF/container.xml": '<c><rootfiles><rootfile full-path="o/b.opf"/></rootfiles></c>',
        "o/b.opf": '<p><manifest><item id="a" href="a.xhtml"/></manifest>'
        '<spine><itemref idref="a"/></spine></p>',
        "o/a.xhtml": f"<html><body><p>{TEXT}</p></body></html>",
    }
)
CASES = {
    "a.md": f"---\ntitle: x\n---\n\n{TEXT.replace('bridge', '**bridge**')}[^1]\n\n```\ncode\n```\n"
    "\n| a | b |\n|---|---|\n| 1 | 2 |\n\n[^1]: Note.\n",
    "a.srt": f"1\r\n00:00:01,000 --> 00:00:02,000\r\n<i>{TEXT[:19]}\r\n{TEXT[20:]}</i>\r\n",
    "a.vtt": f"WEBVTT\n\n00:01.000 --> 00:02.000\n{TEXT}\n\n00:03.000 --> 00:04.000\n[music]\n",
    "a.eml": f"From: a@x.example\nSubject: s\nMIME-Version: 1.0\n\n{TEXT}\n",
    "a.json": json.dumps([{"text": TEXT}], indent=1),
    "a.tsv": f"id\ttext\n1\t{TEXT}\n",
    "a.csv": f'id ; text\n1 ; "{TEXT}"\n',
    "a.odt": ODT,
    "a.epub": EPUB,
    "a.rtf": rf"{{\rtf1\ansi {{\header Head}}{TEXT}{{\deleted Gone}}\par}}",
    "a.html": f"<html><body><nav>Menu</nav><article><p>{TEXT}</p></article></body></html>",
    "a.txt.bz2": bz2.compress(TEXT.encode()),
    "a.txt": TEXT.encode("utf-16"),
    "b.csv": f'id;text\r\n1;"{TEXT}"\r\n'.encode("utf-16"),
    "b.txt.bz2": bz2.compress(b"\xfe\xff" + TEXT.encode("utf-16-be")),
    "b.json": json.dumps([TEXT]),
    "b": json.dumps([TEXT]),
}


@pytest.mark.parametrize("name", CASES)
def test_kinds(name, tmp_path):
    content = CASES[name]
    (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    [record] = read_records(tmp_path / name)
    assert " ".join(record.text.split()) == TEXT


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.pptx", "x", "slides"),
        ("a.py", "x", "source code"),
        ("a.csv", "text,text\na,b\n", 'two columns are called "text"'),
    ],
)
def test_what_is_not_read_is_refused(name, content, message, tmp_path):
    (tmp_path / name).write_text(content)
    with pytest.raises(DataError, match=message):
        list(read_records(tmp_path / name))


def test_fields_of_records_are_kept(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"id": 7, "text": "a", "source": "b"}\n')
    [record] = read_records(tmp_path / "a.jsonl")
    assert record.fields == {"id": 7, "text": "a", "source": "b"}


SAID = "The bridge opened on Monday. It cost forty million."
VARIANTS = {
    # The mark before a signature is no line that flows on.
    "a.eml": (
        "From: a@x.example\nContent-Type: text/plain; format=flowed\nMIME-Version: 1.0\n\n"
        "The bridge opened \non Monday. It cost forty million.\n\n-- \nAnna Holm\n",
        "The bridge opened on Monday. It cost forty million.\n\n-- \nAnna Holm",
    ),
    # A sentence runs on over cues that repeat who speaks.
    "a.vtt": (
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Anna>The bridge opened\n\n"
        "00:02.000 --> 00:03.000\n<v Anna>on Monday. It cost <c.loud>forty</c> million.\n",
        SAID,
    ),
    # Captions that roll up.
    "b.vtt": (
        "WEBVTT\n\n00:01.000 --> 00:02.000\nThe bridge opened\n\n"
        "00:02.000 --> 00:03.000\nThe bridge opened on Monday. It cost\n\n"
        "00:03.000 --> 00:04.000\non Monday. It cost forty million.\n",
        SAID,
    ),
    "a.md": (
        f"{SAID}\n\n<details><summary>More</summary>\nTolls.\n</details>\n",
        f"{SAID} More Tolls.",
    ),
    "b.md": (f"~~The bridge is shut.~~ {SAID}", SAID),
    # Marks of notes and what is struck out go, powers and units stay.
    "a.html": (
        f"<html><body><article><p>{SAID[:-1]}<sup>1</sup>.<sup>[2]</sup> <del>Gone.</del> It spans "
        "10<sup>3</sup> m<sup>2</sup>, they said.<sup><a href='#a'>a</a></sup></p></article>",
        f"{SAID} It spans 103 m2, they said.",
    ),
    # In columns parted by tabs a quotation mark is one.
    "a.tsv": ('text\tid\n"The bridge" opened\t1\n', '"The bridge" opened'),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_variants_of_kinds(name, tmp_path):
    content, text = VARIANTS[name]
    (tmp_path / name).write_text(content)
    [record] = read_records(tmp_path / name)
    assert record.text.split() == text.split()


def test_what_a_browser_prints_around_a_page_goes():
    page = ["11/28/2026, 9:14 AM Bridges", SAID, "Tolls are due.3", "https://x.example/a?b=1 1/2"]
    assert without_heads_and_feet([page]) == [[SAID, "Tolls are due.3"]]
    assert without_heads_and_feet([["It opened on", "28/11/2026, 9:14 sharp, he said."]]) == [
        ["It opened on", "28/11/2026, 9:14 sharp, he said."]
    ]


def test_of_tracked_rows_and_cells_the_inserted_ones_are_read(tmp_path):
    document = docx.Document()
    for mark in ("trPr/del", "trPr/ins", "tcPr/cellDel", "tcPr/cellIns"):
        table = document.add_table(1, 1)
        cell = table.rows[0].cells[0]
        cell.text = f"{TEXT[:-1]}: {mark}."
        parent = table.rows[0]._tr if mark.startswith("tr") else cell._tc
        outer, inner = (OxmlElement(f"w:{name}") for name in mark.split("/"))
        outer.append(inner)
        parent.insert(0, outer)
    document.save(tmp_path / "a.docx")
    [record] = read_records(tmp_path / "a.docx")
    assert record.text.split("\n\n") == [f"{TEXT[:-1]}: trPr/ins.", f"{TEXT[:-1]}: tcPr/cellIns."]


def test_missing_texts_and_archives_are_named(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": NaN}\n')
    with pytest.raises(DataError, match=r"line 1: .*found NaN\. Write an empty string"):
        list(read_records(tmp_path / "a.jsonl"))
    (tmp_path / "a").write_bytes(zipped({"a.bin": "x"}))
    with pytest.raises(DataError, match="zip archive"):
        list(read_records(tmp_path / "a"))
