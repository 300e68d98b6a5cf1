"""Salience: what it counts in a draft, word by word and by hand; and that a machine keeps it."""

from pathlib import Path

import pytest
import torch

from summ.errors import CheckpointError
from summ.families.summarizer.model import load_summary_model, save_summary_model, with_salience
from summ.networks.salience import COMMON, Salience
from summ.types import Tokens
from tests import tiny

FACTS = tiny.facts(words=6, continuations=2)
SOURCES = tiny.words([8, 9, 14, 10, 8], [11, 12, 13, 15])
LIFTS = torch.tensor([[0.1, 0.4, 9.0, -0.3, 0.5, 9.0], [0.7, 0.0, 0.25, 9.0, 9.0, 9.0]])


@pytest.mark.parametrize(
    ("draft", "row", "expected"),
    [
        ([8], 0, 0.5),  # of its two places the better
        ([9, 14], 0, 0.4),  # a word of two pieces
        ([9], 0, 0.0),  # only the beginning of one
        ([9, 15], 0, 0.0),  # another word with the same beginning
        ([10], 0, -0.3),
        ([8, 10, 8], 0, 0.5 - 0.3),  # said once is enough
        ([9, 14, 10, 9, 14], 0, 0.4 - 0.3),
        ([13, 15, 11], 1, 0.25 + 0.7),
        ([13, 11], 1, 0.7),
        ([8, 9, 10], 1, 0.0),  # of another source
        ([], 1, 0.0),
    ],
)
def test_a_draft_counts_what_it_says_of_its_own_source(
    draft: list[int], row: int, expected: float
) -> None:
    """Alone, and beside a longer one."""
    for others in ([], [[13, 12, 11, 8, 9, 10]]):
        drafts = tiny.words(draft, *others)
        rows = torch.tensor([row, *(1 for _ in others)])
        sources = SOURCES.rows(rows)
        lifts = LIFTS[rows][:, : sources.ids.shape[1]]
        found = Salience(4, 3, FACTS).coverage(drafts, sources, lifts)
        assert float(found[0]) == pytest.approx(expected)


def test_what_is_common_lifts_nothing() -> None:
    torch.manual_seed(0)
    salience = Salience(4, 3, FACTS)
    salience.commonness[8:13] = torch.tensor([COMMON + 0.01, 0.05, 0.0, 0.9, 1.0])
    # 9 as a word and as the beginning of one; 11 14 is rarer than 11; no word with 12 tells.
    words, states = tiny.words([8, 9, 10, 9, 14, 11, 14, 12, 14], [11]), torch.randn(2, 10, 4)
    chances = salience(states).sigmoid().detach()[0].tolist()
    lifts = salience.lifts(states, words)
    expected = [0.0, chances[1] - 0.05, chances[2], chances[3], 0.0, chances[5], 0.0, 0.0, 0.0, 0.0]
    assert lifts[0].tolist() == pytest.approx(expected)
    assert not lifts[1].any()
    assert salience.telling(words)[0].tolist() == [value != 0 for value in expected]


def test_it_reads_each_word_where_it_stands() -> None:
    """And so neither the length prompt before nor the padding behind shifts anything."""
    torch.manual_seed(0)
    compressor = tiny.compressor(FACTS)
    salience = Salience(16, 3, FACTS)
    together = salience.read(compressor, SOURCES)
    assert together.shape[:2] == SOURCES.ids.shape
    alone = salience.read(compressor, tiny.words([11, 12, 13, 15]))[0]
    torch.testing.assert_close(together[1, :5], alone)
    ids = torch.tensor([[tiny.PROMPTS[-1], 11, 12, 13, 15, tiny.EOS]])
    states = compressor.network.get_encoder()(input_ids=ids).last_hidden_state[0, 1:]
    torch.testing.assert_close(alone[:2], states[:2])
    torch.testing.assert_close(alone[2:4], states[2:4].mean(dim=0).expand(2, -1))
    torch.testing.assert_close(alone[4], states[4])


def test_a_machine_is_saved_and_loaded_with_it(summary_model_folder: Path, tmp_path: Path) -> None:
    model = load_summary_model(summary_model_folder)
    assert model.salience is None
    shares = torch.linspace(0, 1, model.vocabulary.size)
    richer = with_salience(model, shares, hidden=5, seed=3)
    assert list(richer.networks())[-1] == "salience"
    words = Tokens.from_lists([[300, 301, 302]], model.vocabulary.pad)
    assert richer.salience is not None
    states = richer.salience.read(model.compressor, words)
    before = richer.salience.lifts(states, words)
    for dtype in (torch.float32, torch.int8):
        folder = tmp_path / str(dtype)
        save_summary_model(richer, folder, dtype)
        loaded = load_summary_model(folder).salience
        assert loaded is not None and not loaded.training
        assert torch.equal(loaded.lifts(states, words), before)
        (folder / "salience" / "weights.safetensors").write_bytes(b"")
        with pytest.raises(CheckpointError, match=r"salience/weights.safetensors"):
            load_summary_model(folder)
