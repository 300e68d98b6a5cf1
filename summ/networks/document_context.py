"""What a document has said so far, and what that lets one expect.

Axes: N sentences, D width of a sentence vector, E width of a candidate's, C width of a context.
"""

from __future__ import annotations

from typing import Literal

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

ContextKind = Literal["gru", "sentence"]


class DocumentContext(nn.Module):
    """A context after each sentence, and from it an expected vector of each of the next ones.

    The context is the state of a GRU that has read the sentences of a span up to this one, or by
    ``sentence`` the vector of this one alone.

    Source: van den Oord, Li & Vinyals (2018, arXiv:1807.03748), Section 2.2: g_ar, and W_k of
    equation (3).
    """

    def __init__(
        self, kind: ContextKind, vector: int, hidden: int, wanted: int, ahead: int
    ) -> None:
        """``vector`` is D, ``wanted`` E; ``hidden`` is C of a GRU, and not read otherwise."""
        super().__init__()
        self.gru = nn.GRU(vector, hidden, batch_first=True) if kind == "gru" else None
        width = hidden if kind == "gru" else vector
        self.predictors = nn.ModuleList(nn.Linear(width, wanted, bias=False) for _ in range(ahead))

    def forward(
        self, vectors: Float[Tensor, "N D"], span: Int[Tensor, " N"]
    ) -> Float[Tensor, "N C"]:
        """The context of each sentence.

        Args:
            span: which span each belongs to; those of a span follow each other, in order.
        """
        if self.gru is None:
            return vectors
        _, sizes = torch.unique_consecutive(span, return_counts=True)
        parts = torch.split(vectors, sizes.tolist())
        # A GRU reads forwards, so that what is added at the end changes no state before it.
        states, _ = self.gru(nn.utils.rnn.pad_sequence(list(parts), batch_first=True))
        places = torch.arange(states.shape[1], device=span.device)
        return states[places < sizes[:, None]]

    def expected(self, context: Float[Tensor, "N C"], ahead: int) -> Float[Tensor, "N E"]:
        """The vector that the sentence so many places later should have; 1 is the next."""
        return self.predictors[ahead - 1](context)
