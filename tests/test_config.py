import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from summ.config import NetworkConfig, NetworksConfig
from summ.errors import ConfigError
from summ.families import load_run
from summ.families.summarizer.config import (
    LanguageModelStage,
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
