"""The reconstructor: rebuilds a document from a few words, and nothing else.

Axes: B sequences, S draft positions, T document positions, V word types.
"""

from __future__ import annotations

from typing import Any

from jaxtyping import Float, Int
from torch import Tensor, nn

from summ.networks.transformer import Encoded, VocabularyFacts, decoder_logits, encode
from summ.types import Relaxed, Tokens


class Reconstructor(nn.Module):
    """An encoder-decoder from a draft to the document it came from.

    It is told how many words the document has.  That says nothing about the document's
    content, keeps the probability of a length out of the reward, and lets the cycle ask for
    inventions as long as articles are.
    """

    allowed_anywhere: Tensor
    prompts: Tensor

    def __init__(self, network: Any, vocabulary: VocabularyFacts) -> None:
        super().__init__()
        self.network = network
        allowed = ~vocabulary.special
        allowed[vocabulary.eos] = True
        self.start = int(network.config.decoder_start_token_id)
        self.register_buffer("allowed_anywhere", allowed, persistent=False)
        self.register_buffer("prompts", vocabulary.prompts.clone(), persistent=False)

    def read(self, draft: Tokens | Relaxed, length: Int[Tensor, " B"]) -> Encoded:
        """Encodes drafts, drawn or relaxed, each with the number of words of its document."""
        states, mask = encode(self.network, self.prompts, draft, length)
        return Encoded(states, mask, self.allowed_anywhere.expand(len(draft), -1), None)

    def logits(
        self, encoded: Encoded, inputs: Int[Tensor, "B T"], cache: Any = None
    ) -> Float[Tensor, "B T V"]:
        """Raw logits of the word after each input word."""
        return decoder_logits(self.network, encoded, inputs, cache)
