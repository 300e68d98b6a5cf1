"""A run whose drafts pretrained networks reward, and the model that says so."""

from pathlib import Path

import pytest
import torch
from pydantic import ValidationError

from summ.data.corpus import Corpus
from summ.families import train
from summ.families.summarizer.config import RewardConfig
from summ.families.summarizer.critics import load_critics
from summ.families.summarizer.critique import critique
from summ.families.summarizer.model import load_summary_model, save_summary_model
from summ.networks.pretrained_fluency import PretrainedFluency
from summ.networks.pretrained_similarity import PretrainedSimilarity
from summ.types import Tokens
from tests import checkpoints
from tests.families.summarizer.test_task import REWARDED, config, entries


def test_what_pretrained_networks_say_is_the_reward(tiny_corpus: Path, tmp_path: Path) -> None:
    """In the critique, line by line; in the run, by its log; in the model, by its card."""
    judge, encoder = checkpoints.causal(tmp_path / "lm"), checkpoints.encoder(tmp_path / "bert")
    named = {"fluency": str(judge), "similarity": str(encoder)}
    reward = named | {"fluency_weight": 0.5, "similarity_weight": 2.0}
    run = config(tiny_corpus, tmp_path / "run", [REWARDED | {"reward": reward, "steps": 1}])
    model = load_summary_model(train(run))
    final = entries(run.output)[-1]
    weights = {"reconstruction": 4.0, "humanness_reward": 1.5, "length": 1.0}
    weights |= {"fluency": 0.5, "similarity": 2.0}
    expected = sum(weight * final[f"held_out/{name}"] for name, weight in weights.items())
    assert final["held_out/reward"] == pytest.approx(expected, rel=1e-5)

    assert model.settings.judges == named
    card = (run.output / "model" / "README.md").read_text()
    assert f"fluency: {judge}" in card and f"similarity: {encoder}" in card
    save_summary_model(model, tmp_path / "again")  # whoever goes on from it says so, too
    assert load_summary_model(tmp_path / "again").settings.judges == named

    vocabulary = Corpus.open(tiny_corpus).vocabulary
    lines = ["the mayor opened a bridge", "police closed the tunnel on monday"]
    words = Tokens.from_lists(
        [[*ids, vocabulary.eos] for ids in vocabulary.encode(lines)], vocabulary.pad
    )
    critics = load_critics(RewardConfig.model_validate(reward), model, torch.device("cpu"))
    found = critique(critics, words.rows(slice(0, 1)), words)
    fluency = PretrainedFluency.load(judge).log_probs_per_word(lines)
    assert found.fluency is not None and found.similarity is not None
    torch.testing.assert_close(found.fluency, fluency)
    cosines = PretrainedSimilarity.load(encoder).cosines(lines[0], lines)
    torch.testing.assert_close(found.similarity, cosines)


def test_one_judge_of_similarity() -> None:
    with pytest.raises(ValidationError, match="either 'similarity' or 'similarity_encoder'"):
        RewardConfig.model_validate({"similarity": "owner/name", "similarity_encoder": "mine"})


def test_a_judge_without_a_weight_has_no_part() -> None:
    named = {"fluency": "owner/lm", "similarity": "owner/encoder", "similarity_weight": 1}
    judges = RewardConfig.model_validate(named).pretrained_judges()
    assert judges == {"similarity": "owner/encoder"}
