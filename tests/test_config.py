import ast
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
import torch
import yaml
from pydantic import ValidationError

from summ.config import NetworkConfig, Section
from summ.errors import ConfigError
from summ.families import FAMILIES, load_run
from summ.families.autoencoder.config import AutoencoderRun
from summ.families.sentence.config import SentenceRun
from summ.families.shortener.config import ShortenerRun
from summ.families.summarizer.config import (
    LanguageModelStage,
    NetworksConfig,
    PretrainStage,
    ReinforceStage,
    SummarizerRun,
)
from summ.networks.discriminator import build_discriminator
from summ.networks.language_model import build_language_model
from summ.networks.transformer import build_encoder_decoder
from tests import tiny
from tests.pretrained import save_bart

Build = Callable[[NetworkConfig, Any, str], Any]
CONFIGS = sorted((Path(__file__).parents[1] / "configs").glob("*.yaml"))
TINY = Path(__file__).parents[1] / "configs" / "tiny.yaml"


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_config_that_ships_fits_the_schema(path: Path) -> None:
    assert load_run(path).stages


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_config_says_how_it_is_run(path: Path) -> None:
    head = path.read_text(encoding="utf-8").split("\n\n")[0]
    assert head.startswith("# ") and "summ" in head


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_config_has_networks_that_can_be_built(path: Path, tmp_path: Path) -> None:
    """At full size, without memory for it; of a checkpoint there is a small one here."""
    config = load_run(path)
    if not isinstance(config, SummarizerRun):
        return
    facts = tiny.facts(words=500)
    networks = [] if config.networks is None else summarizer_networks(config.networks)
    for stage in config.stages:
        if isinstance(stage, LanguageModelStage) and stage.network is not None:
            networks.append((build_language_model, stage.network))
    save_bart(["nothing much"], tmp_path)
    for build, network in networks:
        if network.checkpoint is not None:
            build(NetworkConfig(checkpoint=str(tmp_path)), facts, "eager")
            continue
        with torch.device("meta"):
            built = build(network, facts, "eager")
        positions = positions_of(network)
        room = max(config.data.max_document, config.data.max_sentence)
        if build is not build_encoder_decoder:
            room = config.data.max_sentence
        # The length prompt stands before the source.
        assert positions is None or positions > room
        assert sum(weights.numel() for weights in built.parameters()) > 0


def summarizer_networks(networks: NetworksConfig) -> list[tuple[Build, NetworkConfig]]:
    found: list[tuple[Build, NetworkConfig]] = [
        (build_encoder_decoder, networks.compressor),
        (build_encoder_decoder, networks.reconstructor),
        (build_discriminator, networks.discriminator),
    ]
    if networks.language_model is not None:
        found.append((build_language_model, networks.language_model))
    return found


def positions_of(network: NetworkConfig) -> int | None:
    """How many pieces it can read; None where nothing limits them."""
    values = network.config or {}
    return values.get("max_position_embeddings", values.get("n_positions"))


def test_stages_are_told_apart_by_kind() -> None:
    kinds = [type(stage) for stage in load_run(TINY).stages]
    assert kinds == [PretrainStage, PretrainStage, ReinforceStage]


def test_overrides_reach_nested_values_and_list_items() -> None:
    config = load_run(
        TINY,
        ["seed=9", "data.documents=4", "stages.2.reward.discount=0.5", "networks.shortlist=null"],
    )
    assert config.seed == 9 and config.data.documents == 4
    assert config.stages[2].reward.discount == 0.5
    assert config.networks is not None and config.networks.shortlist is None


def test_numbers_that_yaml_reads_as_text_are_numbers() -> None:
    """PyYAML takes 3e-4, without a dot, for a string."""
    assert yaml.safe_load("3e-4") == "3e-4"
    config = load_run(TINY, ["stages.0.optimizer.learning_rate=3e-4"])
    assert config.stages[0].optimizer.learning_rate == 3e-4


