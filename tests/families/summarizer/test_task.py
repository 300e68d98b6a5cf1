"""Runs with a language model: it is added, trained alone, kept, and rewards drafts."""

import json
from pathlib import Path

import pytest
import torch

from summ.data.corpus import Corpus
from summ.errors import ConfigError
from summ.families import load_run, task, train
from summ.families.summarizer.config import SummarizerRun
from summ.families.summarizer.model import load_summary_model
from tests import tiny

CONFIG = Path(__file__).parents[3] / "configs" / "tiny.yaml"
NETWORK = {"config": {"model_type": "gpt2", "n_embd": 16, "n_layer": 1, "n_head": 2}}
FLUENT = {
    "name": "fluent",
    "kind": "language-model",
    "steps": 30,
    "network": NETWORK,
    "optimizer": {"learning_rate": 1e-2, "warmup_steps": 2},
}
REWARDED = {
    "name": "rewarded",
    "kind": "reinforce",
    "steps": 2,
    "discriminator_every": 1,
    "optimizer": {"learning_rate": 1e-4},
    "reward": {"fluency_weight": 0.5},
}


def config(corpus: Path, output: Path, stages: list[dict], **changes: object) -> SummarizerRun:
    short = ["validation_documents=8", "data.documents=4", "data.sentences=8", "log_every=1"]
    short += tiny.SMALL_RUN
    values = load_run(CONFIG, [*short, f"data.corpus={corpus}", f"output={output}"])
    return SummarizerRun.model_validate(values.model_dump() | {"stages": stages} | changes)


def entries(output: Path) -> list[dict]:
    return [json.loads(line) for line in (output / "metrics.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def start(tiny_corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder without a language model."""
    run = config(tiny_corpus, tmp_path_factory.mktemp("start"), [REWARDED | {"reward": {}}])
    folder = run.output / "model"
    task(run, torch.device("cpu")).save(folder, 0)
    return folder


def test_it_is_added_to_a_model_and_nothing_else_learns(
    tiny_corpus: Path, start: Path, tmp_path: Path
) -> None:
    run = config(tiny_corpus, tmp_path, [FLUENT], networks=None, start_from=start)
    before, after = load_summary_model(start), load_summary_model(train(run))
    for name, network in before.networks().items():
        for key, value in network.state_dict().items():
            assert torch.equal(after.networks()[name].state_dict()[key], value)
    assert after.language_model is not None
    log = entries(tmp_path)
    held_out = [e["held_out/language_model_nll_per_piece"] for e in log if "held_out" in str(e)]
    # Untrained, log 500 = 6.2 nats a piece; 1.2 nats less make each e^1.2 = 3.4 times as likely.
    assert held_out[-1] < 0.8 * log[0]["language_model/nll_per_piece"]
    assert not any("held_out/reward" in entry for entry in log)
    corpus = Corpus.open(tiny_corpus)
    found = after.language_model.unigram.exp()
    counted = corpus.frequencies[0]
    total = counted.sum() + len(corpus.documents) + corpus.vocabulary.size
    assert float(found[300]) == pytest.approx((counted[300] + 1) / total, rel=1e-4)
    ends = float(found[corpus.vocabulary.eos])
    assert ends == pytest.approx((len(corpus.documents) + 1) / total, rel=1e-4)


def test_its_fluency_is_a_reward_and_it_does_not_move(
    tiny_corpus: Path, start: Path, tmp_path: Path
) -> None:
    stages = [FLUENT | {"steps": 3}, REWARDED]
    run = config(tiny_corpus, tmp_path, stages, networks=None, start_from=start)
    trained, rewarded = train(run).parent / "stages" / "fluent", tmp_path / "model"
    first, last = (load_summary_model(folder).language_model for folder in (trained, rewarded))
    assert first is not None and last is not None
    for key, value in first.state_dict().items():
        assert torch.equal(last.state_dict()[key], value)
    final = entries(tmp_path)[-1]
    weights = {"reconstruction": 4.0, "humanness_reward": 1.5, "length": 1.0, "fluency": 0.5}
    expected = sum(weight * final[f"held_out/{name}"] for name, weight in weights.items())
    assert final["held_out/reward"] == pytest.approx(expected, rel=1e-5)
    assert "reward/fluency" in str(entries(tmp_path))


def test_it_learns_beside_the_others_from_the_beginning(tiny_corpus: Path, tmp_path: Path) -> None:
    networks = load_run(CONFIG).networks
    assert networks is not None
    stage = {"name": "warm", "kind": "pretrain", "steps": 1, "optimizer": {"learning_rate": 1e-2}}
    given = networks.model_dump() | {"language_model": NETWORK}
    run = config(tiny_corpus, tmp_path, [stage], networks=given)
    before = task(run, torch.device("cpu")).networks()["language_model"].state_dict()
    after = load_summary_model(train(run)).networks()["language_model"].state_dict()
    moved = [key for key, value in before.items() if not torch.equal(after[key], value)]
    assert len(moved) > 5


def test_fluency_without_a_language_model_is_refused(
    tiny_corpus: Path, start: Path, tmp_path: Path
) -> None:
    for stage in (REWARDED, {k: v for k, v in FLUENT.items() if k != "network"}):
        run = config(
            tiny_corpus, tmp_path / str(stage["name"]), [stage], networks=None, start_from=start
        )
        with pytest.raises(ConfigError, match="the model has no language model"):
            train(run)


def test_a_language_model_stage_draws_no_drafts(tiny_corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="discriminator_every"):
        config(tiny_corpus, tmp_path, [FLUENT | {"discriminator_every": 2}])
