"""One run from corpora to the model that ships: configs/en-small.yaml itself, with few updates."""

import json
import shutil
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch

from summ.config.loader import read_values
from summ.data.prose import prepare_prose
from summ.errors import ConfigError
from summ.families import task, train
from summ.families.summarizer.config import RerankConfig, SummarizerRun
from summ.families.summarizer.model import SummaryModel, load_summary_model
from summ.networks.int8 import WEIGHTS
from summ.pipelines.rerank import weights_of
from summ.pipelines.rerank_weights import RerankWeights
from summ.pipelines.summarize import Summarizer
from tests.conftest import STORIES
from tests.families.summarizer.test_task import config

RECIPE = Path(__file__).parents[3] / "configs" / "en-small.yaml"
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def wire(tiny_corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Articles in the corpus's vocabulary."""
    place = tmp_path_factory.mktemp("wire")
    record = json.dumps({"text": " ".join(STORIES)}) + "\n"
    (place / "wire.jsonl").write_text(record * 12)
    prepare_prose([place / "wire.jsonl"], place / "wire", vocabulary=tiny_corpus / "vocabulary")
    return place / "wire"


def shrunk(corpus: Path, wire: Path, output: Path) -> SummarizerRun:
    """The file as it stands, with other paths and sizes, and one or two updates a stage."""
    values: dict[str, Any] = read_values(RECIPE, [f"output={output}", "loader_workers=0"])
    values |= {"precision": "no", "validation_documents": 4, "save_every": 1}
    values["data"] |= {"corpus": corpus, "documents": 4, "sentences": 4, "max_document": 12}
    values["data"] |= {"max_sentence": 8}
    small = {"encoder_layers": 1, "decoder_layers": 1, "d_model": 16}
    small |= {f"{side}_ffn_dim": 16 for side in ("encoder", "decoder")}
    small |= {f"{side}_attention_heads": 2 for side in ("encoder", "decoder")}
    for network in values["networks"].values():
        if isinstance(network, dict):
            sizes = network["config"]
            sizes |= {"n_embd": 16, "n_layer": 1, "n_head": 2} if "n_embd" in sizes else small
    for stage in values["stages"]:
        if stage["kind"] != "combine":
            averaged = min(2, stage.get("average_checkpoints", 1))
            stage |= {"steps": averaged, "average_checkpoints": averaged, "save_every": 1}
            if stage.get("discriminator_every"):
                stage["discriminator_every"] = 1
        for key in stage.keys() & {"documents", "sentences"}:
            stage[key] = 4
        for key, path in (("corpus", corpus), ("prose", wire)):
            if key in stage:
                stage[key] = path
    return SummarizerRun.model_validate(values)


@pytest.fixture(scope="module")
def run(tiny_corpus: Path, wire: Path, tmp_path_factory: pytest.TempPathFactory) -> SummarizerRun:
    """The finished run."""
    # Another folder of the same vocabulary stands for the second corpus.
    like = tmp_path_factory.mktemp("like") / "corpus"
    shutil.copytree(tiny_corpus, like)
    settings = shrunk(tiny_corpus, wire, tmp_path_factory.mktemp("recipe"))
    stages = [
        stage.model_copy(update={"corpus": like})
        if getattr(stage, "corpus", None) is not None
        else stage
        for stage in settings.stages
    ]
    settings = settings.model_copy(update={"stages": stages})
    train(settings)
    return settings


def weights(model: SummaryModel, network: str) -> dict[str, torch.Tensor]:
    return model.networks()[network].state_dict()


@cache
def loaded(folder: Path) -> SummaryModel:
    return load_summary_model(folder)


def stage(run: SummarizerRun, name: str) -> SummaryModel:
    return loaded(run.output / "stages" / name)


def test_the_recipe_ends_in_a_model_that_summarizes(run: SummarizerRun) -> None:
    folder = run.output / "model"
    model = load_summary_model(folder)
    assert (folder / "compressor" / WEIGHTS).is_file(), "stored in eight bits"
    expected = RerankWeights(
        reconstruction=0.0, fluency=0.3, humanness=0.5, salience=0.2, repetition=10.0, novelty=0.5
    )
    assert weights_of(model) == expected
    assert set(model.networks()) == {
        "compressor",
        "reconstructor",
        "discriminator",
        "language_model",
        "salience",
    }
    for summary in Summarizer.load(folder, device="cpu").summarize(STORIES, words=8, beams=2):
        assert 1 <= summary.words <= 8


def test_every_stage_leaves_its_model(run: SummarizerRun) -> None:
    found = {folder.name for folder in (run.output / "stages").iterdir()}
    assert found == {stage.name for stage in run.stages}


@pytest.mark.parametrize("network", ["compressor", "reconstructor", "discriminator"])
def test_a_combined_network_is_the_mean_of_the_named_stages(
    run: SummarizerRun, network: str
) -> None:
    mean = weights(stage(run, "first-mean"), network)
    first, second = (weights(stage(run, name), network) for name in ("reinforce", "cycle-again"))
    for key, value in mean.items():
        torch.testing.assert_close(value, (first[key] + second[key]) / 2)
    assert any(not torch.equal(first[key], second[key]) for key in mean)


def test_networks_are_taken_from_the_stages_that_are_named(run: SummarizerRun) -> None:
    """And those that are not named are the last stage's."""
    sources = {"compressor": "second-mean", "reconstructor": "second-mean"}
    sources |= {"discriminator": "critics-reinforce", "language_model": "critics-reinforce"}
    combined = stage(run, "with-critics")
    for network, source in sources.items():
        expected = weights(stage(run, source), network)
        for key, value in weights(combined, network).items():
            assert torch.equal(value, expected[key]), (network, key)


def tiny_run(corpus: Path, output: Path, **changes: Any) -> SummarizerRun:
    """Two stages, their mean, and a third that is rewarded for staying near it."""
    training = {"steps": 2, "save_every": 1, "optimizer": {"learning_rate": 1e-3}}
    reward = {"reference": "mean", "reference_weight": 1.0}
    stages = [
        {"name": "one", "kind": "pretrain"} | training,
        {"name": "two", "kind": "pretrain"} | training,
        {"name": "mean", "kind": "combine", "networks": {"compressor": ["one", "two"]}},
        {"name": "three", "kind": "reinforce", "samples": 2, "reward": reward} | training,
    ]
    return config(corpus, output, stages, keep_checkpoints=20, **changes)


@pytest.fixture(scope="module")
def finished(tiny_corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of those three stages in one go."""
    output = tmp_path_factory.mktemp("stages") / "run"
    train(tiny_run(tiny_corpus, output))
    return output


@pytest.mark.parametrize(("step", "lost"), [(4, ["two", "mean", "three"]), (5, ["three"])])
def test_resumes_alike_before_and_after_a_combine_stage(
    tiny_corpus: Path, finished: Path, tmp_path: Path, step: int, lost: list[str]
) -> None:
    """Killed after the second stage's checkpoint, before its folder; and within the third stage."""
    output = tmp_path / "run"
    shutil.copytree(finished, output)
    whole = load_summary_model(finished / "model")
    shutil.rmtree(output / "model")
    for name in lost:
        shutil.rmtree(output / "stages" / name)
    for checkpoint in (output / "checkpoints").iterdir():
        if checkpoint.name > f"step-{step:08d}":
            shutil.rmtree(checkpoint)
    train(tiny_run(tiny_corpus, output), resume=True)
    resumed = load_summary_model(output / "model")
    for network in whole.networks():
        for key, value in weights(resumed, network).items():
            assert torch.equal(value, weights(whole, network)[key]), (network, key)


def test_without_model_settings_the_folder_is_as_trained(tiny_corpus: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    task(tiny_run(tiny_corpus, tmp_path), CPU).save(folder, 0, final=True)
    assert not (folder / "compressor" / WEIGHTS).exists()
    assert load_summary_model(folder).settings.rerank is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("stages.4.networks.compressor=[salience]", r"stages\.4\.networks\.compressor: must name"),
        ("stages.5.reward.reference=later", r"stages\.5\.reward\.reference: must name an earlier"),
        ("stages.4.networks={}", r"stages\.4\.networks: .*at least 1"),
        ("stages.4.networks.decoder=[cycle]", r"stages\.4\.networks\.decoder"),
        ("stages.4.steps=3", r"stages\.4\.steps: unknown key"),
        ("model.rerank.humaness=1", r"model\.rerank\.humaness: unknown key\. .*'humanness'"),
        ("model.weights=int4", r"model\.weights: .*'int8'"),
    ],
)
def test_mistakes_are_named(change: str, message: str) -> None:
    from summ.families import load_run

    with pytest.raises(ConfigError, match=message):
        load_run(RECIPE, [change])


def test_a_stage_may_not_read_another_vocabulary(tiny_corpus: Path, tmp_path: Path) -> None:
    from data_prep import tiny

    tiny.make(tmp_path / "other", rows=60, seed=2)
    other = {"name": "one", "kind": "pretrain", "steps": 1, "corpus": tmp_path / "other"}
    run = config(tiny_corpus, tmp_path / "run", [other | {"optimizer": {"learning_rate": 1e-3}}])
    with pytest.raises(ConfigError, match=r"stages\.one: the vocabulary of .*other is not that of"):
        task(run, CPU)


def test_the_rerank_weights_are_those_that_reranking_knows() -> None:
    assert set(RerankConfig.model_fields) == {field.name for field in fields(RerankWeights)}