@pytest.mark.parametrize(
    ("override", "message"),
    [
        (
            "stages.2.reward.discuont=1",
            r"stages.2.reward.discuont: unknown key. Did you mean 'disc",
        ),
        ("sead=1", r"sead: unknown key. Did you mean 'seed'\?"),
        ("data.documents=0", r"data.documents: .*greater than 0.* found 0"),
        ("data.documents=many", r"data.documents: .*found 'many'"),
        ("stages.2.samples=1", r"leave-one-out baseline needs samples >= 2"),
        ("stages.0.kind=dance", r"stages.0: .*'pretrain'.*'reinforce'"),
        ("networks=null", r"give either 'networks' .* or 'start_from'"),
        ("networks.compressor={}", r"networks.compressor: give either 'checkpoint' or 'config'"),
        ("stages=[]", r"stages: .*at least 1 item"),
        ("no-equals-sign", r"--set no-equals-sign: must look like a.b=c"),
        (
            "stages.0.average_checkpoints=3",
            r"average_checkpoints is 3: keep_checkpoints must be as",
        ),
        ("stages.7.steps=1", r"--set stages.7.steps=1: there is no such place"),
        ("seed.deep=1", r"--set seed.deep=1: there is no such place"),
    ],
)
def test_mistakes_are_one_line_that_names_the_place(override: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        load_run(TINY, [override])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "name",
    [
        "/some/folder",
        "../../x",
        "..",
        ".",
        "",
        ".hidden",
        "-rf",
        "a/b",
        "a\\b",
        "C:x",
        "a b",
        "a\n",
        "a\0",
        "a\u2215b",
        "a\uff0fb",
        "caf\u00e9",
        "ends.",
        "x" * 65,
        "x" * 10_000,
    ],
)
def test_a_stage_has_a_name_and_no_path(name: str) -> None:
    with pytest.raises(ConfigError, match=r"stages\.1\.name: is no name.*, found '.*\. Use ") as e:
        load_run(TINY, [f"stages.1.name={json.dumps(name)}"])
    assert "\n" not in str(e.value) and len(str(e.value)) < 400


@pytest.mark.parametrize("name", ["a", "Warm-start_2.1", "2nd", "_", "x" * 64])
def test_names_that_are_names(name: str) -> None:
    assert load_run(TINY, [f"stages.1.name='{name}'"]).stages[1].name == name


