"""Whole runs with gumbel stages: killed and resumed, and refused where they cannot work."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from summ.errors import ConfigError
from summ.families import load_run, train
from summ.families.summarizer.config import SummarizerRun
from summ.training.checkpoint import checkpoints
from tests import processes, tiny

ROOT = Path(__file__).parents[3]
CONFIG = ROOT / "configs" / "tiny.yaml"
GUMBEL = """{kind: gumbel, name: gumbel, steps: 5, discriminator_every: 1, critic_updates: 2,
critic: wgan-gp, optimizer: {learning_rate: 1.0e-3}, likelihood: {budgets: [4, 6]}}"""
SHORT = [
    "stages.0.steps=1",
    "stages.1.steps=1",
    f"stages.2={GUMBEL}",
    "validation_documents=8",
    "data.documents=8",
    "data.sentences=8",
    "save_every=2",
    "log_every=2",
    "keep_checkpoints=20",
    *tiny.SMALL_RUN,
]


def settings(corpus: Path, output: Path, *changes: str) -> list[str]:
    return [*SHORT, *changes, f"data.corpus={corpus}", f"output={output}"]


def config(corpus: Path, output: Path, *changes: str) -> SummarizerRun:
    return load_run(CONFIG, settings(corpus, output, *changes))


def weights(model: Path) -> dict[str, torch.Tensor]:
    found = {}
    for file in sorted(model.rglob("*.safetensors")):
        for key, value in load_file(file).items():
            found[f"{file.relative_to(model)}/{key}"] = value
    return found


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def whole(tiny_corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in one go, on one thread like the runs it is compared with."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    output = tmp_path_factory.mktemp("runs") / "whole"
    train(config(tiny_corpus, output))
    torch.set_num_threads(threads)
    return output


def test_killed_and_resumed_equals_uninterrupted(
    tiny_corpus: Path, whole: Path, tmp_path: Path
) -> None:
    killed = tmp_path / "killed"
    flags = [part for one in settings(tiny_corpus, killed) for part in ("--set", one)]
    middle = killed / "checkpoints" / "step-00000004"  # two updates into the gumbel stage
    process = processes.start(ROOT, "summ.train", CONFIG, *flags, "--output", killed)
    process.kill_when(middle.exists)
    assert middle.exists()
    for later in checkpoints(killed / "checkpoints"):
        if later.name > middle.name:
            for file in later.iterdir():
                file.unlink()
            later.rmdir()
    train(config(tiny_corpus, killed), resume=True)
    ours, theirs = weights(whole / "model"), weights(killed / "model")
    assert ours.keys() == theirs.keys() and len(ours) > 100
    for name, value in ours.items():
        assert torch.equal(value, theirs[name]), name
    log = (whole / "metrics.jsonl").read_text()
    assert (killed / "metrics.jsonl").read_text() == log
    assert '"critic/penalty"' in log and '"terms/humanness"' in log


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (["stages.2.terms.prior_weight=1"], "stages.gumbel: the model has no language model"),
        (["networks.attention=sdpa"], "stages.gumbel: a gradient penalty needs .*eager"),
    ],
)
def test_what_a_stage_lacks_is_said(
    tiny_corpus: Path, tmp_path: Path, changes: list[str], message: str
) -> None:
    chosen = config(tiny_corpus, tmp_path / "run", *changes)
    with pytest.raises(ConfigError, match=message):
        train(chosen.model_copy(update={"stages": chosen.stages[2:]}))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("stages.2.temperature=[1.0, 0.05]", "stages.2.temperature.1: .*0.1"),
        ("stages.2.critic=friendly", "stages.2.critic: .*'wgan-gp'"),
    ],
)
def test_mistakes_in_the_stage_are_named(tmp_path: Path, change: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        config(tmp_path, tmp_path, change)


def test_two_processes_equal_one(tiny_corpus: Path, whole: Path, tmp_path: Path) -> None:
    """With a Wasserstein critic; a discriminator learns in two processes in test_trainer."""
    two = tmp_path / "two"
    flags = [part for entry in settings(tiny_corpus, two) for part in ("--set", entry)]
    for process in processes.start_group(ROOT, 2, "summ.train", CONFIG, *flags, "--output", two):
        code, errors = process.end()
        assert code == 0, errors[-2000:]
    assert '"processes": 2' in (two / "run.json").read_text()
    ours, theirs = weights(whole / "model"), weights(two / "model")
    assert ours.keys() == theirs.keys() and len(ours) > 100
    for name, value in ours.items():
        # As in test_trainer: Adam may turn the last digits into a part of a learning rate a step.
        torch.testing.assert_close(theirs[name], value, rtol=0.02, atol=2e-3, msg=name)
