"""Whole words of pieces, against lists of tuples."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from summ.networks.whole_words import matches, repeats, split_words, word_keys, word_numbers
from tests import tiny

FACTS = tiny.facts(words=3, continuations=2)  # 8 to 10 begin words, 11 and 12 continue them
BORDERS = FACTS.starts_word.clone()
BORDERS[tiny.EOS] = True

sequences = st.lists(st.integers(8, 12), max_size=9).map(lambda ids: [8, *ids])


def by_hand(ids: list[int]) -> list[tuple[int, ...]]:
    words: list[tuple[int, ...]] = []
    for piece in ids:
        words = [*words, (piece,)] if piece < 11 else [*words[:-1], (*words[-1], piece)]
    return words


@given(st.lists(sequences, min_size=1, max_size=3))
def test_words_are_split_and_told_apart(rows: list[list[int]]) -> None:
    tokens = tiny.words(*rows)
    assert split_words(tokens, FACTS.starts_word, tiny.EOS) == list(map(by_hand, rows))
    keys, numbers = word_keys(tokens, BORDERS), word_numbers(tokens, BORDERS)
    begins = FACTS.starts_word[tokens.ids] & tokens.mask
    for row, ids in enumerate(rows):
        words = by_hand(ids)
        own = [key for key, begin in zip(keys[row].tolist(), begins[row], strict=True) if begin]
        assert [own.index(key) for key in own] == [words.index(word) for word in words]
        assert repeats(keys, begins)[row].sum() == len(words) - len(set(words))
        expected = [n for n, word in enumerate(words, 1) for _ in word]
        assert numbers[row].tolist()[: len(ids) + 1] == [*expected, len(words) + 1]


def test_matches_are_between_masked_positions_of_one_row() -> None:
    keys, others = torch.tensor([[5, 6, 5], [6, 6, 7]]), torch.tensor([[5, 7], [6, 7]])
    mask = torch.tensor([[True, True, False], [True, False, True]])
    found = matches(keys, mask, others, torch.tensor([[True, True], [True, False]]))
    assert found.nonzero().tolist() == [[0, 0, 0], [1, 0, 0]]
