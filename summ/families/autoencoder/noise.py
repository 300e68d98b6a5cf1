"""Noise: words kept from the encoder, pieces kept from the decoder.

Randomness comes in as uniform numbers.

Axes: N texts, T positions, V pieces.
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from summ.types import Tokens


def delete_words(
    texts: Tokens, starts: Bool[Tensor, " V"], uniforms: Float[Tensor, "N T"], share: float
) -> Tokens:
    """Each text without about ``share`` of its words; the end mark stays, and one word at least.

    Args:
        starts: pieces that begin a word; the others go with the piece before.
        uniforms: in [0, 1); a word is left out where its first piece's is below ``share``.

    Source: Wang, Reimers & Gurevych (2021, arXiv:2104.06979), Section 3, who delete 60 %.
    """
    last = texts.mask.sum(dim=1, keepdim=True) - 1
    words = texts.mask.clone().scatter_(1, last, False)  # without the end mark
    begins = starts[texts.ids] & words
    begins[:, 0] = words[:, 0]  # whatever it is
    number = begins.long().cumsum(dim=1) - 1  # of the word that a piece belongs to
    luck = uniforms.masked_fill(~begins, -1.0)
    kept = begins & ((luck >= share) | (luck == luck.max(dim=1, keepdim=True).values))
    # A word's pieces follow its first one.
    place = number.clamp(min=0)
    by_word = torch.zeros_like(number).scatter_add(1, place, kept.long()) > 0
    keep = words & by_word.gather(1, place)
    return _moved_left(texts, keep.scatter(1, last, True))


def drop_pieces(
    ids: Int[Tensor, "N T"], uniforms: Float[Tensor, "N T"], share: float, instead: int
) -> Int[Tensor, "N T"]:
    """The ids with about ``share`` of them replaced by the id ``instead``; never the first.

    Source: Bowman et al. (2016, arXiv:1511.06349), Section 3.1.
    """
    hidden = uniforms < share
    hidden[:, 0] = False  # the start mark
    return ids.masked_fill(hidden, instead)


def _moved_left(texts: Tokens, keep: Bool[Tensor, "N T"]) -> Tokens:
    """The pieces that are kept, without gaps."""
    width = int(keep.sum(dim=1).max())
    order = (~keep).long().argsort(dim=1, stable=True)[:, :width]
    return Tokens(texts.ids.gather(1, order), keep.gather(1, order))
