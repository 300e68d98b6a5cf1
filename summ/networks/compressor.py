"""The compressor: the policy that turns a document into a few words.

Axes: B sequences, S source positions, T summary positions, V word types.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from summ.networks.transformer import Encoded, VocabularyFacts, decoder_logits, encode
from summ.types import Tokens


class Compressor(nn.Module):
    """An encoder-decoder whose source begins with a length prompt.

    With a shortlist, a summary may use the pieces of its own source and the shortlist only,
    as a pointer network would, but at no cost in parameters; without one the vocabulary is
    open.  The class returns logits; drawing and scoring words is ``networks.policy``'s.
    """

    allowed_anywhere: Tensor
    special: Tensor
    prompts: Tensor

    def __init__(
        self, network: Any, vocabulary: VocabularyFacts, shortlist: Sequence[int] | None
    ) -> None:
        super().__init__()
        self.network = network
        allowed = torch.zeros(vocabulary.size, dtype=torch.bool)
        if shortlist is None:
            allowed[:] = True
        else:
            allowed[torch.as_tensor(list(shortlist), dtype=torch.long)] = True
        allowed &= ~vocabulary.special
        allowed[vocabulary.eos] = True
        self.limited = shortlist is not None
        self.start = int(network.config.decoder_start_token_id)
        self.register_buffer("allowed_anywhere", allowed, persistent=False)
        self.register_buffer("special", vocabulary.special.clone(), persistent=False)
        self.register_buffer("prompts", vocabulary.prompts.clone(), persistent=False)

    def read(self, source: Tokens, budget: Int[Tensor, " B"]) -> Encoded:
        """Encodes documents, each with the number of words its summary may have."""
        states, mask = encode(self.network, self.prompts, source, budget)
        allowed = self.allowed_anywhere.expand(len(source), -1)
        if self.limited:
            # Padding scatters the pad id, which is special and removed right after.
            allowed = allowed.clone().scatter_(1, source.ids, True) & ~self.special
        return Encoded(states, mask, allowed, budget)

    def logits(
        self, encoded: Encoded, inputs: Int[Tensor, "B T"], cache: Any = None
    ) -> Float[Tensor, "B T V"]:
        """Raw logits of the word after each input word."""
        return decoder_logits(self.network, encoded, inputs, cache)
