"""Whole words in sequences of pieces: which pieces belong together, and which words recur.

Axes: B sequences, T positions of one, S positions of another, V word types.
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from summ.types import Tokens

_FACTOR = 0x9E3779B97F4A7C1  # odd, so that no piece of a long word drops out


def word_numbers(words: Tokens, borders: Bool[Tensor, " V"]) -> Int[Tensor, "B T"]:
    """Which word of its sequence each piece belongs to, from 1; 0 on padding.

    Args:
        borders: pieces that begin a word, and the end mark, which is no part of the last one.
    """
    return (borders[words.ids] & words.mask).cumsum(dim=1).masked_fill(~words.mask, 0)


def word_keys(words: Tokens, borders: Bool[Tensor, " V"]) -> Int[Tensor, "B T"]:
    """A number for the word that each piece belongs to: equal for equal pieces in equal order.

    It is a hash of 64 bits.

    Args:
        borders: as for ``word_numbers``.
    """
    number = word_numbers(words, borders)
    places = torch.arange(words.ids.shape[1], device=words.ids.device).expand_as(number)
    first = places.masked_fill(~borders[words.ids], 0).cummax(dim=1).values
    factors = torch.tensor(_FACTOR, device=words.ids.device) ** (places - first)  # may wrap
    sums = torch.zeros(len(words), number.shape[1] + 1, dtype=torch.long, device=number.device)
    return sums.scatter_add(1, number, (words.ids + 1) * factors).gather(1, number)


def repeats(keys: Int[Tensor, "B T"], mask: Bool[Tensor, "B T"]) -> Bool[Tensor, "B T"]:
    """Positions of the mask whose key stands at an earlier position of the mask.

    Args:
        keys: of words, or ids of pieces.
        mask: for whole words, where they begin.
    """
    return torch.tril(matches(keys, mask, keys, mask), diagonal=-1).any(dim=2)


def matches(
    keys: Int[Tensor, "B T"],
    mask: Bool[Tensor, "B T"],
    other_keys: Int[Tensor, "B S"],
    other_mask: Bool[Tensor, "B S"],
) -> Bool[Tensor, "B T S"]:
    """Which positions of two sequences hold the same key, both of them in their masks."""
    same = keys[:, :, None] == other_keys[:, None, :]
    return same & mask[:, :, None] & other_mask[:, None, :]


def split_words(words: Tokens, starts: Bool[Tensor, " V"], eos: int) -> list[list[tuple[int, ...]]]:
    """Each sequence as a list of words, each word as its pieces; the end mark left out.

    Args:
        starts: pieces that begin a word.
        eos: the end mark.
    """
    found = []
    real = (words.mask & (words.ids != eos)).tolist()
    for ids, begins, kept in zip(words.ids.tolist(), starts[words.ids].tolist(), real, strict=True):
        row: list[tuple[int, ...]] = []
        for piece, begin, there in zip(ids, begins, kept, strict=True):
            if not there:
                continue
            if begin or not row:
                row.append((piece,))
            else:
                row[-1] += (piece,)
        found.append(row)
    return found
