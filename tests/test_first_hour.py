"""What a newcomer types: examples, misspelt names, wrong values; each answered in one line."""

import json
import shutil
import sys
from functools import partial

import pytest
import typer

import summ
from summ import cli
from summ.errors import CheckpointError
from summ.pretrained import find_model
from tests.conftest import ROOT, STORIES

COMMAND = typer.main.get_command(cli.app)


@pytest.fixture
def answer(capsys):
    def run(*arguments: str) -> tuple[int, str]:
        code = cli.run(list(arguments))
        return code, capsys.readouterr().err

    return run


@pytest.mark.parametrize("name", sorted(cli.EXAMPLES))
def test_examples_are_understood(name):
    """Each is parsed by the command it stands under, and shown in its help on a line of its own."""
    import shlex

    command = COMMAND.commands[name]
    shown = command.get_help(typer.Context(command, info_name=f"summ {name}"))
    for example in cli.EXAMPLES[name]:
        program, given, *arguments = shlex.split(example)
        assert (program, given) == ("summ", name) and f"\n    {example}\n" in f"{shown}\n"
        arguments = ["en-small" if one.endswith("/model") else one for one in arguments]
        command.make_context(name, cli._one_value_each([name, *arguments])[1:])


def test_every_command_has_examples():
    assert set(cli.EXAMPLES) == set(COMMAND.commands)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["summarise"], 2, "Did you mean 'summarize'? See 'summ --help'.\n"),
        (["summarize", "--device", "gpu", "a.txt"], 2, "'gpu' is unknown. Did you mean 'cuda'?"),
        (["summarize", "--model", "en-smal", "a.txt"], 1, "Did you mean 'en-small'?"),
        (["summarize", "--rerank", "humaness=1", "a.txt"], 1, "Did you mean 'humanness'?"),
        (["export", "en-small", "--to", "onix", "--output", "x"], 2, "onix"),
        (["info", "owner/no-such-model"], 1, "cannot be had from the Hugging Face Hub"),
    ],
)
def test_wrong_values_are_one_line_and_name_the_nearest(answer, arguments, code, said):
    found, err = answer(*arguments)
    assert found == code and said in err
    assert err.count("\n") == 1 and ".." not in err and "?." not in err


NUMBERS = [
    (name, max(parameter.opts, key=len))
    for name, command in sorted(COMMAND.commands.items())
    for parameter in command.params
    if parameter.metavar in {"N", "0..1"}
]


@pytest.mark.parametrize(("name", "option"), NUMBERS)
def test_every_number_option_says_what_it_takes(answer, name, option):
    for wrong in ("many", "-1", "nan"):
        code, err = answer(name, option, wrong)
        assert code == 2 and err.count("\n") == 1
        assert err.startswith(f"summ: error: Invalid value for '{option}': must be a ")
        assert f", found '{wrong}'. See 'summ {name} --help'." in err


def test_no_option_leaves_its_bounds_to_a_library():
    """Which would tell them in words of its own, others in each version."""
    assert " min=" not in (ROOT / "summ" / "options.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("stages.0.stepz=3", "--set stages.0.stepz=3: stages.0.stepz: unknown key. Did you mean"),
        ("stages.0.steps=many", "--set stages.0.steps=many: stages.0.steps: "),
        ("seed.deep=1", "--set seed.deep=1: "),
    ],
)
def test_a_wrong_override_is_to_blame_not_the_file(answer, override, said):
    code, err = answer("train", str(ROOT / "configs" / "tiny.yaml"), "--set", override)
    assert code == 1 and err.startswith(f"summ: error: {said}")


def test_a_hub_name_is_no_misspelt_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs").mkdir()
    with pytest.raises(CheckpointError, match=r"^runs/mine: no such model folder"):
        find_model("runs/mine")
    with pytest.raises(CheckpointError, match=r"^owner/name: .* Hugging Face Hub \(") as caught:
        find_model("owner/name")
    assert "\n" not in str(caught.value)


def test_a_hub_name_is_downloaded_and_used(tmp_path, monkeypatch, summary_model_folder):
    """By a stand-in for the hub's client, which copies what it is allowed to."""
    import huggingface_hub

    def download(name: str, allow_patterns: list[str]) -> str:
        assert name == "owner/tiny"
        there = tmp_path / "cache"
        for path in summary_model_folder.rglob("*"):
            if path.is_file() and any(path.match(pattern) for pattern in allow_patterns):
                copied = there / path.relative_to(summary_model_folder)
                copied.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, copied)
        return str(there)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    [found] = summ.load("owner/tiny", "cpu").summarize([STORIES[0]], words=5, beams=1)
    [same] = summ.load(summary_model_folder, "cpu").summarize([STORIES[0]], words=5, beams=1)
    assert found == same


def test_without_a_connection_a_hub_name_is_what_was_downloaded_before(tmp_path, monkeypatch):
    """By the hub's own client, which finds a model in its cache or says that it is offline."""
    import huggingface_hub

    commit = "0" * 40
    place = tmp_path / "models--owner--tiny"
    (place / "snapshots" / commit).mkdir(parents=True)
    (place / "snapshots" / commit / "model.json").write_text("{}")
    (place / "refs").mkdir()
    (place / "refs" / "main").write_text(commit)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(
        huggingface_hub,
        "snapshot_download",
        partial(huggingface_hub.snapshot_download, cache_dir=tmp_path),
    )
    assert find_model("owner/tiny") == place / "snapshots" / commit
    with pytest.raises(CheckpointError, match=r"^owner/other: .* Hugging Face Hub \(") as caught:
        find_model("owner/other")
    assert "\n" not in str(caught.value)


def test_blank_texts_need_no_model(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "summ.pipelines.summarize", None)  # importing it is an error
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "blank.txt").write_text(" \n\n")
    arguments = ["summarize", "--lines", "--format", "jsonl"]
    for name, ids in (("empty.txt", []), ("blank.txt", ["1", "2"])):
        assert cli.run([*arguments, str(tmp_path / name)]) == 0
        found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [one["id"] for one in found] == ids
        assert all(one["summary"] == "" and one["method"] == "kept" for one in found)


def test_texts_of_a_dataset(tmp_path, summary_model_folder):
    """A column is texts, and ``map`` in batches adds one of summaries."""
    import datasets

    rows = datasets.Dataset.from_dict({"text": STORIES[:3], "id": ["a", "b", "c"]})
    summarizer = summ.Summarizer(summary_model_folder, device="cpu")
    expected = [str(one) for one in summarizer.summarize(STORIES[:3], words=5, beams=1)]
    column = summarizer.summarize(rows["text"], words=5, beams=1)
    assert [str(one) for one in column] == expected

    def add(batch: dict[str, list[str]]) -> dict[str, list[str]]:
        made = summarizer.summarize(batch["text"], words=5, beams=1)
        return {"summary": [str(one) for one in made]}

    mapped = rows.map(add, batched=True, batch_size=2, load_from_cache_file=False)
    assert list(mapped["summary"]) == expected and list(mapped["id"]) == ["a", "b", "c"]
