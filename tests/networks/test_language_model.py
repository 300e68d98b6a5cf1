"""The language model against its own distribution, written out word by word."""

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from summ.config import NetworkConfig
from summ.errors import CheckpointError, ConfigError
from summ.families.summarizer.config import NetworksConfig
from summ.families.summarizer.model import (
    SummaryModel,
    SummaryModelSettings,
    build_summary_model,
    load_summary_model,
    save_summary_model,
    with_language_model,
)
from summ.networks.language_model import LanguageModel, build_language_model
from summ.networks.policy import chosen
from summ.text.vocabulary import Vocabulary
from summ.training.objectives.likelihood import sequence_nll
from summ.types import Tokens
from tests import tiny

FACTS = tiny.facts(words=6, continuations=2)


@pytest.fixture
def model() -> LanguageModel:
    torch.manual_seed(0)
    built = tiny.language_model(FACTS)
    with torch.no_grad():  # far from uniform, so that nothing agrees by chance
        for parameter in built.parameters():
            parameter.mul_(4)
    return built.double()


@torch.no_grad()
def test_the_distribution_at_every_position_sums_to_one(model: LanguageModel) -> None:
    log_probs = model(tiny.words([8, 9, 10], [11]))
    assert log_probs.shape == (2, 4, FACTS.size)
    torch.testing.assert_close(log_probs.exp().sum(-1), torch.ones(2, 4))


@torch.no_grad()
def test_it_is_the_network_called_word_by_word(model: LanguageModel) -> None:
    """And so the nll of a sequence is the sum of what each word costs after those before it."""
    words = tiny.words([8, 14, 10, 9])
    read, costs = [tiny.BOS], []
    for word in words.ids[0].tolist():
        logits = model.network(input_ids=torch.tensor([read])).logits[0, -1]
        costs.append(float(torch.nn.functional.cross_entropy(logits, torch.tensor(word))))
        read.append(word)
    found = chosen(model(words), words)
    assert (-found[0]).tolist() == pytest.approx(costs, rel=1e-4)
    assert float(sequence_nll(found, words.mask)) == pytest.approx(sum(costs), rel=1e-4)


@torch.no_grad()
def test_a_position_knows_the_words_before_it_and_no_others(model: LanguageModel) -> None:
    ours, theirs = model(tiny.words([8, 9, 10, 11])), model(tiny.words([8, 9, 12, 13]))
    torch.testing.assert_close(ours[:, :3], theirs[:, :3])
    assert not torch.allclose(ours[:, 3], theirs[:, 3])


@torch.no_grad()
def test_padding_and_neighbours_change_nothing(model: LanguageModel) -> None:
    together = tiny.words([8, 9], [10, 11, 12, 13, 8], [9])
    log_probs = model(together)
    for row, ids in enumerate([[8, 9], [10, 11, 12, 13, 8], [9]]):
        alone = model(tiny.words(ids))[0]
        torch.testing.assert_close(log_probs[row, : len(alone)], alone)
    junk = Tokens(together.ids.masked_fill(~together.mask, 12), together.mask)
    torch.testing.assert_close(model(junk)[together.mask], log_probs[together.mask])


def test_the_unigram_is_the_share_of_each_piece(model: LanguageModel) -> None:
    """One is added to each count, so that no word is impossible."""
    assert model.unigram.tolist() == pytest.approx([-math.log(16)] * 16)
    frequencies = torch.zeros(FACTS.size, dtype=torch.long)
    frequencies[8], frequencies[tiny.EOS] = 11, 5
    model.count(frequencies)
    for piece, share in {8: 12 / 32, tiny.EOS: 6 / 32, 9: 1 / 32, 14: 1 / 32}.items():
        assert float(model.unigram[piece]) == pytest.approx(math.log(share))
    assert float(model.unigram.exp().sum()) == pytest.approx(1)


