"""Any value for any key of a configuration and for any option: a result, or one line."""

import io
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from copy import deepcopy
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from summ import cli
from summ.config import Section
from summ.errors import ConfigError, SummError
from summ.families import load_run
from summ.families.autoencoder.config import AutoencoderRun
from summ.families.sentence.config import SentenceRun
from summ.families.shortener.config import ShortenerRun
from summ.families.summarizer.config import SummarizerRun
from summ.training.run_record import fingerprint
from tests.test_config import TINY, stages_of

OPTIMIZER = {"learning_rate": 0.01}
KINDS = {
    "gumbel": {},
    "language-model": {},
    "salience": {"prose": "wire"},
    "combine": {"networks": {"compressor": ["warm-start"]}},
    "quick-thought": {},
    "skip-thought": {"decoder": {"embedding": 8, "hidden": 8}},
    "infomax": {"code": {"bits": 8}},
    "cpc": {},
    "training-text": {},
    "shorten": {},
    "rebuild": {},
}
SENTENCE = {"data": {"corpus": "wire"}, "encoder": {"gru": {"embedding": 8, "hidden": 8}}}
SHORTENER = {"family": "shortener", "data": {"pairs": "p.jsonl"}, "start_from": "model"}
AUTOENCODER = {
    "family": "autoencoder",
    "data": {"corpus": "wire"},
    "network": {"config": {"model_type": "pegasus"}},
    "bottleneck": {"kind": "vq"},
}


def stage(kind: str) -> dict[str, Any]:
    values = {"name": kind, "kind": kind} | KINDS[kind]
    return (
        values
        if kind in {"combine", "training-text"}
        else values | {"steps": 1, "optimizer": OPTIMIZER}
    )


def whole_runs() -> dict[type[Section], dict[str, Any]]:
    """A run of each family, with a stage of every kind."""
    runs: dict[type[Section], dict[str, Any]] = {
        SummarizerRun: yaml.safe_load(TINY.read_text()),
        SentenceRun: {"output": "run", "stages": [], **SENTENCE},
        ShortenerRun: {"output": "run", "stages": [], **SHORTENER},
        AutoencoderRun: {"output": "run", "stages": [], **AUTOENCODER},
    }
    for schema, values in runs.items():
        there = {each["kind"] for each in values["stages"]}
        values["stages"] += [stage(kind) for kind in stages_of(schema) if kind not in there]
    return runs


RUNS = whole_runs()
Place = tuple[str | int, ...]


def places(schema: type[Section], above: Place = ()) -> Iterator[Place]:
    """Where the schema has a key, sections in sections included."""
    for name, field in schema.model_fields.items():
        yield (*above, name)
        if name == "stages":
            kinds = stages_of(schema)
            for number, each in enumerate(RUNS[schema]["stages"]):
                yield from places(kinds[each["kind"]], (*above, name, number))
        else:
            for section in sections(field.annotation):
                yield from places(section, (*above, name))


def sections(annotation: Any) -> Iterator[type[Section]]:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for part in get_args(annotation):
        yield from sections(part)


def put(values: dict[str, Any], place: Place, value: object) -> dict[str, Any]:
    """The values with another one in a place, whatever has to be made above it."""
    changed = deepcopy(values)
    inside: Any = changed
    for step in place[:-1]:
        if isinstance(inside, dict) and not isinstance(inside.get(step), dict | list):
            inside[step] = {}
        inside = inside[step]
    inside[place[-1]] = value
    return changed


