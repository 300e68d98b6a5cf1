"""``summ embed``: rows in order, nothing half-written, the same from one process and from two."""

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from safetensors.numpy import load_file

from summ import cli
from summ.data.files import sha256
from summ.families.sentence.model import load_sentence_model, save_sentence_model
from summ.pipelines.embed import SentenceEncoder
from summ.pipelines.vector_files import Layout
from tests import encoders, processes
from tests.conftest import STORIES

LINES = [STORIES[0], "", "Two words", *STORIES[1:], " \t"]


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    return encoders.saved(tmp_path_factory.mktemp("encoder"), encoders.transformer())


@pytest.fixture(scope="module")
def expected(model) -> np.ndarray:
    return SentenceEncoder.load(model, "cpu").encode(LINES)


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("\n".join(LINES) + "\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def embed(capsys, model):
    """Runs the command in this process; returns exit code, stdout and stderr."""

    def command(*arguments: object) -> tuple[int, str, str]:
        code = cli.run(["embed", "--model", str(model), *map(str, arguments)])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return command


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_row_for_each_line(embed, here, expected):
    code, out, err = embed("a.txt", "--lines", "--output", "v.npy")
    assert (code, out) == (0, "")
    assert "2 of 9 texts are blank: their rows are zeros" in err
    assert "texts are longer than the 24 pieces" in err
    vectors = np.load("v.npy")
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, expected, atol=2e-6)
    assert names(here) == ["a.txt", "v.json", "v.npy"]


def test_bits_are_those_that_the_model_learned(here, model, expected, tmp_path_factory, capsys):
    coded = load_sentence_model(model).with_code("binary", {"bits": 11}, seed=1)
    place = tmp_path_factory.mktemp("coded") / "model"
    save_sentence_model(coded, place)
    asked = ["embed", "a.txt", "--lines", "--output", "v.npy", "--model", str(place)]
    assert cli.run([*asked, "--precision", "binary"]) == 0
    rows = np.load("v.npy")
    linear = coded.codes["binary"].linear
    activation = expected @ linear.weight.detach().numpy().T + linear.bias.detach().numpy()
    activation[[1, 8]] = -1  # blank
    assert np.array_equal(np.unpackbits(rows, axis=1, count=11), activation > 0)
    told = json.loads((here / "v.json").read_text())
    assert (told["bits"], told["learned"]) == (11, True)
    assert told["meaning"].startswith("bits of the model's binary code")
    capsys.readouterr()


def test_the_description_tells_how_to_read_the_rows(embed, here, model, expected):
    assert embed("a.txt", "--lines", "--output", "v.npy", "--precision", "int8")[0] == 0
    told = json.loads((here / "v.json").read_text())
    assert told["model"] == str(model)
    assert told["model_hash"] == sha256(model / "model.json")
    assert (told["rows"], told["blank_rows"], told["order"]) == (9, 2, "input")
    assert (told["dimension"], told["normalisation"]) == (expected.shape[1], "l2")
    assert told["precision"] == "int8" and told["meaning"] == "vector = row / scale"
    rows = np.load("v.npy")
    assert rows.dtype == np.int8
    assert np.abs(rows / told["scale"] - expected).max() <= 0.5 / told["scale"] + 1e-5


def test_bits(embed, here, expected):
    assert embed("a.txt", "--lines", "--output", "v.safetensors", "--precision", "binary")[0] == 0
    bits = np.unpackbits(load_file("v.safetensors")["vectors"], axis=1, count=expected.shape[1])
    # A number at zero may come out on either side.
    assert ((bits == 1) == (expected > 0))[np.abs(expected) > 1e-5].all()


