"""Preparing a corpus: nothing lost, nothing twice, the same by every road."""

import gzip
import json
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from summ.data import ingest as gathering
from summ.data import tokenize_shards as tokenising
from summ.data.corpus import Corpus, Manifest, prepare
from summ.data.ingest import _Seen
from summ.data.sources import Source
from summ.errors import CheckpointError, DataError
from summ.text.vocabulary import Vocabulary
from tests import processes
from tests.data.conftest import invented_sentences, write_lines


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "_BLOCK_RECORDS", 100)


def test_the_folder_is_what_the_manifest_says(corpus_folder: Path, corpus: Corpus) -> None:
    manifest = corpus.manifest
    files = tree(corpus_folder)
    del files["manifest.json"]
    assert set(manifest.files) == set(files)
    for table, described in (
        (corpus.documents, manifest.documents),
        (corpus.sentences, manifest.sentences),
    ):
        assert len(table) == described["rows"]
        assert int(table.words.sum()) == described["words"]
        assert int(table.lengths.sum()) == described["pieces"]
    assert not list(corpus_folder.parent.glob(".*unfinished"))


def test_rows_hold_the_pieces_of_their_texts(corpus: Corpus) -> None:
    counted = np.zeros_like(corpus.frequencies)
    for side, table in enumerate((corpus.documents, corpus.sentences)):
        for row in range(len(table)):
            text = table.text(row)
            assert table.ids(row).tolist() == corpus.vocabulary.encode([text])[0]
            assert table.words[row] == len(corpus.vocabulary.canonical(text).split())
            assert table.lengths[row] == len(table.ids(row))
            counted[side] += np.bincount(table.ids(row), minlength=counted.shape[1])
    assert (counted == corpus.frequencies).all()


def test_the_datasets_library_reads_the_tables(corpus_folder: Path, corpus: Corpus) -> None:
    from datasets import load_from_disk

    theirs = load_from_disk(str(corpus_folder / "documents"))
    assert len(theirs) == len(corpus.documents)
    for row in (0, 333, len(theirs) - 1):
        assert theirs[row] == {
            "text": corpus.documents.text(row),
            "ids": corpus.documents.ids(row).tolist(),
            "words": corpus.documents.words[row],
        }


def test_ids_are_views_of_the_mapped_file(corpus: Corpus) -> None:
    ids = corpus.documents.ids(3)
    assert ids.dtype == np.int32 and not ids.flags.owndata and not ids.flags.writeable


def test_every_record_is_accounted_for(tmp_path: Path, small_blocks: None) -> None:
    good = invented_sentences(250, 1)
    records = [json.dumps({"text": line}) for line in good]
    records[3] = "{broken"
    records[120] = json.dumps({"title": "no text"})
    records[121] = json.dumps({"text": ""})
    records[122] = json.dumps({"text": "One"})
    documents = write_lines(tmp_path / "d.jsonl", records)
    lines = [s.encode() for s in invented_sentences(300, 2)]
    lines[7] = b"caf\xe9 is no text here"
    lines[17] = b"one zero byte \0 spoils one line"
    lines[8] = lines[9]
    lines[250] = lines[9].upper()
    lines[251] = b"word " * 31
    lines[252] = b"   "
    with gzip.open(tmp_path / "s.txt.gz", "wb") as file:
        file.write(b"\n".join(lines) + b"\n")
    made = prepare([documents], [tmp_path / "s.txt.gz"], tmp_path / "out", 500)
    corpus = Corpus.open(tmp_path / "out")
    assert made.documents["dropped"] == {"blank": 1, "too short": 1}
    assert made.sentences["dropped"] == {"blank": 1, "repeated": 2, "too long": 1}
    places = ("d.jsonl line 4:", "d.jsonl line 121:", "s.txt.gz line 8:", "s.txt.gz line 18:")
    assert made.skipped_count == len(places)
    for found, where in zip(made.skipped, places, strict=True):
        assert where in found
    assert [source["records"] for source in made.sources] == [250, 300]
    bad = (3, 120, 121, 122)
    expected = [line for i, line in enumerate(good) if i not in bad]
    assert [corpus.documents.text(i) for i in range(len(corpus.documents))] == expected