PLACES = [(schema, place) for schema in RUNS for place in sorted(set(places(schema)), key=str)]
ODD = ["", "\0", "a\nb", "\x1b[31m", "..", ".inf", "1e999", "no", "9" * 5000, "x" * 9999, "null"]
NUMBERS = [0, -1, 2**31, 2**63 - 1, 2**63, -(2**63), 10**400, 1e300, 5e-324]
SINGLE = (
    st.sampled_from([*ODD, *NUMBERS, None, True, False])
    | st.integers()
    | st.floats()
    | st.text(max_size=9)
    | st.dates()
    | st.binary(max_size=5)
)
VALUES = st.recursive(
    SINGLE,
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(st.text(max_size=5) | st.integers() | st.just("kind"), inside, max_size=3)
    ),
    max_leaves=5,
)
# Nothing is shrunk: values are small, and every try costs a parsed file.
CHEAP = settings(
    max_examples=40,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def test_the_runs_are_valid_before_anything_is_changed(tmp_path: Path) -> None:
    for schema, values in RUNS.items():
        path = tmp_path / "run.yaml"
        path.write_text(yaml.safe_dump(values))
        assert isinstance(load_run(path), schema)
    kinds = [place for _, place in PLACES if place[-1] == "kind" and place[0] == "stages"]
    # tiny.yaml has two stages of one kind.
    assert len(kinds) == sum(len(stages_of(schema)) for schema in RUNS) + 1


@CHEAP
@given(where=st.sampled_from(PLACES), value=VALUES)
def test_any_value_of_any_key_is_read_or_refused(
    where: tuple[type[Section], Place], value: object, tmp_path: Path
) -> None:
    schema, place = where
    path = tmp_path / "run.yaml"
    path.write_text(yaml.safe_dump(put(RUNS[schema], place, value)), encoding="utf-8")
    read_or_refused(path)


@CHEAP
@given(
    place=st.sampled_from([place for schema, place in PLACES if schema is SummarizerRun]),
    key=st.text(max_size=9) | st.none(),
    value=st.text(max_size=30) | st.sampled_from(ODD),
)
def test_any_override_is_read_or_refused(place: Place, key: str | None, value: str) -> None:
    dotted = ".".join(map(str, place)) if key is None else key
    for override in (f"{dotted}={value}", value):
        read_or_refused(TINY, override)


def read_or_refused(path: Path, *overrides: str) -> None:
    try:
        assert len(fingerprint(load_run(path, overrides))) > 8
    except SummError as error:
        assert "\n" not in str(error)
        assert len(str(error)) < 1500


UNUSABLE: list[tuple[str, object]] = [
    ("seed", -1),
    ("seed", 2**63),
    ("output", "a\0b"),
    ("output", ""),
    ("output", "x" * 300),
    ("loader_workers", 10**6),
    ("data.corpus", "\0"),
    ("data.max_document", 1),
    ("data.max_sentence", 1),
    ("data.max_sentence", 10**6),
    ("data.documents", 2**40),
    ("noise.extra_words", [2.5, 1.0]),
    ("noise.extra_words", [-1.0, 1.0]),
    ("noise.keyword_share", [0.5, 1.5]),
    ("networks.compressor.config.d_model", 2**40),
    ("networks.compressor.config.encoder_layers", 10**6),
    ("networks.compressor.config.init_std", float("inf")),
    ("networks.compressor.config.x", [float("nan")]),
    ("networks.reconstructor.checkpoint", "a\0b"),
    ("stages", []),
    ("stages.0.steps", 2**62),
    ("stages.0.optimizer.learning_rate", float("nan")),
    ("stages.0.optimizer.learning_rate", 1e30),
    ("stages.1.optimizer.discriminator_learning_rate", 11),
    ("stages.0.optimizer.weight_decay", 1e300),
    ("stages.0.optimizer.accumulation", 2**40),
    ("stages.0.likelihood.budgets", [14, 6]),
    ("stages.0.likelihood.budgets", [-3, 6]),
    ("stages.0.likelihood.temperature", [0.0, 1.0]),
    ("stages.0.likelihood.back_translated_length", [0, 9]),
    ("stages.0.save_every", 2**62),
]


@pytest.mark.parametrize(("key", "value"), UNUSABLE, ids=lambda part: repr(part)[:30])
def test_what_training_cannot_use_is_refused_by_its_key(
    key: str, value: object, tmp_path: Path
) -> None:
    """Each was accepted once, and ended the run later: or its model could not be read."""
    place = tuple(int(part) if part.isdecimal() else part for part in key.split("."))
    values = RUNS[SummarizerRun]
    if place[-1] == "checkpoint":
        values = put(values, place[:-1], {})
    path = tmp_path / "run.yaml"
    path.write_text(yaml.safe_dump(put(values, place, value)), encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_run(path)
    told = str(refused.value)
    assert key.split(".config.")[0] in told and str(place[-1])[:1] in told
    assert "\n" not in told and len(told) < 400


@pytest.mark.parametrize("code", ["", "en US", "\x1b[31m", "x" * 40])
def test_a_language_that_no_model_can_name_is_refused(code: str, tmp_path: Path, capsys) -> None:
    """It would be kept, and the model that is trained on the corpus could not be read."""
    text = tmp_path / "a.txt"
    text.write_text("One text.\n")
    files = ["--documents", str(text), "--sentences", str(text)]
    for sources in (files, ["--prose", str(text)]):
        output = ["--output", str(tmp_path / "corpus"), "--language", code]
        assert cli.run(["prepare", *sources, *output]) == 1
        said = capsys.readouterr().err
        assert said.startswith("summ: error: language: must be a code") and said.count("\n") == 1


COMMANDS: dict[str, list[str]] = {
    "summarize": ["nowhere.txt"],
    "score": ["nowhere.txt"],
    "embed": ["nowhere.txt", "--output", "out.npy"],
    "encode": ["nowhere.txt", "--model", "nowhere"],
    "decode": ["nowhere.txt", "--model", "nowhere"],
    "codes": ["nowhere", "nowhere.txt"],
    "neighbours": ["text", "--among", "nowhere.txt"],
    "evaluate": ["--predictions", "nowhere.txt", "--references", "nowhere.txt"],
    "prepare": ["--documents", "nowhere.txt", "--output", "out"],
    "train": ["nowhere.yaml"],
    "average": ["nowhere", "nowhere", "--output", "out"],
    "export": ["nowhere", "--to", "onnx", "--output", "out"],
    "info": [],
}


PROGRAM: Any = typer.main.get_command(cli.app)


def options_of(command: str) -> list[str]:
    every = [
        option for option in PROGRAM.commands[command].params if not option.opts[0][0].isalpha()
    ]
    return [max(option.opts, key=len) for option in every if not option.is_flag]


GIVEN = [(command, option) for command in COMMANDS for option in options_of(command)]


@CHEAP
@given(
    given=st.sampled_from(GIVEN),
    value=st.text(max_size=9) | st.sampled_from([*ODD, "1", "-1", "a=1", "a=nan", "a.b=[", "en"]),
)
def test_any_value_of_any_option_is_taken_or_refused(
    given: tuple[str, str], value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    command, option = given
    value = value.replace("/", "|")  # nothing is written outside of this folder
    with redirect_stderr(io.StringIO()) as errors, redirect_stdout(io.StringIO()):
        code = cli.run([command, *COMMANDS[command], option, value])
    said = errors.getvalue()
    assert code in (1, 2), said
    assert "defect" not in said, said
    assert said.startswith("summ: error: ") and said.count("\n") == 1 and len(said) < 1500
