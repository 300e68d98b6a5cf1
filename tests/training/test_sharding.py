"""FSDP2 on two processes: the run of one that is not sharded, from a pretrained configuration."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from summ.data.prepare import prepare
from summ.families import load_run, train
from summ.training.checkpoint import checkpoints
from tests import processes
from tests.data.conftest import invented_sentences, write_lines
from tests.pretrained import save_bart

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "configs" / "bart.yaml"
ARTICLES = invented_sentences(60, 11, (12, 30))
SHORT = [
    *(f"stages.{stage}.likelihood.back_translated_length=[6, 10]" for stage in (1, 2)),
    "stages.0.steps=4", "stages.1.steps=2", "stages.2.steps=3", "stages.0.discriminator_every=2",
    "data.documents=4", "data.sentences=4", "stages.2.documents=4", "stages.2.sentences=4",
    "data.max_document=16", "validation_documents=4", "loader_workers=0", 'precision="no"',
    "networks.discriminator.config.n_embd=16", "networks.discriminator.config.n_layer=1",
    "save_every=2", "validate_every=3", "log_every=1", "keep_checkpoints=20",
]  # fmt: skip
SHARDED = {"ACCELERATE_USE_FSDP": "true"}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A tiny BART as somebody else saved it, and a corpus in its pieces."""
    place = tmp_path_factory.mktemp("pretrained")
    save_bart(ARTICLES, place / "net")
    documents = write_lines(place / "documents.txt", ARTICLES)
    sentences = write_lines(place / "sentences.txt", invented_sentences(60, 12, (4, 9)))
    prepare([documents], [sentences], place / "corpus", vocabulary=place / "net")
    networks = [f"networks.{n}.checkpoint={place / 'net'}" for n in ("compressor", "reconstructor")]
    return [*SHORT, *networks, f"data.corpus={place / 'corpus'}"]


def on_two(output: Path, settings: list[str], place: Path, *flags: str, **more: str) -> Path:
    """Trains under torchrun on two processes; returns the run's folder."""
    place.mkdir()
    launcher = ["torch.distributed.run", "--standalone", "--nproc_per_node", "2", "--no-python"]
    arguments: list[object] = ["-m", "summ.train", CONFIG, "--output", output, *flags]
    arguments += [part for setting in settings for part in ("--set", setting)]
    with processes.forking_programs(place):
        launched = processes.start(
            ROOT, launcher[0], *launcher[1:], place / "python", *arguments, environment=more
        )
        code, errors = launched.end()
    assert code == 0, errors[-3000:]
    record = json.loads((output / "run.json").read_text())
    assert (record["processes"], record["sharded"]) == (2, bool(more))
    return output


@pytest.fixture(scope="module")
def sharded(settings: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("sharded")
    return on_two(place / "run", settings, place / "bin", **SHARDED)


def tensors(folder: Path) -> dict[str, torch.Tensor]:
    files = sorted(folder.rglob("*.safetensors"))
    return {f"{file.name}/{k}": v for file in files for k, v in load_file(file).items()}


def resumed(sharded: Path, step: int, output: Path) -> Path:
    """A run that stands where another stood after so many updates."""
    name = f"step-{step:08d}"
    shutil.copytree(sharded / "checkpoints" / name, output / "checkpoints" / name)
    return output


@pytest.mark.slow
def test_two_shards_equal_two_copies(sharded: Path, settings: list[str], tmp_path: Path) -> None:
    """In every stage, the discriminator's updates, drawing and validation included."""
    copies = on_two(tmp_path / "run", settings, tmp_path / "bin")
    for folder in checkpoints(copies / "checkpoints"):
        ours, theirs = tensors(sharded / "checkpoints" / folder.name), tensors(folder)
        assert ours.keys() == theirs.keys() and len(ours) > 100
        for name, value in theirs.items():
            # Norms of shards are summed in another order.
            torch.testing.assert_close(ours[name], value, rtol=1e-3, atol=1e-5, msg=name)
    logs = [(run / "metrics.jsonl").read_text().splitlines() for run in (sharded, copies)]
    for one, other in zip(*(map(json.loads, log) for log in logs), strict=True):
        assert one.pop("stage") == other.pop("stage")
        assert one == pytest.approx(other, rel=1e-3, abs=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("step", [2, 4, 8])
def test_sharded_run_resumes_exactly(
    sharded: Path, settings: list[str], tmp_path: Path, step: int
) -> None:
    """The middle of a stage, its end, and the middle of REINFORCE."""
    output = resumed(sharded, step, tmp_path / "run")
    on_two(output, settings, tmp_path / "bin", "--resume", **SHARDED)
    ours, theirs = tensors(output / "model"), tensors(sharded / "model")
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], value) for name, value in theirs.items())


@pytest.mark.slow
def test_sharded_run_goes_on_in_one_process(
    sharded: Path, settings: list[str], tmp_path: Path
) -> None:
    output = resumed(sharded, 2, tmp_path / "run")
    train(load_run(CONFIG, [*settings, f"output={output}"]), resume=True)
    ours, theirs = tensors(output / "model"), tensors(sharded / "model")
    for name, value in theirs.items():
        # A near-zero gradient, summed in another order, may turn round: a learning rate a step.
        torch.testing.assert_close(ours[name], value, rtol=0.02, atol=2e-3, msg=name)
