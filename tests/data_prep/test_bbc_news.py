"""Evaluation records of long documents: the published form and JSON lines say the same."""

import gzip
import json
from pathlib import Path

import pytest

from data_prep import bbc_news
from summ.evaluation.summaries.pairs import read_records

LEAD = "A fire destroyed the old theatre on Monday."
REST = ["One was hurt. Two were not. Police came.", "The mayor came. He wept. Nobody knows why."]
ARTICLES = [("a/1.txt", "Theatre burns", [LEAD, *REST]), ("b/2.txt", "Too short", [LEAD])]


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """The folder of text files."""
    for name, title, paragraphs in ARTICLES:
        path = tmp_path / "raw" / name
        path.parent.mkdir(parents=True)
        path.write_text("\n\n".join([title, *paragraphs]) + "\n\n")
    return tmp_path / "raw"


def prepared(raw: Path, out: Path, *options: str) -> list[tuple[str, str, list[str]]]:
    assert bbc_news.main([str(raw), str(out), *options]) == 0
    texts = read_records(out)
    return list(zip(texts.ids, texts.sources or [], texts.references, strict=True))


def test_the_first_paragraph_sums_up_the_rest(raw: Path, tmp_path: Path) -> None:
    wanted = [("a/1.txt", "\n\n".join(REST), [LEAD])]
    assert prepared(raw, tmp_path / "out.jsonl") == wanted
    rows = [{"id": i, "title": t, "paragraphs": p} for i, t, p in ARTICLES]
    packed = tmp_path / "all.jsonl.gz"
    packed.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    assert prepared(packed, tmp_path / "out.jsonl") == wanted


def test_the_title_sums_up_the_whole(raw: Path, tmp_path: Path) -> None:
    found = prepared(raw, tmp_path / "out.jsonl", "--reference", "title")
    assert found == [("a/1.txt", "\n\n".join([LEAD, *REST]), ["Theatre burns"])]


def test_lines_that_are_no_articles_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    article = {"id": 1, "title": "T", "paragraphs": [LEAD, *REST]}
    lines = [json.dumps(article), "{", '{"id": 1, "title": "T"}', "", json.dumps(article)]
    (tmp_path / "raw.jsonl").write_text("\n".join(lines))
    assert len(prepared(tmp_path / "raw.jsonl", tmp_path / "out.jsonl")) == 2
    shown = capsys.readouterr()
    assert json.loads(shown.out) == {"articles": 2, "records": 2, "skipped": 2}
    assert "raw.jsonl line 2: must be an object with" in shown.err
    arguments = [str(tmp_path / "raw.jsonl"), str(tmp_path / "new.jsonl"), "--on-error", "fail"]
    assert bbc_news.main(arguments) == 1
    assert not (tmp_path / "new.jsonl").exists()
    assert len(prepared(tmp_path / "raw.jsonl", tmp_path / "out.jsonl", "--every", "2")) == 1
