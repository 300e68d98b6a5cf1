"""What the parts of a code mean: how often each occurs, and in which texts.

A part is a symbol in a slot, a bit that is 1, or a number above its median.

Axes: N texts, H slots.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Shaped
from torch import Tensor

_FEWEST = 2  # texts that a word must be in, to tell anything


@dataclass(frozen=True)
class Meaning:
    """A part of a code.

    Attributes:
        part: its place, and the symbol where there are symbols.
        share: of the texts that have it.
        words: that are in these texts far more often than in the others, most telling first.
        example: the text that has the most telling words.
    """

    part: str
    share: float
    words: tuple[str, ...]
    example: str


def meanings(
    stored: Shaped[Tensor, "N H ..."], texts: Sequence[str], count: int = 8
) -> list[Meaning]:
    """The parts of the codes of some texts, the commonest first; those of no text are left out.

    Args:
        stored: codes as tensors, as ``TextAutoencoder.stored`` returns them.
        texts: that they are of, in canonical form.
        count: of telling words.
    """
    words = [set(text.split()) for text in texts]
    total = Counter(word for each in words for word in each)
    found = [
        _meaning(part, has, texts, words, total, count) for part, has in _parts(stored) if has.any()
    ]
    return sorted(found, key=lambda meaning: -meaning.share)


def _parts(stored: Shaped[Tensor, "N H ..."]) -> Iterator[tuple[str, Bool[Tensor, " N"]]]:
    """Each part by its name, and which texts have it."""
    if stored.dtype == torch.long:
        for slot, symbols in enumerate(stored.T):
            for symbol in symbols.unique().tolist():
                yield f"slot {slot} symbol {symbol}", symbols == symbol
        return
    for slot in range(stored.shape[1]):
        for place, column in enumerate(stored[:, slot].T):
            name = f"slot {slot} {'bit' if stored.dtype == torch.bool else 'number'} {place}"
            yield name, column if stored.dtype == torch.bool else column > column.median()


def _meaning(
    part: str,
    has: Bool[Tensor, " N"],
    texts: Sequence[str],
    words: Sequence[set[str]],
    total: Counter[str],
    count: int,
) -> Meaning:
    own = [place for place, there in enumerate(has.tolist()) if there]
    telling = telling_words(own, words, total, count)
    example = max(own, key=lambda place: (len(words[place] & set(telling)), -place))
    return Meaning(part, len(own) / len(texts), telling, texts[example])


def telling_words(
    own: Sequence[int], words: Sequence[set[str]], total: Counter[str], count: int
) -> tuple[str, ...]:
    """Words by how many of some texts have them, times the logarithm of how much likelier they
    are there than in the others.

    Args:
        own: the places of these texts.
        words: of all texts.
        total: how many of all texts have each word.
        count: of words to return at most.
    """
    others = len(words) - len(own)
    within = Counter(word for place in own for word in words[place])
    scores = {}
    for word, number in within.items():
        overall = total[word] / len(words)  # as if one more text had the word to that share
        here = (number + overall) / (len(own) + 1)
        there = (total[word] - number + overall) / (others + 1)
        if number >= _FEWEST and here > there:
            scores[word] = number * math.log(here / there)
    return tuple(sorted(scores, key=lambda word: (-scores[word], word))[:count])
