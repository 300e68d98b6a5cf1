"""The rewards of drafts, each computed a second time by hand."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from summ.config import EncoderConfig, GruConfig
from summ.errors import CheckpointError, ConfigError
from summ.families.sentence.model import (
    build_sentence_model,
    load_sentence_model,
    save_sentence_model,
)
from summ.families.summarizer.config import RewardConfig
from summ.families.summarizer.critique import (
    Judges,
    Verdict,
    judge,
    reference_policy,
    similarity_vectors,
)
from summ.families.summarizer.model import load_summary_model
from summ.networks.language_model import LanguageModel
from summ.networks.policy import score
from summ.text.vocabulary import Vocabulary
from summ.types import Tokens
from tests import tiny

FACTS = tiny.facts(words=6, continuations=2)
MARKS = tiny.marks(FACTS)
DOCUMENTS = tiny.words([8, 9, 10, 11, 12], [13, 12, 11])
DRAFTS = tiny.words([8, 14, 9], [9], [13, 13], [12, 11])  # two of each document
NLL = torch.tensor([12.0, 6.0, 8.0, 4.0])
BUDGET = torch.tensor([2, 3])
OFF = {"length_weight": 0, "reconstruction_weight": 0, "discriminator_weight": 0}


@pytest.fixture
def language_model() -> LanguageModel:
    torch.manual_seed(0)
    model = tiny.language_model(FACTS)
    model.count(torch.arange(FACTS.size))
    return model


def bags(words: Tokens) -> Tensor:
    """A sentence vector that counts each type."""
    counts = torch.zeros(len(words), FACTS.size)
    return counts.scatter_add_(1, words.ids, words.mask.float())


def heard(language_model: LanguageModel | None, **weights: object) -> Verdict:
    config = RewardConfig.model_validate({"length_weight": 0, "reconstruction_weight": 0} | weights)
    torch.manual_seed(1)
    judges = Judges(tiny.discriminator(FACTS), language_model, bags)
    return judge(judges, config, DRAFTS, NLL, DOCUMENTS, BUDGET, MARKS)


def test_figures_belong_to_their_drafts_and_documents(language_model: LanguageModel) -> None:
    figures = heard(language_model).figures
    assert figures["reconstruction"].tolist() == [-2.0, -1.0, -2.0, -1.0]
    assert figures["length"].tolist() == [0.0, -1.0, -1.0, -1.0]
    assert figures["repetition"].tolist() == [0.0, 0.0, -1.0, 0.0]
    # Of documents of five and three pieces: 8 and 9 at 0 and 1; 9 at 1; 13 at 0; 12 and 11.
    expected = torch.tensor([-0.1, -0.2, 0.0, -0.5])
    torch.testing.assert_close(figures["position"], expected)
    cosines = torch.cosine_similarity(bags(DOCUMENTS).repeat_interleave(2, 0), bags(DRAFTS))
    torch.testing.assert_close(figures["similarity"], cosines)


@torch.no_grad()
@pytest.mark.parametrize("form", ["slor", "likelihood", "perplexity"])
def test_fluency_is_that_of_each_draft_alone(language_model: LanguageModel, form: str) -> None:
    found = heard(language_model, fluency=form, perplexity_scale=50.0).figures["fluency"]
    for row, ids in enumerate([[8, 14, 9], [9], [13, 13], [12, 11]]):
        table = language_model(tiny.words(ids))[0]
        pieces = [*ids, tiny.EOS]
        log_prob = sum(table[t, piece] for t, piece in enumerate(pieces))
        if form == "slor":
            log_prob -= sum(language_model.unigram[piece] for piece in pieces)
        expected = log_prob / len(pieces)
        if form == "perplexity":
            expected = torch.exp(-torch.exp(-expected) / 50)
        torch.testing.assert_close(found[row], expected)


def test_the_total_is_the_weighted_sum_of_the_figures(language_model: LanguageModel) -> None:
    weights = {
        "reconstruction_weight": 4.0,
        "discriminator_weight": 1.5,
        "length_weight": 0.5,
        "repetition_weight": 0.25,
        "fluency_weight": 0.7,
        "similarity_weight": 3.0,
    }
    verdict = heard(language_model, **weights)
    names = ("reconstruction", "humanness", "length", "repetition", "fluency", "similarity")
    expected = sum(
        weight * verdict.figures[name] for name, weight in zip(names, weights.values(), strict=True)
    )
    torch.testing.assert_close(verdict.total, expected)


@pytest.mark.parametrize("name", ["reconstruction", "repetition", "fluency", "similarity"])
def test_a_reward_of_the_draft_is_credited_to_each_of_its_words(
    language_model: LanguageModel, name: str
) -> None:
    verdict = heard(language_model, discriminator_weight=0, **{f"{name}_weight": 2.0})
    for row, mask in enumerate(DRAFTS.mask):
        assert verdict.credit[row][mask].tolist() == pytest.approx(
            [2.0 * float(verdict.figures[name][row])] * int(mask.sum())
        )
        assert not verdict.credit[row][~mask].any()


@torch.no_grad()
def test_fluency_by_word_credits_a_word_with_what_follows_it(
    language_model: LanguageModel,
) -> None:
    """In the draft ``8 14 9 .`` with a discount of 1: all pieces from the word on."""
    weights = {"discriminator_weight": 0, "discount": 1.0, "fluency_weight": 2.0}
    verdict = heard(language_model, fluency_credit="word", **weights)
    table = language_model(tiny.words([8, 14, 9]))[0]
    lifts = [
        float(table[t, piece] - language_model.unigram[piece])
        for t, piece in enumerate([8, 14, 9, tiny.EOS])
    ]
    expected = [2 * sum(lifts[t:]) for t in range(4)]
    assert verdict.credit[0].tolist() == pytest.approx(expected, rel=1e-4)
    # What models are chosen by stays the mean over the draft.
    torch.testing.assert_close(verdict.total, 2 * verdict.figures["fluency"])


def test_judges_that_are_not_there_are_not_heard() -> None:
    assert set(heard(None, fluency_weight=0).figures) == {
        "reconstruction",
        "humanness",
        "length",
        "repetition",
        "position",
        "similarity",
    }


def test_perplexity_has_no_credit_by_word() -> None:
    with pytest.raises(ValueError, match="fluency_credit must be 'draft'"):
        RewardConfig(fluency="perplexity", fluency_credit="word")


@torch.no_grad()
def test_the_reference_says_how_likely_each_draft_is() -> None:
    """Against each draft scored alone, for its own document and budget."""
    torch.manual_seed(2)
    compressor = tiny.compressor(FACTS)
    judges = Judges(tiny.discriminator(FACTS), reference=compressor)
    weights = RewardConfig.model_validate(OFF | {"reference_weight": 2, "reference": "any"})
    verdict = judge(judges, weights, DRAFTS, NLL, DOCUMENTS, BUDGET, MARKS)
    for row in range(4):
        draft, source = (w.rows(slice(i, i + 1)) for w, i in ((DRAFTS, row), (DOCUMENTS, row // 2)))
        encoded = compressor.read(source, BUDGET[row // 2 : row // 2 + 1])
        expected = score(compressor, encoded, draft, MARKS).log_probs.mean()
        torch.testing.assert_close(verdict.figures["reference"][row], expected)
    torch.testing.assert_close(verdict.total, 2 * verdict.figures["reference"])


def test_a_reference_must_be_able_to_say_the_drafts(
    summary_model_folder: Path, tmp_path: Path
) -> None:
    cpu = torch.device("cpu")
    summary_model = load_summary_model(summary_model_folder)
    assert reference_policy(RewardConfig(), summary_model, cpu) is None
    weights = RewardConfig(reference=summary_model_folder)
    found = reference_policy(weights, summary_model, cpu)
    assert found is not None and not any(p.requires_grad for p in found.parameters())
    narrower = replace(summary_model, settings=replace(summary_model.settings, shortlist=(9,)))
    with pytest.raises(ConfigError, match="vocabulary or shortlist is not the machine's"):
        reference_policy(weights, narrower, cpu)
    with pytest.raises(CheckpointError, match="nowhere"):
        reference_policy(RewardConfig(reference=tmp_path / "nowhere"), summary_model, cpu)
    with pytest.raises(ValueError, match="reference_weight needs 'reference'"):
        RewardConfig(reference_weight=1.0)


@pytest.fixture(scope="module")
def vocabulary(tiny_corpus: Path) -> Vocabulary:
    return Vocabulary.load(tiny_corpus / "vocabulary")


@pytest.fixture(scope="module")
def encoder(vocabulary: Vocabulary, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an untrained sentence encoder that reads eight pieces."""
    folder = tmp_path_factory.mktemp("encoder") / "model"
    config = EncoderConfig(gru=GruConfig(embedding=8, hidden=8), pooling="last", max_pieces=8)
    save_sentence_model(build_sentence_model(config, vocabulary, seed=1), folder)
    return folder


