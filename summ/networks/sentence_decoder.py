"""The decoder of skip-thought: predicts a neighbouring sentence from a sentence's vector.

Axes: N sentences, T positions, D width of the vector, V pieces.

Source: Kiros et al. (2015, arXiv:1506.06726), Section 2.1 (decoder).
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from summ.config import DecoderConfig
from summ.text.vocabulary import Vocabulary
from summ.types import Tokens


class SentenceDecoder(nn.Module):
    """A GRU whose input at every position is the piece's embedding and the sentence's vector.

    The paper adds the vector, through a matrix of its own, to both gates and the proposed state,
    which is what concatenating it to the input does.
    """

    def __init__(self, config: DecoderConfig, vector: int, vocabulary: Vocabulary) -> None:
        super().__init__()
        self.begin = vocabulary.bos
        self.embedding = nn.Embedding(vocabulary.size, config.embedding)
        self.gru = nn.GRU(config.embedding + vector, config.hidden, batch_first=True)
        self.output = nn.Linear(config.hidden, vocabulary.size)

    def forward(self, vectors: Float[Tensor, "N D"], sentences: Tokens) -> Float[Tensor, "N T V"]:
        """Logits of each piece of the sentences, given the vector and the pieces before it."""
        first = torch.full_like(sentences.ids[:, :1], self.begin)
        inputs = self.embedding(torch.cat([first, sentences.ids[:, :-1]], dim=1))
        beside = vectors[:, None].expand(-1, inputs.shape[1], -1).to(inputs.dtype)
        states, _ = self.gru(torch.cat([inputs, beside], dim=2))
        return self.output(states)
