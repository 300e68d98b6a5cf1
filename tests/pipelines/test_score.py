"""Scores against the networks asked directly, and percentiles against scipy."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import percentileofscore

from summ.data.readers import Record
from summ.families.summarizer.model import load_summary_model
from summ.pipelines.score import Scorer, percentiles
from summ.types import Tokens
from tests.conftest import STORIES

SHORT = [" ".join(story.split()[:9]) for story in STORIES]


@pytest.fixture(scope="module")
def scorer(summary_model_folder) -> Scorer:
    return Scorer(load_summary_model(summary_model_folder))


@torch.no_grad()
def test_a_score_is_what_the_networks_say(scorer):
    model = scorer.model
    vocabulary = model.vocabulary
    [result] = scorer.score([Record("", SHORT[0])])

    ids = vocabulary.encode(SHORT[:1])[0]
    words = int(vocabulary.starts_word[ids].sum())
    [draft] = scorer._searcher.search([ids], [words // 2])
    text = Tokens.from_lists([[*ids, vocabulary.eos]], vocabulary.pad)
    summary = Tokens.from_lists([[*draft.ids, vocabulary.eos]], vocabulary.pad)
    # The reconstructor's own forward pass, by transformers' loss.
    encoded = model.reconstructor.read(summary, torch.tensor([words]))
    start = torch.full((1, 1), model.reconstructor.start)
    logits = model.reconstructor.logits(encoded, torch.cat([start, text.ids[:, :-1]], dim=1))
    logits = logits.masked_fill(~encoded.allowed[:, None, :], -torch.inf)
    nll = torch.nn.functional.cross_entropy(logits[0], text.ids[0], reduction="sum")
    assert result.nll_per_word == pytest.approx(float(nll) / len(SHORT[0].split()), rel=1e-4)

    width = model.settings.max_sentence
    judged = Tokens(text.ids[:, :width], text.mask[:, :width])
    human = model.discriminator(judged).sigmoid().mean()
    assert result.humanness == pytest.approx(float(human), rel=1e-4)
    assert result.anomaly_percentile == 50.0


def test_a_long_text_is_the_sum_of_its_sentences(scorer):
    [first, second] = scorer.score([Record("", SHORT[0] + "."), Record("", SHORT[1] + ".")])
    [both] = scorer.score([Record("", f"{SHORT[0]}. {SHORT[1]}.")])
    counts = [len(text.split()) for text in SHORT[:2]]
    total = first.nll_per_word * counts[0] + second.nll_per_word * counts[1]
    assert both.nll_per_word == pytest.approx(total / sum(counts), rel=1e-4)


def test_punctuation_and_clitics_are_no_words(scorer):
    """Per word of the text as it is written, whatever the networks split off."""
    plain, marked = "the bank did not move", 'the bank\'s: "did" not, move'
    ids = [scorer.model.vocabulary.encode([text])[0] for text in (plain, marked)]
    starts = scorer.model.vocabulary.starts_word
    assert starts[ids[0]].sum() == 5 < starts[ids[1]].sum()
    for text in (plain, marked):
        [found], [sums] = scorer.score([Record("", text)]), scorer._sums([text], 1)
        assert found.nll_per_word == pytest.approx(sums.nll / 5)


def test_batches_and_order_change_nothing(scorer):
    records = [Record(str(place), text) for place, text in enumerate([*SHORT, "", *STORIES])]
    together = scorer.score(records)
    assert [result.id for result in together] == [record.id for record in records]
    one_by_one = scorer.score(records, batch_size=1)
    for a, b in zip(together, one_by_one, strict=True):
        if a.nll_per_word is None:
            assert a == b
        else:
            assert a.nll_per_word == pytest.approx(b.nll_per_word, rel=1e-4)
            assert a.humanness == pytest.approx(b.humanness, rel=1e-4)


def test_blank_texts_have_no_score(scorer):
    [blank, _] = scorer.score([Record("", " \n"), Record("", SHORT[0])])
    assert (blank.nll_per_word, blank.humanness, blank.anomaly_percentile) == (None, None, None)
    assert scorer.score([]) == []


@given(st.lists(st.floats(0, 10), min_size=1, max_size=20))
def test_percentiles_are_those_of_scipy(values):
    wanted = [percentileofscore(values, value, kind="mean") for value in values]
    assert percentiles(values) == pytest.approx(wanted)
