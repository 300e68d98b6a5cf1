"""Where the words of a text stand among slots, against a loop and a density."""

import torch
from scipy.stats import norm

from summ.networks.word_places import nearness, word_places
from summ.types import Tokens

STARTS = torch.tensor([False, False, True, True, False])  # the pad, the end mark, three pieces
PAD, END = 0, 1


def expected(text: list[int], slots: int) -> list[float]:
    """Word by word; a piece that begins none goes with the one before, as the end mark does."""
    words: list[list[int]] = []
    for piece in text[:-1]:
        if STARTS[piece] or not words:
            words.append([])
        words[-1].append(piece)
    words = words or [[]]
    words[-1].append(END)
    width = 1.0 if len(words) <= slots else slots / len(words)
    return [(number + 0.5) * width for number, word in enumerate(words) for _ in word]


def test_words_stand_in_order_and_share_the_slots_equally() -> None:
    generator = torch.Generator().manual_seed(1)
    texts = [
        [*torch.randint(2, 5, (length,), generator=generator).tolist(), END]
        for length in (0, 1, 2, 3, 5, 8, 13)
    ]
    batch = Tokens.from_lists(texts, PAD)
    for slots in (1, 2, 4, 16):
        places = word_places(batch, STARTS, slots)
        assert places.min() >= 0 and places.max() < slots
        for text, found in zip(texts, places, strict=True):
            torch.testing.assert_close(found[: len(text)], torch.tensor(expected(text, slots)))


def test_a_slot_is_a_bell_around_its_own_place() -> None:
    places = torch.tensor([[0.5, 0.9, 2.5]])
    bell = norm.logpdf(places.numpy()[:, None], [[[0.5], [1.5], [2.5]]], 0.35)
    found = nearness(places, 3)
    bell = torch.from_numpy(bell).float()
    torch.testing.assert_close(found - found.max(), bell - bell.max(), atol=1e-5, rtol=1e-5)
