"""Noise against loops."""

import pytest
import torch

from summ.families.autoencoder.noise import delete_words, drop_pieces
from summ.types import Tokens
from tests.tiny import EOS, PAD

STARTS = torch.tensor([False] * 8 + [True] * 6 + [False] * 4)  # pieces 14 to 17 continue a word
ROWS = [[8, 14, 9, 10, 15, 16], [11], [14, 8, 9], [12, 13, 17]]


def by_hand(row: list[int], luck: list[float], share: float) -> list[int]:
    words: list[list[int]] = []
    firsts: list[float] = []
    for place, piece in enumerate(row):
        if place == 0 or STARTS[piece]:
            words.append([])
            firsts.append(luck[place])
        words[-1].append(piece)
    kept = [word for word, one in zip(words, firsts, strict=True) if one >= share]
    kept = kept or [words[firsts.index(max(firsts))]]
    return [piece for word in kept for piece in word]


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.99])
def test_words_go_as_a_whole_and_one_stays(share: float) -> None:
    texts = Tokens.from_lists([[*row, EOS] for row in ROWS], PAD)
    for seed in range(20):
        luck = torch.rand(texts.ids.shape, generator=torch.Generator().manual_seed(seed))
        found = delete_words(texts, STARTS, luck, share)
        for row, kept, mask, one in zip(ROWS, found.ids, found.mask, luck.tolist(), strict=True):
            assert kept[mask].tolist() == [*by_hand(row, one, share), EOS]


def test_a_blank_text_stays_its_end_mark() -> None:
    texts = Tokens.from_lists([[EOS], [8, 9, EOS]], PAD)
    found = delete_words(texts, STARTS, torch.zeros(2, 3), 0.5)
    assert found.ids[0][found.mask[0]].tolist() == [EOS]


def test_pieces_are_hidden_from_the_decoder_but_for_the_start() -> None:
    ids = torch.arange(8, 14).expand(2000, 6)
    luck = torch.rand(2000, 6, generator=torch.Generator().manual_seed(1))
    found = drop_pieces(ids, luck, 0.3, instead=1)
    assert (found[:, 0] == 8).all()
    assert torch.equal(found[:, 1:] == 1, luck[:, 1:] < 0.3)
    assert torch.equal(found[found != 1], ids[found != 1])
