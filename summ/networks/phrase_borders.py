r"""A binary tree over the words of a sentence, split where a phrase is likeliest to begin.

What a phrase begins and ends with is read off the marks of running text: a word that often stands
behind a comma begins phrases, one that often stands before it ends them, and a phrase without a
mark begins and ends likewise.  Between two words, with :math:`p` the last piece of the one and
:math:`q` the first piece of the other, at place :math:`k`, a border is worth

.. math:: s_k = \log\frac{P(q \mid \text{begins})}{P(q)} + w \log\frac{P(p \mid \text{ends})}{P(p)}
          + m\,[\text{a mark stands there}] - b\,k,

and a phrase is split at its strongest border.  The last term is what English asks for: at
:math:`b \to \infty` the tree is right-branching.

Source: marks as borders of phrases, Seginer (2007, ACL, "Fast Unsupervised Incremental Parsing"),
Section 2.4, and Ponvert, Baldridge & Erk (2011, ACL), Section 3; a tree from the strengths of its
borders, Shen et al. (2018, arXiv:1803.02648), Section 4.2.

Axes: V pieces.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

Span = tuple[int, int]


@dataclass(frozen=True)
class Words:
    """The words of a sentence, without its marks.

    Attributes:
        pieces: of each word, never none.
        behind_mark: whether a mark stands between a word and the one before.
    """

    pieces: Sequence[Sequence[int]]
    behind_mark: Sequence[bool]


class PhraseBorders(nn.Module):
    """How much likelier each piece is where a phrase begins, and where one ends, in nats."""

    begins: Float[Tensor, " V"]
    ends: Float[Tensor, " V"]

    def __init__(self, pieces: int) -> None:
        super().__init__()
        self.register_buffer("begins", torch.zeros(pieces))
        self.register_buffer("ends", torch.zeros(pieces))

    @torch.no_grad()
    def count(self, sentences: Iterable[Words], trust: float) -> int:
        """Learns from sentences with marks; returns how many words there were.

        Args:
            trust: occurrences from which on a piece is believed; rarer ones are drawn to 0.
        """
        rows: dict[str, list[int]] = {"first": [], "last": [], "begins": [], "ends": []}
        for words in sentences:
            if not words.pieces:
                continue
            first, last = [one[0] for one in words.pieces], [one[-1] for one in words.pieces]
            # The sentence's own ends are borders, too.
            borders = [True, *words.behind_mark[1:], True]
            rows["first"] += first
            rows["last"] += last
            rows["begins"] += [piece for piece, b in zip(first, borders, strict=False) if b]
            rows["ends"] += [piece for piece, b in zip(last, borders[1:], strict=True) if b]
        size = len(self.begins)
        times = {
            key: torch.tensor(found).long().bincount(minlength=size) for key, found in rows.items()
        }
        self.begins.copy_(log_ratio(times["begins"], times["first"], trust))
        self.ends.copy_(log_ratio(times["ends"], times["last"], trust))
        return len(rows["first"])

    def strengths(
        self, words: Words, *, end_weight: float, mark: float, right_branching: float
    ) -> list[float]:
        """Of the border before each word but the first: w, m and b of the formula above."""
        return [
            float(self.begins[one[0]])
            + end_weight * float(self.ends[before[-1]])
            + mark * behind
            - right_branching * place
            for place, (before, one, behind) in enumerate(
                zip(words.pieces, words.pieces[1:], words.behind_mark[1:], strict=False)
            )
        ]


def log_ratio(
    here: Int[Tensor, " V"], everywhere: Int[Tensor, " V"], trust: float
) -> Float[Tensor, " V"]:
    """log P(piece | here) / P(piece), smoothed by ``trust`` occurrences at the mean rate."""
    rate = here.sum().double() / everywhere.sum().clamp(min=1)
    found = (here + trust * rate) / (everywhere + trust)
    return torch.where(rate > 0, (found / rate).log(), 0.0).float()


def spans_of(strengths: Sequence[float]) -> set[Span]:
    """The phrases [i, j) of two words and more, the sentence itself included.

    Args:
        strengths: of the borders between neighbouring words, so one fewer than words; of equal
            ones the first is taken.
    """
    found, open_ = set(), [(0, len(strengths) + 1)]
    while open_:
        start, end = open_.pop()
        if end - start < 2:
            continue
        found.add((start, end))
        inner = strengths[start : end - 1]
        split = start + 1 + inner.index(max(inner))
        open_ += [(start, split), (split, end)]
    return found


def bracketed(words: Sequence[str], spans: Iterable[Span]) -> str:
    """Words with a bracket around each phrase: ``((oil prices) rise)``."""
    before, behind = [0] * len(words), [0] * len(words)
    for start, end in spans:
        before[start] += 1
        behind[end - 1] += 1
    return " ".join(
        "(" * opened + word + ")" * closed
        for opened, word, closed in zip(before, words, behind, strict=True)
    )


def tree_nats(words: int) -> float:
    """The logarithm of how many binary trees there are over so many words (Catalan's number)."""
    if words < 2:
        return 0.0
    leaves = words - 1
    return math.lgamma(2 * leaves + 1) - 2 * math.lgamma(leaves + 1) - math.log(leaves + 1)
