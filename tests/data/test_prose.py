import json
from pathlib import Path

import numpy as np
import pytest

from data_prep import prose as adapter
from summ.data.prose import Prose, prepare_prose
from summ.errors import DataError
from summ.text.sentences import split_sentences
from summ.text.vocabulary import Vocabulary
from tests.data.conftest import invented_sentences, write_lines

LINES = invented_sentences(300, 5)
DOCUMENTS = [LINES[:120], LINES[120:123], LINES[123:124], LINES[124:300]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four documents, the last a file of its own; rules and an empty record between them."""
    place = tmp_path_factory.mktemp("prose")
    records = [{"text": "\n\n".join(lines)} for lines in DOCUMENTS[:3]]
    records.insert(1, {"text": "* * *\n\n---"})
    records[0]["text"] += "\n\n* * *"
    (place / "a.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    write_lines(place / "b.txt", [line + "\n" for line in DOCUMENTS[3]])
    prepare_prose([place / "a.jsonl", place / "b.txt"], place / "prepared", 600)
    return place / "prepared"


def test_documents_keep_their_sentences_in_order(folder: Path) -> None:
    prose = Prose.open(folder)
    assert np.diff(prose.borders).tolist() == [len(lines) for lines in DOCUMENTS]
    texts = [prose.sentences.text(row) for row in range(len(prose.sentences))]
    assert texts == LINES
    ids = prose.vocabulary.encode(LINES[:1])[0]
    assert prose.sentences.ids(0).tolist() == ids


def test_the_manifest_accounts_for_what_was_left_out(folder: Path) -> None:
    manifest = Prose.open(folder).manifest
    assert manifest.documents["rows"] == 4 and manifest.documents["dropped"]["empty"] == 1
    assert manifest.documents["dropped"]["sentences without a letter or digit"] >= 2
    assert [source["records"] for source in manifest.sources] == [4, 1]
    assert manifest.sentences["rows"] == 300


def test_a_given_vocabulary_is_used(folder: Path, tmp_path: Path) -> None:
    source = write_lines(tmp_path / "c.txt", LINES[:10])
    prepare_prose([source], tmp_path / "out", vocabulary=folder / "vocabulary")
    pieces = Vocabulary.load(folder / "vocabulary").pieces()
    assert Prose.open(tmp_path / "out").vocabulary.pieces() == pieces


def test_preparing_again_does_nothing_and_other_text_is_refused(
    folder: Path, tmp_path: Path
) -> None:
    said: list[str] = []
    sources = [folder.parent / "a.jsonl", folder.parent / "b.txt"]
    prepare_prose(sources, folder, 600, progress=said.append)
    assert "nothing to do" in said[0]
    with pytest.raises(DataError, match="other sources"):
        prepare_prose(sources[:1], folder, 600)


def test_what_is_no_prose_is_refused(folder: Path, corpus_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="without the borders"):
        Prose.open(corpus_folder)
    empty = write_lines(tmp_path / "empty.txt", ["* * *"])
    with pytest.raises(DataError, match="no sentences remain"):
        prepare_prose([empty], tmp_path / "out")


def test_the_adapter_keeps_books_whole(folder: Path, tmp_path: Path) -> None:
    books = [[" ".join(lines[:3]), " ".join(lines[3:])] for lines in DOCUMENTS[:2]]
    for name, book in zip("xy", books, strict=True):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps({"paragraphs": book}) + "\n")
    arguments = [tmp_path / "x.jsonl", tmp_path / "out", "--running", "--more"]
    vocabulary = ["--vocabulary", folder / "vocabulary"]
    every = [*arguments, tmp_path / "y.jsonl", *vocabulary]
    assert adapter.main([str(argument) for argument in every]) == 0
    prose = Prose.open(tmp_path / "out")
    expected = [[s for p in book for s in split_sentences(p)] for book in books]
    assert np.diff(prose.borders).tolist() == [len(book) for book in expected]
    texts = [prose.sentences.text(row) for row in range(len(prose.sentences))]
    assert texts == [sentence for book in expected for sentence in book]
    assert not list(tmp_path.glob(".*"))
