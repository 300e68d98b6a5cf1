from collections import Counter

import numpy as np
import pytest

from data_prep.likeness import choose_like, count_words, kept, likeness

FEW = ["minister visits flood victims", "troops leave the north", "minister urges calm"]
MARKET = ["shares fall 3 pct", "stocks end lower", "shares rise on q4 profit"]
WORLD = ["troops fire on protesters", "flood kills 12 in the north", "minister quits"]


def test_likeness_is_the_mean_log_ratio_of_mixed_shares() -> None:
    few, many = count_words(["a b", "a"]), count_words(["a", "b", "c c"])
    found = likeness(["a b", "c", "B a 7", ""], few, many)
    a, b, c = np.log(0.7 * (2 / 3) / 0.25 + 0.3), np.log(0.7 * (1 / 3) / 0.25 + 0.3), np.log(0.3)
    assert found == pytest.approx([(a + b) / 2, c, (b + a) / 3, 0.0])


def test_digits_are_one_word_and_case_is_none() -> None:
    assert count_words(["Q4 up 12%", "q4"]) == Counter({"q": 2, "#": 4, "up": 1, "%": 1})


def test_what_is_like_the_few_is_likelier() -> None:
    many = MARKET + WORLD
    found = likeness(many, count_words(FEW), count_words(many))
    assert found[:3].max() < found[3:].min()


def test_the_likest_quarter_is_kept_and_a_share_of_the_rest() -> None:
    scores = np.linspace(-1, 0, 8001)
    found = kept(scores, seed=1)
    assert found[6000:].all()
    # e^(6 s) a nat below the quarter: at 0.25 below, 22 %.
    assert found[3900:4100].mean() == pytest.approx(np.exp(-1.5), abs=0.06)
    assert found[:1000].mean() < 0.05
    assert (kept(scores, seed=1) == found).all() and (kept(scores, seed=2) != found).any()


def test_choosing_keeps_the_order_and_nothing_is_nothing() -> None:
    many = (MARKET + WORLD) * 50
    chosen = list(choose_like(FEW, lambda: many, seed=1))
    places = iter(many)
    assert all(sentence in places for sentence in chosen), "in order"
    counts = Counter(chosen)
    assert min(counts[s] for s in WORLD) > max(counts[s] for s in MARKET)
    assert list(choose_like(FEW, lambda: [], seed=1)) == []
