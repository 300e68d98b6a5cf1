"""Telling words: counted as by hand, and hidden word by word."""

import torch

from summ.networks.telling_words import hide_words, salience
from summ.types import Tokens


def test_salience_is_the_larger_ratio_of_smoothed_counts() -> None:
    counts = torch.tensor([[9, 0, 1], [1, 6, 3]])
    expected = torch.tensor([10 / 2, 7 / 1, 4 / 2])
    torch.testing.assert_close(salience(counts), expected)


def test_salience_does_not_depend_on_how_much_text_a_style_has() -> None:
    even = salience(torch.tensor([[30, 10], [10, 30]]))
    torch.testing.assert_close(even, torch.full((2,), 31 / 11))
    # 20 and 60 of as many, and the mean of both has the sum of 40 again.
    other = salience(torch.tensor([[15, 5], [15, 45]]))
    torch.testing.assert_close(other, torch.tensor([31 / 11, 31 / 11]))


def test_of_three_styles_the_others_count_by_their_mean() -> None:
    counts = torch.tensor([[8, 2], [4, 6], [0, 10]])
    expected = torch.tensor([9 / (2 + 1), 11 / (4 + 1)])
    torch.testing.assert_close(salience(counts), expected)


def test_a_word_is_hidden_with_all_its_pieces() -> None:
    """Pieces from 10 begin a word; of words that tell, 12 does so by itself, 14 by its 5."""
    starts = torch.arange(20) >= 10
    telling = torch.zeros(20, dtype=torch.bool)
    telling[[5, 12]] = True
    end, pad = 1, 0
    texts = Tokens.from_lists([[11, 4, 12, 14, 4, 5, 13, end], [6, 12, 6, end]], pad)
    seen = hide_words(texts, starts, telling, instead=2)
    assert seen.ids.tolist() == [[11, 4, 2, 2, 2, 2, 13, end], [6, 2, 2, end, *[pad] * 4]]
    rest = hide_words(texts, starts, telling, instead=2, told=False)
    assert rest.ids.tolist() == [[2, 2, 12, 14, 4, 5, 2, end], [2, 12, 6, end, *[pad] * 4]]
    assert torch.equal(seen.mask, texts.mask) and torch.equal(rest.mask, texts.mask)
