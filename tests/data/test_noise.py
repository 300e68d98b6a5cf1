"""Noise against what it promises about words, and against exact probabilities."""

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from summ.config import NoiseConfig
from summ.data.noise import MOST_KEYWORDS, hide, keywords, word_bounds

# Even ids start a word, odd ones go on; ids below 1000 are the sentence's, the others foreign.
STARTS = np.arange(3000) % 2 == 0
CALM = NoiseConfig(drop_share=0.0, shuffle_share=0.0)


def text(first: int, sizes: list[int]) -> NDArray[np.int32]:
    """A text whose words have so many pieces; no piece occurs twice."""
    ids, piece = [], first
    for size in sizes:
        ids += [piece, *range(piece + 1, piece + 2 * size - 1, 2)]
        piece += 2 * size
    return np.array(ids, dtype=np.int32)


def words_of(ids: NDArray[np.int32]) -> list[tuple[int, ...]]:
    bounds = word_bounds(ids, STARTS)
    return [tuple(ids[a:b].tolist()) for a, b in pairwise(bounds)]


SIZES = st.lists(st.integers(1, 4), min_size=1, max_size=15)


@given(SIZES)
def test_bounds_are_where_words_begin(sizes: list[int]) -> None:
    assert word_bounds(text(0, sizes), STARTS).tolist() == np.cumsum([0, *sizes]).tolist()


def test_a_text_that_begins_inside_a_word_loses_nothing() -> None:
    assert word_bounds(np.array([7, 9, 4], dtype=np.int32), STARTS).tolist() == [0, 2, 3]
    assert word_bounds(np.zeros(0, dtype=np.int32), STARTS).tolist() == [0]


@settings(deadline=None)
@given(SIZES, SIZES, st.integers(0, 2**32), st.booleans())
def test_the_hidden_sentence_is_whole_and_its_company_is_consecutive(
    sizes: list[int], others: list[int], seed: int, shuffled: bool
) -> None:
    sentence, other = text(0, sizes), text(1000, others)
    config = NoiseConfig(drop_share=0.0, shuffle_share=float(shuffled))
    hidden = words_of(hide(sentence, other, STARTS, config, np.random.default_rng(seed)))
    ours = [word for word in hidden if word[0] < 1000]
    theirs = [word for word in hidden if word[0] >= 1000]
    assert sorted(ours) == words_of(sentence)
    if not shuffled:
        assert ours == words_of(sentence)
    foreign = words_of(other)
    assert theirs in [foreign[i : i + len(theirs)] for i in range(len(foreign) + 1)]
    low, high = (round(times * len(sizes)) for times in config.extra_words)
    assert min(low, len(others)) <= len(theirs) <= high


def test_spans_have_one_to_four_words_and_all_sizes_occur() -> None:
    sentence, other = text(0, [1] * 12), text(1000, [1] * 60)
    rng = np.random.default_rng(0)
    seen = set()
    for _ in range(300):
        size = 0
        for word in [*words_of(hide(sentence, other, STARTS, CALM, rng)), (5000,)]:
            if word[0] < 1000:
                size += 1
            elif size:
                seen.add(size)
                size = 0
    # Longer runs are two spans with nothing put between them.
    assert {1, 2, 3, 4} <= seen


def test_shares_are_what_they_say() -> None:
    sentence, other = text(0, [2] * 10), text(1000, [1] * 30)
    config = NoiseConfig(drop_share=0.2, shuffle_share=0.4)
    rng = np.random.default_rng(1)
    runs, kept, sorted_runs = 2000, 0, 0
    for _ in range(runs):
        ours = [w for w in words_of(hide(sentence, other, STARTS, config, rng)) if w[0] < 1000]
        kept += len(ours)
        sorted_runs += ours == sorted(ours)
    assert stats.binomtest(kept, runs * 10, 0.8).pvalue > 1e-4
    # A shuffle of 3 to 10 spans leaves them in order one time in six at most.
    assert 0.6 * runs - 100 < sorted_runs < 0.6 * runs + 0.4 * runs / 6 + 100


def test_a_sentence_is_never_dropped_whole_and_needs_no_company() -> None:
    config = NoiseConfig(drop_share=1.0)
    nothing = np.zeros(0, dtype=np.int32)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        assert len(words_of(hide(text(0, [1, 2, 3]), nothing, STARTS, config, rng))) == 1
    assert len(hide(nothing, text(1000, [1]), STARTS, config, rng)) == 0


EVEN = np.full(3000, 1 / 3000)


@settings(deadline=None)
@given(st.lists(st.integers(1, 4), max_size=60), st.integers(0, 2**32))
def test_keywords_are_some_words_in_order(sizes: list[int], seed: int) -> None:
    document = text(0, sizes)
    config = NoiseConfig()
    found = words_of(keywords(document, STARTS, EVEN, config, np.random.default_rng(seed)))
    whole = words_of(document)
    places = [whole.index(word) for word in found]
    assert places == sorted(set(places))
    low, high = (round(share * len(whole)) for share in config.keyword_share)
    limit = min(len(whole), MOST_KEYWORDS)
    assert min(max(low, 3), limit) <= len(found) <= min(max(high, 3), limit)


def test_rarer_words_are_kept_as_often_as_their_weights_say() -> None:
    document = np.array([0, 2, 4, 6, 8], dtype=np.int32)
    commonness = np.full(3000, 1e-6)
    commonness[[0, 2, 4, 6, 8]] = [0.05, 0.02, 0.01, 0.001, 0.0001]
    weights = np.log(0.05 / commonness[[0, 2, 4, 6, 8]]) + 1e-3
    # Exact: draw three without replacement, each with odds in proportion to its weight.
    expected = np.zeros(5)
    for order in permutations(range(5), 3):
        odds, left = 1.0, weights.sum()
        for word in order:
            odds *= weights[word] / left
            left -= weights[word]
        expected[list(order)] += odds
    assert expected.sum() == pytest.approx(3)
    rng = np.random.default_rng(2)
    runs, counts = 15_000, np.zeros(5, dtype=int)
    config = NoiseConfig(keyword_share=(0.6, 0.6))
    for _ in range(runs):
        counts[keywords(document, STARTS, commonness, config, rng) // 2] += 1
    for count, share in zip(counts, expected, strict=True):
        assert stats.binomtest(int(count), runs, share).pvalue > 1e-3