@pytest.mark.parametrize("name", ["warm-start", "Warm-Start"])
def test_no_two_stages_share_a_folder(name: str) -> None:
    """Not even where capitals make no other file."""
    with pytest.raises(ConfigError, match=r"stages\.2\.name: .*stages\.0.*, found .*\. Give "):
        load_run(TINY, [f"stages.2.name={name}"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a: [1", "not YAML"),
        (b"- 1\n- 2\n", "must hold keys and values, found list"),
        (b"", "must hold keys and values, found NoneType"),
        (b"\xff\xfe\x00", "not YAML"),
    ],
)
def test_a_file_that_is_no_configuration(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=message):
        load_run(path)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.yaml: cannot be read"):
        load_run(tmp_path / "nowhere.yaml")


@pytest.mark.parametrize(("written", "read"), [("no", "no"), ('"no"', "no"), ("bf16", "bf16")])
def test_a_bare_no_is_no_autocast(written: str, read: str) -> None:
    """YAML takes `no` for false."""
    assert (
        load_run(
            Path(__file__).parents[1] / "configs" / "tiny.yaml", [f"precision={written}"]
        ).precision
        == read
    )


RUNS = (SummarizerRun, SentenceRun, ShortenerRun, AutoencoderRun)
# Schemas only name keys, but ``run.py`` reads those of the trainer.
SOURCES = [
    path
    for path in (TINY.parents[1] / "summ").rglob("*.py")
    if path.parent.name != "config" or path.name == "run.py"
]


def stages_of(run: type[Section]) -> dict[str, type[Section]]:
    (union,) = get_args(run.model_fields["stages"].annotation)
    # A union of kinds, told apart by ``kind``; or the only one.
    kinds = get_args(get_args(union)[0]) if get_args(union) else (union,)
    stages = [part for part in kinds if isinstance(part, type)]
    return {get_args(stage.model_fields["kind"].annotation)[0]: stage for stage in stages}


def keys_of(annotation: Any) -> set[str]:
    """Of a section and of all sections in it."""
    found = set()
    for part in get_args(annotation):
        found |= keys_of(part)
    if isinstance(annotation, type) and issubclass(annotation, Section):
        for name, field in annotation.model_fields.items():
            found |= {name} | keys_of(field.annotation)
    return found


@cache
def attributes_of(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {node.attr for node in nodes if isinstance(node, ast.Attribute)}


@pytest.mark.parametrize("run", RUNS)
def test_every_key_is_read(run: type[Section]) -> None:
    """By the family, or by what is below it: as an attribute in a file that is no schema."""
    name = run.model_fields["family"].default
    others = [f"families/{family}" for family in FAMILIES if family != name]
    read = {"kind", "family"}
    for path in SOURCES:
        foreign = any(other in path.as_posix() for other in others)
        if not foreign and path.name != "config.py":
            read |= attributes_of(path)
    assert not keys_of(run) - read


@pytest.mark.parametrize("kind", [kind for run in RUNS for kind in stages_of(run)])
def test_a_stage_refuses_keys_that_are_not_its_own(kind: str, tmp_path: Path) -> None:
    """Nor in its sections: see also tests/families/test_stage_keys.py."""
    run = next(run for run in RUNS if kind in stages_of(run))
    own = set(stages_of(run)[kind].model_fields)
    every = [stage for other in RUNS for stage in stages_of(other).values()]
    others = {key for stage in every for key in stage.model_fields}
    path = tmp_path / "run.yaml"
    for key in [*sorted(others - own), "stepz"]:
        path.write_text(json.dumps({"stages": [{"kind": kind, "name": "a", "steps": 1, key: 1}]}))
        problems = fit_problems(run, path)
        assert any(place[-1] == key for place in problems), key
    with pytest.raises(ConfigError, match=r"stages\.0\.stepz: unknown key\. Did you mean 'steps'"):
        load_run(TINY, ["stages.0.stepz=1"])


def fit_problems(run: type[Section], path: Path) -> list[tuple[Any, ...]]:
    with pytest.raises(ValidationError) as caught:
        run.model_validate(json.loads(path.read_text()))
    return [p["loc"] for p in caught.value.errors() if p["type"] == "extra_forbidden"]


def test_keys_of_0_1_are_named() -> None:
    with pytest.raises(ConfigError, match=r"lesson: was renamed in 0\.2: write 'likelihood'"):
        load_run(TINY, ["stages.0.lesson={}"])
    with pytest.raises(ConfigError, match=r"matched_share: was removed in 0\.2: "):
        load_run(TINY, ["stages.1.likelihood.matched_share=0.1"])


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000,
        b"{a: " * 30 + b"1" + b"}" * 30,
        b"- " * 30 + b"1",
        b"a: &a [*a]",
        b"\n".join(
            [
                b"x0: &x0 [1, 2]",
                *(b"x%d: &x%d [*x%d, *x%d]" % (i, i, i - 1, i - 1) for i in range(1, 25)),
            ]
        ),
        b"\n".join(
            [
                b"x0: &x0 {a: 1}",
                *(
                    b"x%d: &x%d {<<: [%s]}" % (i, i, b",".join([b"*x%d" % (i - 1)] * 10))
                    for i in range(1, 15)
                ),
            ]
        ),
        b"steps: " + b"9" * 5000,
        b"steps: 0x" + b"f" * 5000,
        b"seed: 99999999999999999999999",
        b"a: !!timestamp x",
        b"? [1, {a: 2}]\n: 1",
        b"a: !!python/object/apply:os.system [true]",
        b"\x00",
        b"a: 2001-99-99",
        b"x" * 1_000_001,
        b"1: 2",
        b"null",
    ],
    ids=range(17),
)
def test_hostile_configurations_are_refused_in_one_line(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as refused:
        load_run(path)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 1000


def test_a_configuration_without_end_is_refused() -> None:
    with pytest.raises(ConfigError, match="more than 1,000,000 bytes"):
        load_run(Path("/dev/zero"))


@pytest.mark.parametrize("value", [".inf", "-.inf", ".nan", "9" * 5000, "[" * 2000, "1e999"])
def test_settings_that_no_number_is_are_refused(value: str) -> None:
    for key in ("stages.0.optimizer.learning_rate", "stages.0.steps", "seed"):
        with pytest.raises(ConfigError):
            load_run(TINY, [f"{key}={value}"])


@pytest.mark.parametrize("kind", ["reinforce", "gumbel"])
def test_only_pretraining_rebuilds_documents_from_drafts(kind: str) -> None:
    stage = {"name": "a", "kind": kind, "steps": 1, "optimizer": {"learning_rate": 0.1}}
    stage["likelihood"] = {"draft_share": 0.5}
    with pytest.raises(ConfigError, match=r"stages\.2\.likelihood\.draft_share: unknown key"):
        load_run(TINY, [f"stages.2={json.dumps(stage)}"])