def test_records_keep_their_ids_and_texts(embed, here, expected):
    records = [{"id": "x", "body": LINES[0]}, {"body": ""}, {"id": 7, "body": LINES[2]}]
    Path("a.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    assert embed("a.jsonl", "--field", "body", "--output", "v.parquet")[0] == 0
    table = pq.read_table("v.parquet")
    assert table["id"].to_pylist() == ["x", "2", "7"]
    assert table["text"].to_pylist() == LINES[0:3]
    np.testing.assert_allclose(np.array(table["vector"].to_pylist()), expected[:3], atol=2e-6)


def test_a_file_is_one_document(embed, here, expected):
    Path("b.txt").write_text(LINES[2])
    code, _, err = embed("a.txt", "b.txt", "--output", "v.npy")
    assert code == 0 and "1 of 2 texts are longer" in err
    vectors = np.load("v.npy")
    np.testing.assert_allclose(vectors, expected[[0, 2]], atol=2e-6)


def test_standard_input(model, here, expected):
    process = processes.start(
        here, "summ", "embed", "--lines", "--model", model, "--output", "v.npy"
    )
    process.stdin.write("\n".join(LINES))
    code, errors = process.end()
    assert code == 0, errors
    np.testing.assert_allclose(np.load("v.npy"), expected, atol=2e-6)


def test_no_lines_are_no_rows(embed, here, expected):
    Path("empty.txt").write_text("")
    assert embed("empty.txt", "--lines", "--output", "v.npy")[0] == 0
    assert np.load("v.npy").shape == (0, expected.shape[1])


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["a.txt"], 2, "Missing option '--output'"),
        (["a.txt", "--output", "v.txt"], 2, "v.txt: ends in .txt"),
        (["a.txt", "--output", "v.npy", "--precision", "int4"], 2, "'int4' is not one of"),
        (["a.txt", "--output", "nowhere/v.npy"], 1, "nowhere/v.npy: cannot be written"),
        (["none.txt", "--output", "v.npy"], 1, "none.txt: no such file"),
        (["bad.txt", "--lines", "--output", "v.npy"], 1, "bad.txt line 3: not UTF-8"),
    ],
)
def test_faults_leave_nothing(embed, here, arguments, code, message):
    Path("bad.txt").write_bytes(b"one\ntwo\n\xff\n")
    before = names(here)
    found, out, err = embed(*arguments)
    assert (found, out) == (code, "")
    assert message in err and len(err.splitlines()) == 1
    assert names(here) == before


def test_a_file_that_is_no_description_is_left_alone(embed, here):
    Path("v.json").write_text('{"precious": 1}')
    code, _, err = embed("a.txt", "--output", "v.npy")
    assert code == 1 and "v.json: would be replaced" in err
    assert names(here) == ["a.txt", "v.json"] and "precious" in Path("v.json").read_text()
    # Its own description is replaced together with the vectors.
    Path("v.json").unlink()
    assert embed("a.txt", "--output", "v.npy")[0] == 0
    assert embed("a.txt", "--lines", "--output", "v.npy", "--precision", "int8")[0] == 0
    assert json.loads(Path("v.json").read_text())["rows"] == len(np.load("v.npy")) == 9


def by_two(place: Path, *arguments: object) -> tuple[set[int], str]:
    """The command in two processes: their exit codes, and what both say on stderr."""
    ended = [
        process.end() for process in processes.start_group(place, 2, "summ", "embed", *arguments)
    ]
    return {code for code, _ in ended}, "".join(errors for _, errors in ended)


def test_two_processes_write_what_one_writes(embed, here, model):
    # More than two windows, so that the processes take turns, and one has more than the other.
    lines = [f"{' '.join(STORIES[n % 6].split()[: 1 + n % 3])} {n}" for n in range(4_500)]
    lines[4_200] = ""
    Path("many.txt").write_text("\n".join(lines))
    assert embed("many.txt", "--lines", "--output", "one.parquet")[0] == 0
    codes, errors = by_two(here, "many.txt", "--lines", "--model", model, "--output", "two.parquet")
    assert codes == {0}, errors
    assert errors.count("1 of 4500 texts are blank") == 1
    one, two = pq.read_table("one.parquet"), pq.read_table("two.parquet")
    assert two["text"].to_pylist() == lines
    assert two["id"].to_pylist() == [str(number) for number in range(1, 4_501)]
    assert one.equals(two)
    assert Path("one.json").read_text() == Path("two.json").read_text()
    assert names(here) == [
        "a.txt",
        "many.txt",
        "one.json",
        "one.parquet",
        "two.json",
        "two.parquet",
    ]


def test_processes_fail_together(here, model):
    Path("many.txt").write_bytes(b"text\n" * 5_000 + b"\xff\n")
    codes, errors = by_two(here, "many.txt", "--lines", "--model", model, "--output", "two.npy")
    assert codes == {1}
    assert "many.txt line 5001: not UTF-8" in errors
    assert names(here) == ["a.txt", "many.txt"]


def test_processes_cannot_share_standard_input(embed, here, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    code, _, err = embed("-", "--output", "two.npy")
    assert code == 1 and "stdin: 2 processes cannot share it. Give a FILE." in err


def test_layout_of_the_reader_is_the_writers(expected):
    for precision in ("float32", "int8"):
        layout = Layout(expected.shape[1], precision)
        back = layout.unpack(layout.pack(expected))
        assert np.abs(back - expected).max() < 0.02
