from dataclasses import replace
from pathlib import Path

import pytest
import torch

from summ.data.corpus import Corpus
from summ.families.summarizer.config import NetworksConfig
from summ.families.summarizer.model import SummaryModel, SummaryModelSettings, build_summary_model
from summ.networks.policy import score
from summ.pipelines.search import Searcher
from summ.text.surface import SurfaceFacts
from summ.types import Tokens
from tests import tiny

TEXTS = [
    "The mayor of Oslo opened the bridge on Monday, a spokeswoman said.",
    "Police in Lima closed the tunnel after 14 years of debate.",
    "The court.",
]


@pytest.fixture(scope="module")
def searcher(tiny_corpus: Path) -> Searcher:
    corpus = Corpus.open(tiny_corpus)
    networks = NetworksConfig(
        compressor=tiny.seq2seq(), reconstructor=tiny.seq2seq(), discriminator=tiny.causal()
    )
    settings = SummaryModelSettings(48, 12, tuple(corpus.commonest_pieces(60)))
    model: SummaryModel = build_summary_model(networks, corpus.vocabulary, settings, seed=3)
    return Searcher(model)


def sources(searcher: Searcher) -> list[list[int]]:
    return searcher.model.vocabulary.encode(TEXTS)


@pytest.mark.parametrize("beams", [1, 3])
@pytest.mark.parametrize("budget", [1, 2, 5])
def test_summaries_follow_the_rules_and_the_promise(
    searcher: Searcher, beams: int, budget: int
) -> None:
    ids = sources(searcher)
    for source, drawn in zip(ids, searcher.search(ids, [budget] * 3, beams), strict=True):
        bound = searcher.constraints.bind(source, budget)
        words = searcher.constraints.lexicon.split(drawn.ids)
        assert 1 <= len(words) <= budget
        assert len(searcher.model.vocabulary.decode(drawn.ids).split()) <= budget
        if drawn.finished:
            assert all(w in bound.words or w in searcher.constraints.closed.words for w in words)
            assert not searcher.constraints.lexicon.nature(words[-1]).leans


@pytest.mark.parametrize("beams", [1, 3])
def test_log_prob_is_the_policys(searcher: Searcher, beams: int) -> None:
    """What search adds up while it draws, against scoring the finished summary."""
    ids, marks = sources(searcher), searcher.marks
    vocabulary = searcher.model.vocabulary
    found = searcher.search(ids, [4] * 3, beams)
    source = Tokens.from_lists([[*row, vocabulary.eos] for row in ids], vocabulary.pad)
    ended = [[*d.ids, vocabulary.eos] if d.finished else d.ids for d in found]
    drawn = Tokens.from_lists(ended, vocabulary.pad)
    with torch.no_grad():
        encoded = searcher.model.compressor.read(source, torch.tensor([4] * 3))
        scores = score(searcher.model.compressor, encoded, drawn, marks).log_probs
    expected = scores.masked_fill(~drawn.mask, 0.0).sum(dim=1)
    actual = torch.tensor([d.log_prob for d in found])
    torch.testing.assert_close(actual, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("beams", [1, 3])
def test_no_summary_ends_in_half_a_name(searcher: Searcher, beams: int) -> None:
    """What summaries ended with is said to be half a name: now they end otherwise."""
    model = searcher.model
    # Without a closed list, every word is the source's.
    own_words = replace(model, settings=replace(model.settings, shortlist=None))
    narrow = Searcher(own_words)
    ids, constraints = sources(searcher), narrow.constraints
    lexicon = constraints.lexicon
    before = [lexicon.split(d.ids)[-1] for d in narrow.search(ids, [4] * 3, beams)]
    names = [SurfaceFacts(frozenset([lexicon.text(word)])) for word in before]
    after = [lexicon.split(d.ids)[-1] for d in narrow.search(ids, [4] * 3, beams, names)]
    bound = [constraints.bind(row, 4, name) for row, name in zip(ids, names, strict=True)]
    assert all(one.open_names for one in bound)
    for word, one in zip(after, bound, strict=True):
        assert word not in one.open_names


@pytest.mark.parametrize("beams", [1, 3])
def test_words_in_the_order_of_the_source(searcher: Searcher, beams: int) -> None:
    model = searcher.model
    ordered = Searcher(replace(model, settings=replace(model.settings, in_order=True)))
    ids = sources(searcher)
    for row, drawn in zip(ids, ordered.search(ids, [6] * 3, beams), strict=True):
        own, last = ordered.constraints.lexicon.split(row), -1
        for word in ordered.constraints.lexicon.split(drawn.ids):
            if word in own:
                last = own.index(word, last + 1)  # ValueError: out of order


def test_batches_change_nothing(searcher: Searcher) -> None:
    ids = sources(searcher)
    together = searcher.search(ids, [3, 4, 2], beams=2)
    for place, budget in enumerate([3, 4, 2]):
        (alone,) = searcher.search([ids[place]], [budget], beams=2)
        assert alone.ids == together[place].ids
        assert alone.log_prob == pytest.approx(together[place].log_prob, abs=1e-4)


def test_a_wider_search_finds_no_worse(searcher: Searcher) -> None:
    """Per piece, since that is what beam search maximises."""
    ids = sources(searcher)
    pairs = zip(
        searcher.search(ids, [4] * 3, beams=1), searcher.search(ids, [4] * 3, beams=6), strict=True
    )
    gains = [
        wide.log_prob / (len(wide.ids) + 1) - narrow.log_prob / (len(narrow.ids) + 1)
        for narrow, wide in pairs
    ]
    assert sum(gains) >= -1e-4