def test_words_in_and_out_share_one_table() -> None:
    network = tiny.language_model(FACTS).network
    assert network.get_input_embeddings().weight is network.get_output_embeddings().weight


def test_dropout_is_zero() -> None:
    config = {"model_type": "gpt2", "n_embd": 8, "n_layer": 1, "n_head": 2, "resid_pdrop": 0.5}
    model = build_language_model(NetworkConfig(config=config), FACTS, "eager").train()
    words = tiny.words([8, 9, 10])
    assert torch.equal(model(words), model(words))


def test_an_encoder_decoder_is_no_language_model() -> None:
    with pytest.raises(ConfigError, match=r"networks.language_model: cannot build a 't5'"):
        build_language_model(NetworkConfig(config={"model_type": "t5"}), FACTS, "eager")


@pytest.fixture(scope="module")
def summary_model(tiny_corpus: Path) -> SummaryModel:
    """Without a language model."""
    networks = NetworksConfig(
        compressor=tiny.seq2seq(), reconstructor=tiny.seq2seq(), discriminator=tiny.causal()
    )
    vocabulary = Vocabulary.load(tiny_corpus / "vocabulary")
    return build_summary_model(networks, vocabulary, SummaryModelSettings(48, 12, None), seed=1)


def test_a_machine_is_saved_and_loaded_with_its_language_model(
    summary_model: SummaryModel, tmp_path: Path
) -> None:
    richer = with_language_model(summary_model, tiny.causal(), seed=3)
    assert list(richer.networks())[-1] == "language_model" and len(richer.networks()) == 4
    assert richer.language_model is not None
    richer.language_model.count(torch.arange(summary_model.vocabulary.size))
    save_summary_model(richer, tmp_path / "model")
    loaded = load_summary_model(tmp_path / "model").language_model
    assert loaded is not None and not loaded.training
    words = Tokens.from_lists([[300, 301, 302]], summary_model.vocabulary.pad)
    with torch.no_grad():
        assert torch.equal(loaded(words), richer.language_model(words))
    assert torch.equal(loaded.unigram, richer.language_model.unigram)


def test_a_machine_without_one_is_saved_and_loaded_as_before(
    summary_model: SummaryModel, tmp_path: Path
) -> None:
    save_summary_model(summary_model, tmp_path / "model")
    assert not (tmp_path / "model" / "language_model").exists()
    assert load_summary_model(tmp_path / "model").language_model is None
    assert len(summary_model.networks()) == 3


def test_a_lost_language_model_is_no_model_without_one(
    summary_model: SummaryModel, tmp_path: Path
) -> None:
    save_summary_model(
        with_language_model(summary_model, tiny.causal(), seed=3), tmp_path / "model"
    )
    for file in (tmp_path / "model" / "language_model").iterdir():
        file.unlink()
    (tmp_path / "model" / "language_model").rmdir()
    with pytest.raises(CheckpointError, match=r"language_model/.*: missing from the model"):
        load_summary_model(tmp_path / "model")


def test_it_is_built_with_the_machine_and_from_its_seed(summary_model: SummaryModel) -> None:
    networks = NetworksConfig(
        compressor=tiny.seq2seq(),
        reconstructor=tiny.seq2seq(),
        discriminator=tiny.causal(),
        language_model=tiny.causal(),
    )
    built = build_summary_model(networks, summary_model.vocabulary, summary_model.settings, seed=1)
    again = with_language_model(replace(built, language_model=None), tiny.causal(), seed=1)
    assert built.language_model is not None and again.language_model is not None
    for key, value in built.language_model.state_dict().items():
        assert torch.equal(again.language_model.state_dict()[key], value)
    for key, value in summary_model.compressor.state_dict().items():
        assert torch.equal(built.compressor.state_dict()[key], value)


def test_the_shipped_model_loads(shipped: Path) -> None:
    """It was written before there were language models."""
    assert load_summary_model(shipped).compressor is not None
