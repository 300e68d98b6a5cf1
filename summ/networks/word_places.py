"""Which part of a text each of several slots reads, where slots stand in the order of its words.

Axes: N texts, T positions, H slots, V pieces.
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from summ.types import Tokens

_SPREAD = 0.35  # of a slot's reading, in slots: a neighbour's words have about a sixtieth


def word_places(texts: Tokens, starts: Bool[Tensor, " V"], slots: int) -> Float[Tensor, "N T"]:
    """The place of each piece, counted in slots: the middle of slot i is i + 1/2.

    Of a text of no more words than slots, each word has a slot; of a longer one, words share
    them equally.  The pieces of a word stand together, and the end mark with the last word.

    Args:
        starts: pieces that begin a word; the others go with the piece before.
    """
    last = texts.mask.sum(dim=1, keepdim=True) - 1
    begins = (starts[texts.ids] & texts.mask).scatter(1, last, False)
    begins[:, 0] = True  # whatever it is
    number = begins.long().cumsum(dim=1) - 1
    words = number.amax(dim=1, keepdim=True) + 1
    return (number + 0.5) * (slots / words.clamp(min=slots))


def nearness(places: Float[Tensor, "N T"], slots: int) -> Float[Tensor, "N H T"]:
    """What a slot adds to its attention to each piece: the log of a bell around its own place."""
    middles = torch.arange(slots, device=places.device) + 0.5
    return -((places[:, None] - middles[:, None]) / _SPREAD).square() / 2
