"""Runs that predict salience: it is added, trained alone, kept, and rewards drafts."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from summ.data.corpus import Corpus
from summ.data.leads import commonness
from summ.data.prose import Prose, prepare_prose
from summ.errors import ConfigError
from summ.families import task, train
from summ.families.summarizer.critics import load_critics
from summ.families.summarizer.model import load_summary_model
from summ.types import Tokens
from tests.families.summarizer.test_task import REWARDED, config, entries

NAMES = [a + b for a in ("Vera", "Lom", "Dra", "Olt", "Hol", "Kost") for b in ("nia", "ask", "vo")]
NAMES += [a + b for a in ("Mil", "Bren", "Sar", "Tul", "Ger") for b in ("ov", "ta", "ec", "im")]


def articles(count: int) -> list[str]:
    """Of the two names of each lead the rest takes up the one that is said to act."""
    rng = np.random.default_rng(0)
    texts = []
    for _ in range(count):
        one, two = rng.choice(NAMES, size=2, replace=False)
        lead = f"The mayor of {one} sued a company from {two} on Monday."
        rest = f"It was not the first time. {one} had lost before. The court will decide in {one}."
        texts.append(f"{lead} {rest}")
    return texts


@pytest.fixture(scope="module")
def prose(tiny_corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("wire")
    records = (json.dumps({"text": text}) + "\n" for text in articles(300))
    (place / "wire.jsonl").write_text("".join(records))
    prepare_prose([place / "wire.jsonl"], place / "wire", vocabulary=tiny_corpus / "vocabulary")
    return place / "wire"


def guessed(prose: Path, **changes: object) -> dict:
    stage = {"name": "salient", "kind": "salience", "prose": str(prose), "sentences": 16}
    optimizer = {"learning_rate": 1e-2, "warmup_steps": 2}
    return stage | {"steps": 60, "hidden": 16, "optimizer": optimizer} | changes


@pytest.fixture(scope="module")
def trained(tiny_corpus: Path, prose: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of two stages: maximum likelihood, then salience."""
    folder = tmp_path_factory.mktemp("salient")
    first = {"name": "first", "kind": "pretrain", "steps": 1, "optimizer": {"learning_rate": 1e-4}}
    train(config(tiny_corpus, folder, [first, guessed(prose)]))
    return folder


def test_it_is_added_to_a_model_and_nothing_else_learns(trained: Path, prose: Path) -> None:
    before, after = (
        load_summary_model(trained / "stages" / "first"),
        load_summary_model(trained / "model"),
    )
    for name in ("compressor", "reconstructor", "discriminator"):
        theirs = after.networks()[name].state_dict()
        for key, value in before.networks()[name].state_dict().items():
            assert torch.equal(theirs[key], value)
    log = entries(trained)
    held_out = [
        e["held_out/salience_nll_per_telling_word"]
        for e in log
        if "held_out/salience_nll_per_telling_word" in e
    ]
    # Of the two names in a lead one is repeated: who does not read the order has log 2 = 0.69 nats
    # a name, which is about what an untrained layer begins with; who reads it has none.
    first = next(
        e["salience/nll_per_telling_word"] for e in log if "salience/nll_per_telling_word" in e
    )
    assert held_out[-1] < 0.5 * first
    assert after.salience is not None
    shares = commonness(Prose.open(prose))
    np.testing.assert_allclose(after.salience.commonness.numpy(), shares, rtol=1e-6)


@torch.no_grad()
def test_it_predicts_what_an_article_is_about_from_its_lead(trained: Path) -> None:
    summary_model = load_summary_model(trained / "model")
    assert summary_model.salience is not None
    for one, two in zip(NAMES, NAMES[3:], strict=False):
        lead = f"The mayor of {one} sued a company from {two} on Monday."
        ids = [*summary_model.vocabulary.encode([lead])[0], summary_model.vocabulary.eos]
        words = Tokens.from_lists([ids, ids], summary_model.vocabulary.pad)
        lifts = summary_model.salience.lifts(
            summary_model.salience.read(summary_model.compressor, words), words
        )
        drafts = [
            [*ids, summary_model.vocabulary.eos]
            for ids in summary_model.vocabulary.encode([one, two])
        ]
        found = summary_model.salience.coverage(
            Tokens.from_lists(drafts, summary_model.vocabulary.pad), words, lifts
        )
        assert found[0] > 0.5 and found[1] < 0.3


def test_its_reward_needs_a_model_that_predicts_it(
    tiny_corpus: Path, trained: Path, tmp_path: Path
) -> None:
    weights = {"salience_weight": 2.0, "salience": str(trained / "model")}
    run = config(tiny_corpus, tmp_path / "run", [REWARDED | {"reward": weights}])
    model = load_summary_model(train(run))
    assert model.salience is None  # its own salience is not needed
    shown = [entry for entry in entries(run.output) if "reward/salience" in entry]
    assert shown and all(abs(entry["reward/salience"]) < 12 for entry in shown)
    run = config(tiny_corpus, tmp_path / "other", [REWARDED | {"reward": {}}])
    silent = weights | {"salience": str(train(run))}
    refused = config(tiny_corpus, tmp_path / "refused", [REWARDED | {"reward": silent}])
    with pytest.raises(ConfigError, match="it predicts no salience"):
        task(refused, torch.device("cpu")).begin(0, 1)
    with pytest.raises(ValueError, match="salience_weight needs 'salience'"):
        config(tiny_corpus, tmp_path, [REWARDED | {"reward": {"salience_weight": 1.0}}])


def test_the_salience_of_a_draft_is_that_of_the_named_model(
    trained: Path, tiny_corpus: Path
) -> None:
    """Whatever the compressor that learns has become."""
    summary_model = load_summary_model(trained / "model")
    reward = {"salience_weight": 1.0, "salience": str(trained / "model")}
    [stage] = config(tiny_corpus, trained, [REWARDED | {"reward": reward}]).stages
    critic = load_critics(stage.reward, summary_model, torch.device("cpu")).salience
    assert critic is not None
    source = Corpus.open(tiny_corpus).documents.ids(0).tolist()
    words = Tokens.from_lists(
        [[*source, summary_model.vocabulary.eos]], summary_model.vocabulary.pad
    )
    row = torch.zeros(1, dtype=torch.long)
    before = critic(words, words, row)
    thrice = critic(words.repeat(3), words, row.repeat(3))
    assert torch.equal(thrice, before.repeat(3)), "three drafts of one"
    with torch.no_grad():
        for value in summary_model.compressor.parameters():
            value.zero_()
    assert torch.equal(critic(words, words, row), before)


def test_what_cannot_be_trained_is_refused(tiny_corpus: Path, prose: Path, tmp_path: Path) -> None:
    def begin(stage: dict, shards: int = 1) -> None:
        task(config(tiny_corpus, tmp_path, [stage]), torch.device("cpu")).begin(0, shards)

    (tmp_path / "other.txt").write_text(" ".join(articles(20)))
    prepare_prose([tmp_path / "other.txt"], tmp_path / "other", 400)
    with pytest.raises(ConfigError, match="is not in the model's vocabulary"):
        begin(guessed(tmp_path / "other"))
    with pytest.raises(ValueError, match="discriminator_every"):
        begin(guessed(prose, discriminator_every=1))
    with pytest.raises(ConfigError, match="16 sentences cannot be shared equally by 3 parts"):
        begin(guessed(prose), shards=3)
