"""The critique of summaries and the rewards of drafts, each computed a second time by hand."""

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from summ.errors import CheckpointError, ConfigError
from summ.families.summarizer.config import RewardConfig
from summ.families.summarizer.critics import Critics, load_critics
from summ.families.summarizer.critique import critique, nll_per_word
from summ.families.summarizer.model import (
    SummaryModel,
    load_summary_model,
    save_summary_model,
    with_salience,
)
from summ.families.summarizer.rewarded_drafts import RewardedDrafts, reward_drafts
from summ.networks.language_model import LanguageModel
from summ.networks.policy import score
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


def rewarded(language_model: LanguageModel | None, **weights: object) -> RewardedDrafts:
    config = RewardConfig.model_validate({"length_weight": 0, "reconstruction_weight": 0} | weights)
    torch.manual_seed(1)
    critics = Critics(
        MARKS,
        tiny.discriminator(FACTS),
        language_model=language_model,
        sentence_vectors=bags,
    )
    return reward_drafts(critics, config, DRAFTS, NLL, DOCUMENTS, BUDGET)


def test_figures_belong_to_their_drafts_and_documents(language_model: LanguageModel) -> None:
    figures = rewarded(language_model).figures
    assert figures["reconstruction"].tolist() == [-2.0, -1.0, -2.0, -1.0]
    assert figures["length"].tolist() == [0.0, -1.0, -1.0, -1.0]
    assert figures["repetition"].tolist() == [0.0, 0.0, -1.0, 0.0]
    # Of documents of five and three pieces: 8 and 9 at 0 and 1; 9 at 1; 13 at 0; 12 and 11.
    expected = torch.tensor([-0.1, -0.2, 0.0, -0.5])
    torch.testing.assert_close(figures["position"], expected)
    cosines = torch.cosine_similarity(bags(DOCUMENTS).repeat_interleave(2, 0), bags(DRAFTS))
    torch.testing.assert_close(figures["similarity"], cosines)


@torch.no_grad()
def test_fluency_is_that_of_each_draft_alone(language_model: LanguageModel) -> None:
    critics = Critics(MARKS, language_model=language_model)
    found = critique(critics, DOCUMENTS, DRAFTS)
    assert found.fluency is not None and found.language_model_nll is not None
    for row, ids in enumerate([[8, 14, 9], [9], [13, 13], [12, 11]]):
        table = language_model(tiny.words(ids))[0]
        pieces = [*ids, tiny.EOS]
        log_prob = sum(table[t, piece] for t, piece in enumerate(pieces))
        torch.testing.assert_close(found.language_model_nll[row], -log_prob)
        log_prob -= sum(language_model.unigram[piece] for piece in pieces)
        torch.testing.assert_close(found.fluency[row], log_prob / len(pieces))


@torch.no_grad()
def test_humanness_is_a_probability_and_its_reward_is_not(language_model: LanguageModel) -> None:
    """One scale under each name: D of every prefix, its mean, and 2 D - 1 of that."""
    torch.manual_seed(1)
    discriminator = tiny.discriminator(FACTS)
    found = critique(Critics(MARKS, discriminator), DOCUMENTS, DRAFTS)
    assert found.prefix_humanness is not None and found.humanness is not None
    figures = rewarded(language_model).figures
    for row, ids in enumerate([[8, 14, 9], [9], [13, 13], [12, 11]]):
        expected = discriminator(tiny.words(ids))[0].sigmoid()
        torch.testing.assert_close(found.prefix_humanness[row, : len(ids) + 1], expected)
        torch.testing.assert_close(found.humanness[row], expected.mean())
        torch.testing.assert_close(figures["humanness_reward"][row], 2 * expected.mean() - 1)
    assert not found.prefix_humanness[~DRAFTS.mask].any()


@torch.no_grad()
def test_summaries_may_name_their_sources_in_any_order() -> None:
    """Each as if it were the only one, of the row that it names."""
    torch.manual_seed(1)
    critics = Critics(
        MARKS, tiny.discriminator(FACTS), tiny.reconstructor(FACTS), sentence_vectors=bags
    )
    rows = torch.tensor([1, 0, 1, 1])
    together = critique(critics, DOCUMENTS, DRAFTS, rows, budget=BUDGET)
    for row in range(4):
        source = slice(int(rows[row]), int(rows[row]) + 1)
        alone = critique(
            critics, DOCUMENTS.rows(source), DRAFTS.rows(slice(row, row + 1)), budget=BUDGET[source]
        )
        for name in ("source_nll", "reconstruction", "humanness", "similarity", "length", "words"):
            torch.testing.assert_close(getattr(together, name)[row], getattr(alone, name)[0])
        torch.testing.assert_close(together.position[row], alone.position[0])


