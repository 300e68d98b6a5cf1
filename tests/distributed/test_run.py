"""Parts of a run against what the plain command writes; stopped runs, and folders of others."""

import json
import sys
from pathlib import Path

import fsspec
import numpy as np
import pytest

from summ import cli
from summ.data import summary_files
from tests import encoders
from tests.conftest import STORIES

LINES = [" ".join(STORIES[n % len(STORIES)].split()[:4]) + f" {n}" for n in range(11)]
LINES[3] = ""
ENGINE = ("--engine", "torchrun", "--block-size", 4)  # one process, if torchrun starts no more


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("\n".join(LINES) + "\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def command(capsys, summary_model_folder):
    """Runs a command in this process; returns exit code and stderr."""

    def run(name: str, *arguments: object, model: Path = summary_model_folder) -> tuple[int, str]:
        given = [name, "a.txt", "--lines", "--model", model, "--threads", 1, *arguments]
        code = cli.run([str(argument) for argument in given])
        return code, capsys.readouterr().err

    return run


def parts(folder: str) -> list[Path]:
    return sorted(Path(folder).glob("part-*"))


def joined(folder: str) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in parts(folder))


def names(folder: str) -> list[str]:
    return sorted(path.name for path in Path(folder).rglob("*"))


@pytest.mark.parametrize("name", ["summarize", "score"])
def test_parts_are_the_lines_of_the_command(name, here, command):
    beams = ["--beams", 2, "--words", 2] if name == "summarize" else []
    assert command(name, *beams, "--format", "jsonl", "--output", "plain.jsonl")[0] == 0
    code, err = command(name, *beams, "--format", "jsonl", "--output", "parts", *ENGINE)
    assert (code, "parts: 11 texts in 3 parts." in err) == (0, True)
    assert names("parts") == ["manifest.json", *(f"part-{n:06}.jsonl" for n in range(3))]
    plain = [json.loads(line) for line in Path("plain.jsonl").read_text().splitlines()]
    found = [json.loads(line) for line in joined("parts").splitlines()]
    # Batches are others, so numbers are equal up to rounding.
    assert found == [
        {key: pytest.approx(v, rel=1e-4) if isinstance(v, float) else v for key, v in row.items()}
        for row in plain
    ]


def test_vectors_are_those_of_the_command(here, command, tmp_path_factory):
    model = encoders.saved(tmp_path_factory.mktemp("encoder"), encoders.transformer())
    assert command("embed", "--output", "plain.npy", model=model)[0] == 0
    code, err = command("embed", "--output", "v.npy", *ENGINE, model=model)
    assert (code, "warning: 1 texts are blank: their rows are zeros." in err) == (0, True)
    rows = np.concatenate([np.load(path) for path in parts("v.npy") if path.suffix == ".npy"])
    np.testing.assert_allclose(rows, np.load("plain.npy"), atol=2e-6)
    assert json.loads(Path("v.npy/part-000002.json").read_text())["rows"] == 3


def test_a_stopped_run_goes_on(here, command, monkeypatch):
    asked = ("--words", 2, "--beams", 1, "--output", "parts", *ENGINE)
    written = []
    row = summary_files._write_line

    def stopping(stream, text):
        written.append(text)
        if len(written) == 6:  # in the middle of the second part
            raise KeyboardInterrupt
        row(stream, text)

    monkeypatch.setattr(summary_files, "_write_line", stopping)
    assert command("summarize", *asked)[0] == 130
    assert names("parts") == ["manifest.json", "part-000000.txt"]
    before = parts("parts")[0].stat()
    code, err = command("summarize", *asked)
    assert (code, "1 of 3 parts were there already." in err) == (0, True)
    assert parts("parts")[0].stat() == before
    assert command("summarize", "--words", 2, "--beams", 1, "--output", "plain.txt")[0] == 0
    assert joined("parts") == Path("plain.txt").read_text()
    assert command("summarize", *asked)[0] == 0  # nothing is left to do
    assert joined("parts") == Path("plain.txt").read_text()


def test_a_folder_of_another_job_is_left_alone(here, command):
    asked = ("summarize", "--beams", 1, "--words", 2, "--output", "parts", *ENGINE)
    assert command(*asked)[0] == 0
    before = joined("parts")
    code, err = command(*asked, "--words", 5)
    assert (code, "begun with another words (2, not 5)" in err) == (1, True)
    with Path("a.txt").open("a") as file:
        file.write("One line more.\n")
    code, err = command(*asked)
    assert (code, "begun with another a.txt" in err) == (1, True)
    assert joined("parts") == before
    Path("other").mkdir()
    Path("other/notes.txt").write_text("mine")
    code, err = command("summarize", "--output", "other", *ENGINE)
    assert (code, "other: holds 'notes.txt' and no manifest.json" in err) == (1, True)
    Path("other/manifest.json").write_text("[]")
    code, err = command("summarize", "--output", "other", *ENGINE)
    assert (code, "no plan of summ" in err) == (1, True)


def test_urls_in_and_out(here, command, capsys, summary_model_folder):
    """The file system in memory stands for any that fsspec knows."""
    with fsspec.open("memory://in/a.txt", "wb") as file:
        file.write(Path("a.txt").read_bytes())
    asked = ["--lines", "--beams", "1", "--words", "2", "--model", str(summary_model_folder)]
    url = ["summarize", "memory://in/a.txt", "--output", "memory://out", *map(str, ENGINE)]
    assert cli.run(url + asked) == 0
    assert command("summarize", "--beams", 1, "--words", 2, "--output", "plain.txt")[0] == 0
    memory = fsspec.filesystem("memory")
    found = sorted(name.rsplit("/", 1)[-1] for name in memory.ls("/out", detail=False))
    assert found == ["manifest.json", *(f"part-{n:06}.txt" for n in range(3))]
    text = "".join(memory.cat_file(f"/out/{name}").decode() for name in found[1:])
    assert text == Path("plain.txt").read_text()
    memory.rm("/", recursive=True)
    capsys.readouterr()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["a.txt"], 2, "writes a folder. Give --output."),
        (["--output", "o"], 2, "does not read stdin. Give a FILE."),
        (["-", "--output", "o"], 1, "stdin: several workers cannot share it."),
        (["a.txt", "--output", "o", "--together"], 2, "--together: not with --engine"),
        (["nowhere.txt", "--output", "o"], 1, "nowhere.txt: cannot be read"),
        (["a.txt", "--output", "a.txt"], 1, "a.txt: cannot be used"),
    ],
)
def test_wrong_usage_is_one_line(arguments, code, message, here, capsys):
    assert cli.run(["summarize", "--engine", "torchrun", *arguments]) == code
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1
    assert not Path("o").exists()


@pytest.mark.parametrize(("engine", "module"), [("ray", "ray"), ("spark", "pyspark.errors")])
def test_an_engine_that_is_not_installed(engine, module, here, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    given = ["summarize", "a.txt", "--lines", "--output", "o", "--engine", engine]
    assert cli.run(given) == 1
    err = capsys.readouterr().err
    assert f"--engine {engine}: " in err
    assert f'is not installed. Run pip install ".[{engine}]"' in err