@torch.no_grad()
def test_the_encoder_reads_ids_as_it_reads_texts(vocabulary: Vocabulary, encoder: Path) -> None:
    """Long documents are cut as its own reader cuts them: the end mark stays."""
    texts = ["The mayor opened the new bridge over the river on Monday morning.", "The mayor."]
    rows = [[*ids, vocabulary.eos] for ids in vocabulary.encode(texts)]
    assert len(rows[0]) > 8 > len(rows[1])
    weights = RewardConfig(similarity_weight=1.0, similarity_encoder=encoder)
    vectors = similarity_vectors(weights, vocabulary, torch.device("cpu"), load_sentence_model)
    assert vectors is not None
    model = load_sentence_model(encoder)
    torch.testing.assert_close(
        vectors(Tokens.from_lists(rows, vocabulary.pad)), model.vectors(model.read(texts))
    )


@torch.no_grad()
def test_an_encoder_with_another_vocabulary_reads_the_text(
    encoder: Path, summary_model_folder: Path
) -> None:
    other = Vocabulary.load(summary_model_folder / "vocabulary")
    texts = ["The mayor opened the new bridge on Monday.", "The mayor."]
    rows = [[*ids, other.eos] for ids in other.encode(texts)]
    vectors = similarity_vectors(
        RewardConfig(similarity_encoder=encoder), other, torch.device("cpu"), load_sentence_model
    )
    model = load_sentence_model(encoder)
    assert vectors is not None and model.vocabulary.pieces() != other.pieces()
    found = vectors(Tokens.from_lists(rows, other.pad))
    read = [other.decode(row) for row in rows]  # what the machine knows of them
    torch.testing.assert_close(found, model.vectors(model.read(read)))


def test_an_encoder_of_unfolded_text_is_refused(encoder: Path, summary_model_folder: Path) -> None:
    other = replace(Vocabulary.load(summary_model_folder / "vocabulary"), folding=False)
    weights = RewardConfig(similarity_encoder=encoder)
    with pytest.raises(ConfigError, match=r"only one of it and the machine folds"):
        similarity_vectors(weights, other, torch.device("cpu"), load_sentence_model)


def test_without_a_weight_no_encoder_is_loaded(vocabulary: Vocabulary, tmp_path: Path) -> None:
    cpu = torch.device("cpu")
    assert similarity_vectors(RewardConfig(), vocabulary, cpu, load_sentence_model) is None
    missing = RewardConfig(similarity_weight=1.0, similarity_encoder=tmp_path / "nowhere")
    with pytest.raises(CheckpointError, match="nowhere"):
        similarity_vectors(missing, vocabulary, cpu, load_sentence_model)