def test_whole_words_are_repeated_and_new() -> None:
    """Of pieces 8 to 13, which begin words, and 14 and 15, which continue one."""
    sources = tiny.words([8, 14, 9, 10], [11])
    summaries = tiny.words([8, 14, 8, 8, 15, 8, 14], [9, 9, 12, 12], [10, 14], [])
    critics = Critics(MARKS, content_word=lambda word: word != (12,))
    found = critique(critics, sources, summaries)
    assert found.words.tolist() == [4, 4, 1, 0]
    # "8 14" twice; that "8" and "8 15" begin alike is no repetition.
    assert found.repetition.tolist() == [-1, -2, 0, 0]
    assert found.novelty is not None
    # "8" and "8 15"; nothing ("12" is a function word) but "9" of the first source; "10 14".
    assert found.novelty.tolist() == [-2, 0, -1, 0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Japan's bank, it said, won't move.", 6),
        ("  the end .  ", 3),
        ("\u65e5\u672c", 2),
    ],
)
def test_nll_per_word_counts_words_as_readers_do(text: str, words: int) -> None:
    assert nll_per_word(12.0, text) == pytest.approx(12.0 / words)
    assert math.isnan(nll_per_word(0.0, " "))


def test_the_total_is_the_weighted_sum_of_the_figures(language_model: LanguageModel) -> None:
    weights = {
        "reconstruction_weight": 4.0,
        "discriminator_weight": 1.5,
        "length_weight": 0.5,
        "repetition_weight": 0.25,
        "fluency_weight": 0.7,
        "similarity_weight": 3.0,
    }
    found = rewarded(language_model, **weights)
    names = ("reconstruction", "humanness_reward", "length", "repetition", "fluency", "similarity")
    expected = sum(
        weight * found.figures[name] for name, weight in zip(names, weights.values(), strict=True)
    )
    torch.testing.assert_close(found.total, expected)


@pytest.mark.parametrize("name", ["reconstruction", "repetition", "fluency", "similarity"])
def test_a_reward_of_the_draft_is_credited_to_each_of_its_words(
    language_model: LanguageModel, name: str
) -> None:
    found = rewarded(language_model, discriminator_weight=0, **{f"{name}_weight": 2.0})
    for row, mask in enumerate(DRAFTS.mask):
        assert found.credit[row][mask].tolist() == pytest.approx(
            [2.0 * float(found.figures[name][row])] * int(mask.sum())
        )
        assert not found.credit[row][~mask].any()


def test_absent_critics_give_no_reward() -> None:
    assert set(rewarded(None, fluency_weight=0).figures) == {
        "reconstruction",
        "humanness_reward",
        "length",
        "repetition",
        "position",
        "similarity",
    }


@torch.no_grad()
def test_the_reference_says_how_likely_each_draft_is() -> None:
    """Against each draft scored alone, for its own document and budget."""
    torch.manual_seed(2)
    compressor = tiny.compressor(FACTS)
    critics = Critics(MARKS, tiny.discriminator(FACTS), reference=compressor)
    weights = RewardConfig.model_validate(OFF | {"reference_weight": 2, "reference": "any"})
    found = reward_drafts(critics, weights, DRAFTS, NLL, DOCUMENTS, BUDGET)
    for row in range(4):
        draft, source = (w.rows(slice(i, i + 1)) for w, i in ((DRAFTS, row), (DOCUMENTS, row // 2)))
        encoded = compressor.read(source, BUDGET[row // 2 : row // 2 + 1])
        expected = score(compressor, encoded, draft, MARKS).log_probs.mean()
        torch.testing.assert_close(found.figures["reference"][row], expected)
    torch.testing.assert_close(found.total, 2 * found.figures["reference"])


def test_a_reference_must_be_able_to_say_the_drafts(
    summary_model_folder: Path, tmp_path: Path
) -> None:
    cpu = torch.device("cpu")
    summary_model = load_summary_model(summary_model_folder)
    assert load_critics(RewardConfig(), summary_model, cpu).reference is None
    weights = RewardConfig(reference=summary_model_folder)
    found = load_critics(weights, summary_model, cpu).reference
    assert found is not None and not any(p.requires_grad for p in found.parameters())
    narrower = replace(summary_model, settings=replace(summary_model.settings, shortlist=(9,)))
    with pytest.raises(ConfigError, match="vocabulary or shortlist is not that of the model"):
        load_critics(weights, narrower, cpu)
    with pytest.raises(CheckpointError, match="nowhere"):
        load_critics(RewardConfig(reference=tmp_path / "nowhere"), summary_model, cpu)
    with pytest.raises(ValueError, match="reference_weight needs 'reference'"):
        RewardConfig(reference_weight=1.0)


def test_a_folder_named_twice_is_loaded_once(
    summary_model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary_model = load_summary_model(summary_model_folder)
    shares = torch.zeros(summary_model.vocabulary.size)
    save_summary_model(with_salience(summary_model, shares, hidden=4, seed=1), tmp_path / "both")
    loaded: list[Path] = []

    def load(folder: Path, device: torch.device) -> SummaryModel:
        loaded.append(folder)
        return load_summary_model(folder, device)

    monkeypatch.setattr("summ.families.summarizer.critics.load_summary_model", load)
    weights = RewardConfig(reference=tmp_path / "both", salience=tmp_path / "both")
    critics = load_critics(weights, summary_model, torch.device("cpu"))
    assert critics.salience is not None and critics.salience.compressor is critics.reference
    assert loaded == [tmp_path / "both"]
