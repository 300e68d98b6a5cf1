import itertools

import pytest
import torch

from summ.families.shortener.model import SHIPPED, ShortenerModel, load_shortener
from summ.networks.int8 import load_eight_bits
from summ.pipelines.ordered_search import OrderedSearcher, OrderedSource

SENTENCE = "The mayor of Harwick opened a bridge on Monday, police said."


@pytest.fixture(scope="module")
def model() -> ShortenerModel:
    return load_shortener()


@pytest.fixture(scope="module")
def searcher(model: ShortenerModel) -> OrderedSearcher:
    return OrderedSearcher(model)


@pytest.fixture(scope="module")
def source(searcher: OrderedSearcher) -> OrderedSource:
    return searcher.read(SENTENCE)


def allowed_lines(searcher: OrderedSearcher, source: OrderedSource, words: int):
    """Every line that steps and ends allow, by trying all subsets of the places."""
    skips = searcher.skips(source)
    for size in range(1, len(source.pieces) + 1):
        for places in itertools.combinations(range(len(source.pieces)), size):
            steps = zip((-1, *places), places, strict=False)
            if (
                all(there in skips.followers[here + 1] for here, there in steps)
                and skips.ends[places[-1]]
                and skips.pairs_marks(places)
                and source.count_words(places) <= words
            ):
                yield places


@pytest.mark.parametrize("words", [4, 7])
def test_a_wide_search_finds_the_best_of_all_allowed_lines(searcher, source, words):
    every = list(allowed_lines(searcher, source, words))
    scored = searcher.score(source, every, words)
    best = max(scored, key=lambda line: line.mean_log_prob)
    [found] = searcher.search([source], [words], beams=64)
    assert {line.places for line in found} <= set(every)
    assert found[0].places == best.places
    assert found[0].log_prob == pytest.approx(best.log_prob, abs=1e-3)


def test_scores_are_those_of_the_network(searcher, source):
    """Against the compressor's own logits, restricted to the pieces of the source."""
    line = tuple(range(7))
    model = searcher.model
    eos = model.vocabulary.eos
    pieces = [*(piece for place in line for piece in source.pieces[place]), eos]
    encoded = searcher._encode([source], [9])
    inputs = torch.tensor([[model.compressor.start, *pieces[:-1]]])
    with torch.no_grad():
        logits = model.compressor.logits(encoded, inputs)[0].float()
    allowed = torch.zeros(logits.shape[1], dtype=torch.bool)
    allowed[[eos, *itertools.chain.from_iterable(source.pieces)]] = True
    log_probs = logits.masked_fill(~allowed, -torch.inf).log_softmax(dim=-1)
    total = log_probs[torch.arange(len(pieces)), pieces].sum()
    [scored] = searcher.score(source, [line], 9)
    assert scored.log_prob == pytest.approx(float(total), abs=1e-3)


def test_a_source_does_not_depend_on_its_batch(searcher, source):
    other = searcher.read("Nobody was hurt when a ferry hit a pier in Dalby.")
    [alone] = searcher.search([source], [7], 4)
    together, _ = searcher.search([source, other], [7, 5], 4)
    assert [line.places for line in alone] == [line.places for line in together]


def test_a_source_is_read_once_to_be_searched_and_scored(searcher, source, monkeypatch):
    other = searcher.read("Nobody was hurt when a ferry hit a pier in Dalby.")
    lines = [tuple(range(7)), tuple(range(3))]
    [first, second] = searcher.score(source, lines, 7)  # read alone
    searcher.search([other, source], [5, 7], 2)
    monkeypatch.setattr(searcher.model.compressor, "read", None)
    again = searcher.score(source, lines, 7)
    assert [line.log_prob for line in again] == pytest.approx(
        [first.log_prob, second.log_prob], abs=1e-4
    )


def test_a_network_of_transformers_finds_the_same(searcher, source):
    """It wants a source for each row, where ours shares one among its rows."""
    theirs = load_shortener()
    theirs.compressor.network = load_eight_bits(SHIPPED / "compressor", "eager").eval()
    sources = [source, searcher.read("Nobody was hurt when a ferry hit a pier in Dalby.")]
    found = OrderedSearcher(theirs).search(sources, [7, 5], 4)
    for ours, other in zip(searcher.search(sources, [7, 5], 4), found, strict=True):
        assert [line.places for line in ours] == [line.places for line in other]
        assert ours[0].log_prob == pytest.approx(other[0].log_prob, abs=1e-4)


def test_words_are_written_as_in_the_source(searcher, source):
    assert searcher.write(source, range(7)) == "The mayor of Harwick opened a bridge"
    assert searcher.write(source, source.find("opened a bridge")) == "Opened a bridge"
    assert source.find("a bridge in Lima") is None


def test_what_the_network_cannot_read_is_reported(searcher):
    assert searcher.read("word " * 200).cut
    assert not searcher.read(SENTENCE).cut