def test_fail_stops_at_the_first_bad_line(tmp_path: Path) -> None:
    documents = write_lines(tmp_path / "d.jsonl", ['{"text": "A b c d"}', "nonsense"])
    sentences = write_lines(tmp_path / "s.txt", invented_sentences(50, 1))
    with pytest.raises(DataError, match=r"d\.jsonl line 2"):
        prepare([documents], [sentences], tmp_path / "out", 500, on_error="fail")
    assert not (tmp_path / "out").exists()


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("sources")
    return (
        write_lines(folder / "d.txt", invented_sentences(450, 3, (10, 30))),
        write_lines(folder / "s.txt", invented_sentences(350, 4) + invented_sentences(50, 4)),
    )


@pytest.fixture(scope="module")
def in_one_go(sources: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The corpus of these sources, in small blocks, by one worker, without an interruption."""
    folder = tmp_path_factory.mktemp("corpora") / "whole"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gathering, "_BLOCK_RECORDS", 100)
        prepare([sources[0]], [sources[1]], folder, 500)
    return folder


def test_any_number_of_workers_gives_the_same_files(
    tmp_path: Path, sources: tuple[Path, Path], small_blocks: None, in_one_go: Path
) -> None:
    prepare([sources[0]], [sources[1]], tmp_path / "2", 500, workers=2)
    assert tree(in_one_go) == tree(tmp_path / "2")
    assert len(list((in_one_go / "documents").glob("data-*.arrow"))) == 5


def _prepare_and_die(when: str, sources: tuple[Path, Path], output: Path) -> None:
    """In a process of its own, which is killed behind one of its shards."""
    gathering._BLOCK_RECORDS = 100
    module, after = {"read": (gathering, 3), "tokenise": (tokenising, 2)}[when]
    write, calls = module.write_shard, []

    def write_and_die(*arguments: object) -> None:
        write(*arguments)
        calls.append(1)
        if len(calls) == after:
            os.kill(os.getpid(), signal.SIGKILL)

    module.write_shard = write_and_die
    prepare([sources[0]], [sources[1]], output, 500)


@pytest.mark.parametrize("when", ["read", "tokenise"])
def test_a_killed_run_goes_on_where_it_was(
    tmp_path: Path,
    sources: tuple[Path, Path],
    small_blocks: None,
    monkeypatch: pytest.MonkeyPatch,
    in_one_go: Path,
    when: str,
) -> None:
    killed = processes.FORKS.Process(
        target=_prepare_and_die, args=(when, sources, tmp_path / "out")
    )
    killed.start()
    killed.join(200)
    assert killed.exitcode == -signal.SIGKILL
    assert not (tmp_path / "out").exists()
    folded: list[str] = []
    encoded: list[int] = []
    fold, encode = gathering.canonical, tokenising._encoded
    monkeypatch.setattr(gathering, "canonical", lambda t, f: (folded.append(t), fold(t, f))[1])
    monkeypatch.setattr(
        tokenising, "_encoded", lambda b, v: (encoded.append(b.num_rows), encode(b, v))[1]
    )
    prepare([sources[0]], [sources[1]], tmp_path / "out", 500)
    # The shard that was being described when the run died is made again; those before are kept.
    assert len(folded) == (850 - 200 if when == "read" else 0)
    assert sum(encoded) == 800 - (200 if when == "tokenise" else 0)
    assert tree(tmp_path / "out") == tree(in_one_go)


def test_shards_of_other_settings_are_not_reused(
    tmp_path: Path, sources: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("summ.data.staging.VocabularyPlan.write", stop)
        with pytest.raises(KeyboardInterrupt):
            prepare([sources[0]], [sources[1]], tmp_path / "out", 500, sentence_words=(3, 8))
    made = prepare([sources[0]], [sources[1]], tmp_path / "out", 500)
    assert made.sentences["dropped"] == {"repeated": 50}


def test_the_same_again_is_no_work_and_another_is_refused(
    tmp_path: Path, sources: tuple[Path, Path]
) -> None:
    first = prepare([sources[0]], [sources[1]], tmp_path / "out", 500)
    before = (tmp_path / "out" / "manifest.json").stat().st_mtime_ns
    said: list[str] = []
    again = prepare([sources[0]], [sources[1]], tmp_path / "out", 500, progress=said.append)
    assert again == first and "nothing to do" in said[0]
    assert (tmp_path / "out" / "manifest.json").stat().st_mtime_ns == before
    with pytest.raises(DataError, match="other sources or settings"):
        prepare([sources[0]], [sources[1]], tmp_path / "out", 501)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "diary.txt").write_text("dear me")
    with pytest.raises(DataError, match="no corpus"):
        prepare([sources[0]], [sources[1]], tmp_path / "mine", 500)
    assert (tmp_path / "mine" / "diary.txt").read_text() == "dear me"


def test_a_vocabulary_can_be_given(
    tmp_path: Path, sources: tuple[Path, Path], corpus: Corpus, corpus_folder: Path
) -> None:
    given = corpus_folder / "vocabulary"
    prepare([sources[0]], [sources[1]], tmp_path / "out", vocabulary=given)
    assert Corpus.open(tmp_path / "out").vocabulary.pieces() == corpus.vocabulary.pieces()
    with pytest.raises(CheckpointError, match="no vocabulary here"):
        prepare([sources[0]], [sources[1]], tmp_path / "b", vocabulary=tmp_path)


def test_weights_count_in_the_vocabulary_only(tmp_path: Path) -> None:
    rare = write_lines(tmp_path / "rare.txt", ["The xyxyx wqwqw were there"] * 2)
    other = write_lines(tmp_path / "d.txt", invented_sentences(300, 1))
    sentences = write_lines(tmp_path / "s.txt", invented_sentences(300, 2))
    for weight in (1.0, 100.0):
        prepare([Source(rare, weight=weight), other], [sentences], tmp_path / f"{weight}", 520)
    light, heavy = (Corpus.open(tmp_path / f"{w}") for w in (1.0, 100.0))
    assert len(light.documents) == len(heavy.documents) == 302
    read = [c.vocabulary.encode(["xyxyx wqwqw"])[0] for c in (light, heavy)]
    assert len(read[1]) < len(read[0])


def test_long_documents_keep_their_first_pieces(tmp_path: Path, corpus_folder: Path) -> None:
    long = " ".join(invented_sentences(400, 9))
    documents = write_lines(tmp_path / "d.txt", [long, "x" * 9000 + " a b c"])
    sentences = write_lines(tmp_path / "s.txt", invented_sentences(9, 2))
    prepare([documents], [sentences], tmp_path / "o", vocabulary=corpus_folder / "vocabulary")
    corpus = Corpus.open(tmp_path / "o")
    whole = corpus.vocabulary.encode([long])[0]
    assert corpus.documents.ids(0).tolist() == whole[:256]
    assert corpus.documents.words[0] == len(corpus.vocabulary.canonical(long).split())
    assert corpus.documents.lengths[1] == 256


@pytest.mark.parametrize(
    ("documents", "message"),
    [
        (["missing.txt"], "missing.txt: cannot be read"),
        (["blank.txt"], "1 blank"),
        ([], "no files"),
    ],
)
def test_useless_sources_are_one_clear_line(
    tmp_path: Path, documents: list[str], message: str
) -> None:
    write_lines(tmp_path / "blank.txt", [""])
    sentences = write_lines(tmp_path / "s.txt", invented_sentences(9, 2))
    with pytest.raises(DataError, match=message) as caught:
        prepare([tmp_path / name for name in documents], [sentences], tmp_path / "out", 500)
    assert "\n" not in str(caught.value)


def test_damaged_corpora_are_refused(tmp_path: Path, sources: tuple[Path, Path]) -> None:
    with pytest.raises(DataError, match="not a prepared corpus"):
        Corpus.open(tmp_path / "nothing")
    out = tmp_path / "out"
    prepare([sources[0]], [sources[1]], out, 500)
    shard = out / "documents" / "data-00000.arrow"
    whole = shard.read_bytes()
    shard.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="data-00000"):
        Corpus.open(out)
    shard.write_bytes(whole)
    np.save(out / "frequencies.npy", np.zeros((2, 3)))
    with pytest.raises(DataError, match="frequencies"):
        Corpus.open(out)
    values = json.loads((out / "manifest.json").read_text())
    (out / "manifest.json").write_text(json.dumps(values | {"format": 9}))
    with pytest.raises(DataError, match="Upgrade"):
        Manifest.read(out / "manifest.json")
    (out / "manifest.json").write_text('{"format": 1}')
    with pytest.raises(DataError, match="Prepare again"):
        Manifest.read(out / "manifest.json")


def test_commonest_pieces_are_counted_in_sentences(corpus: Corpus) -> None:
    pieces = corpus.vocabulary.pieces()
    counts = np.zeros(len(pieces), dtype=int)
    for row in range(len(corpus.sentences)):
        np.add.at(counts, corpus.sentences.ids(row), 1)
    common = corpus.commonest_pieces(50)
    assert len(common) == 50 and not any("#" in pieces[i] for i in common)
    assert not corpus.vocabulary.special[common].any() and corpus.vocabulary.eos not in common
    left_out = [i for i in range(len(pieces)) if i not in common and "#" not in pieces[i]]
    assert counts[common].min() >= counts[left_out].max()
    assert (np.diff(counts[common]) <= 0).all()


def test_another_corpus_of_the_same_name_is_read_with_its_own_pieces(tmp_path: Path) -> None:
    for seed in (1, 2):
        lines = write_lines(tmp_path / "lines.txt", invented_sentences(60, seed))
        prepare([lines], [lines], tmp_path / "out", 400)
        corpus = Corpus.open(tmp_path / "out")
        own = corpus.vocabulary.encode([corpus.documents.text(0)])[0]
        assert corpus.documents.ids(0).tolist() == own
        shutil.rmtree(tmp_path / "out")


def test_repeats_are_found_as_a_set_finds_them() -> None:
    rng = np.random.default_rng(0)
    seen, known = _Seen(), set()
    for size in (5, 1, 0, 300, 40, 41, 1000, 3):
        keys = rng.integers(0, 700, size=size).astype(np.uint64)
        expected = []
        for key in keys.tolist():
            expected.append(key not in known)
            known.add(key)
        assert seen.fresh(keys).tolist() == expected


def test_vocabulary_of_the_corpus_folds(corpus: Corpus) -> None:
    assert isinstance(corpus.vocabulary, Vocabulary) and corpus.vocabulary.folding


def test_the_sample_of_the_vocabulary_has_a_limit(
    tmp_path: Path, sources: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: list[str] = []
    train = Vocabulary.train

    def watch(texts: Iterator[str], *arguments: object, **named: object) -> Vocabulary:
        offered.extend(texts)
        return train(offered, *arguments, **named)

    monkeypatch.setattr(Vocabulary, "train", watch)
    prepare([sources[0]], [sources[1]], tmp_path / "all", 500)
    assert len(offered) == 800 and len(set(offered)) > 790
    characters = sum(map(len, offered))
    offered.clear()
    monkeypatch.setattr("summ.data.staging._SAMPLE_CHARACTERS", characters // 2)
    prepare([sources[0]], [sources[1]], tmp_path / "half", 500)
    assert 0.4 < sum(map(len, offered)) / characters < 0.6
