"""The machine's side of summarizing, on an untrained machine: promises hold for any weights."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from summ.families.summarizer.model import load_summary_model
from summ.networks.policy import score
from summ.pipelines.compress import ModelCompressor
from summ.pipelines.decoding_options import DecodingOptions
from summ.pipelines.search import Hypothesis
from summ.text.folding import fold
from summ.text.languages.en import LEANING
from summ.text.words import count_words
from summ.types import Tokens
from tests.conftest import STORIES


@pytest.fixture(scope="module")
def compressor(summary_model_folder) -> ModelCompressor:
    return ModelCompressor(load_summary_model(summary_model_folder))


def test_drafts_keep_to_their_budgets_and_places(compressor):
    budgets = [3, 9, 1, 5, 7, 2]
    found = compressor.compress(STORIES, budgets, DecodingOptions(1, 4))
    for story, budget, one in zip(STORIES, budgets, found, strict=True):
        assert 1 <= count_words(one.text) <= budget
        [alone] = compressor.compress([story], [budget], DecodingOptions(1, 1))
        assert alone.text == one.text
        assert alone.log_prob == pytest.approx(one.log_prob, abs=1e-4)


def test_log_prob_is_that_of_the_drawn_pieces(compressor):
    model = compressor.model
    [found] = compressor.compress(STORIES[:1], [6], DecodingOptions(1, 1))
    vocabulary = model.vocabulary
    ids = vocabulary.encode(STORIES[:1])[0][: model.settings.max_document - 1]
    [drawn] = compressor._searcher.search([ids], [6])
    source = Tokens.from_lists([[*ids, vocabulary.eos]], vocabulary.pad)
    summary = Tokens.from_lists([[*drawn.ids, vocabulary.eos]], vocabulary.pad)
    encoded = model.compressor.read(source, torch.tensor([6]))
    scores = score(model.compressor, encoded, summary, compressor._searcher.marks)
    assert found.log_prob == pytest.approx(scores.log_probs.sum().item(), abs=1e-4)


def test_words_come_from_the_source_as_it_writes_them(compressor):
    texts = [" ".join(story.split()[:11]) for story in STORIES]
    found = compressor.compress(texts, [5] * len(texts), DecodingOptions(1, 64))
    assert not any(one.truncated for one in found)
    common = LEANING | compressor.model.vocabulary.common
    for story, one in zip(texts, found, strict=True):
        # The first word may get a capital.
        spelled = set(fold(story).surfaces) | common
        for word in fold(one.text).surfaces[1:]:
            assert word in spelled


def test_a_text_beyond_the_window_is_reported_as_truncated(compressor):
    room = compressor.model.settings.max_document - 1
    short = "police said"
    long = " ".join(STORIES)
    assert compressor.fits(short) and not compressor.fits(long)
    assert len(compressor.model.vocabulary.encode([long])[0]) > room
    found = compressor.compress([short, long, "x" * 1_000_000], [1, 5, 5], DecodingOptions(1, 64))
    assert [one.truncated for one in found[1:]] == [True, True]


def test_a_word_that_the_window_cuts_is_not_read(compressor):
    """Whatever the length of the words before the cut, only whole words are offered."""
    split, vocabulary = compressor._searcher.constraints.lexicon.split, compressor.model.vocabulary
    room = compressor.model.settings.max_document - 1
    cut_inside = 0
    for first in range(8):
        text = " ".join(" ".join(STORIES).split()[first:])
        whole = vocabulary.encode([text])[0]
        [source] = compressor._read([text], [5])
        assert split(source.ids) == split(whole)[: len(split(source.ids))]
        assert len(source.ids) <= room < len(source.ids) + len(split(whole)[len(split(source.ids))])
        cut_inside += len(source.ids) < room
    assert cut_inside
    [endless] = compressor._read(["oslo" + "x" * 1000], [5])
    assert len(endless.ids) == room and endless.cut


def test_the_surface_facts_of_a_text_reach_the_search(compressor, monkeypatch):
    asked = []

    def search(ids, budgets, beams, surface_facts):
        asked.extend(surface_facts)
        return [Hypothesis(list(row[:1]), 0.0, True) for row in ids]

    monkeypatch.setattr(compressor._searcher, "search", search)
    texts = ["He met Joe Clark, 42, in a hotel in Oslo, 42.", "joe clark was ## , # and # ."]
    compressor.compress(texts, [3, 3], DecodingOptions(1, 2))
    assert {one.unfinished: one.spellings for one in asked} == {
        frozenset({"joe"}): {"##": 1},
        frozenset(): {"##": 1, "#": 1},
    }


def test_a_script_that_the_machine_never_learned_is_cut(compressor):
    texts = ["今天我们去了很远的地方看海。", "Сегодня мы ездили далеко смотреть на море."]
    found = compressor.compress(texts, [5, 3], DecodingOptions(1, 64))
    assert [one.text for one in found] == ["今天我们去", "Сегодня мы ездили"]
    assert all(one.truncated and one.log_prob == 0.0 for one in found)


def test_fits_is_what_is_read_whole(compressor):
    vocabulary, room = compressor.model.vocabulary, compressor.model.settings.max_document - 1
    words = STORIES[0].split()
    for count in range(1, len(words)):
        text = " ".join(words[:count])
        assert compressor.fits(text) == (len(vocabulary.encode([text])[0]) <= room)


@given(st.lists(st.text(max_size=60).filter(str.strip), max_size=3), st.integers(1, 6))
@settings(deadline=None, max_examples=25)
def test_any_text_can_be_compressed(compressor, texts, budget):
    found = compressor.compress(texts, [budget] * len(texts), DecodingOptions(1, 2))
    assert len(found) == len(texts)
    for one in found:
        assert count_words(one.text) <= budget
        assert one.text


def test_beams_find_what_is_at_least_as_likely(compressor):
    greedy = compressor.compress(STORIES, [4] * len(STORIES), DecodingOptions(1, 64))
    wide = compressor.compress(STORIES, [4] * len(STORIES), DecodingOptions(8, 64))
    assert all(count_words(one.text) <= 4 for one in wide)
    assert sum(one.log_prob for one in wide) >= sum(one.log_prob for one in greedy)
