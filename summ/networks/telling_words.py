"""Words that tell the style of a text: found by counting, and hidden.

Axes: N texts, T positions, S styles, V pieces.
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from summ.types import Tokens

_SMOOTHING = 1.0


def salience(counts: Int[Tensor, "S V"]) -> Float[Tensor, " V"]:
    r"""How many times as frequent a piece is in its style as in the others, at the most.

    .. math:: \max_s \frac{c_s(v) + \lambda}{\sum_{s' \ne s} c_{s'}(v) + \lambda}

    With :math:`\lambda = 1`, and the counts of each style brought to the same sum; that of several
    other styles is their mean.

    Source: Li et al. (2018, arXiv:1804.06437), Section 3.1, of pieces in place of n-grams.
    """
    totals = counts.sum(dim=1, keepdim=True).double()
    even = counts * (totals.mean() / totals)
    others = (even.sum(dim=0) - even) / (len(counts) - 1)
    return ((even + _SMOOTHING) / (others + _SMOOTHING)).amax(dim=0).float()


def hide_words(
    texts: Tokens,
    starts: Bool[Tensor, " V"],
    telling: Bool[Tensor, " V"],
    instead: int,
    *,
    told: bool = True,
) -> Tokens:
    """The texts with the id ``instead`` for each piece of the words that tell; the end mark stays.

    A word tells if any of its pieces does.

    Args:
        starts: pieces that begin a word; the others go with the piece before.
        told: hides the words that tell; False, all others.
    """
    last = texts.mask.sum(dim=1, keepdim=True) - 1
    words = texts.mask.clone().scatter_(1, last, False)  # without the end mark
    begins = starts[texts.ids] & words
    begins[:, 0] = words[:, 0]  # whatever it is
    number = (begins.long().cumsum(dim=1) - 1).clamp(min=0)
    tells = (telling[texts.ids] & words).long()
    by_word = torch.zeros_like(number).scatter_add(1, number, tells) > 0
    hidden = words & (by_word.gather(1, number) == told)
    return Tokens(texts.ids.masked_fill(hidden, instead), texts.mask)
