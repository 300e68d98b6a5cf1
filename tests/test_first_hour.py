"""What a newcomer types: examples, misspelt names, wrong values; each answered in one line."""

import pytest
import typer

from summ import cli
from summ.errors import CheckpointError
from summ.pretrained import find_model
from tests.conftest import ROOT

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
