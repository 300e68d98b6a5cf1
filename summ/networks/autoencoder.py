"""The autoencoder: a text through a few slots and a bottleneck, and back.

::

    tokens -> encoder -> H slots -> bottleneck -> Code -> H positions that a decoder reads

Axes: N texts, T positions, H slots, L numbers of a slot, D width, V pieces,
C random numbers of a text.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from summ.networks.bottlenecks import Bottleneck, Code
from summ.networks.styled import StyledBottleneck
from summ.networks.telling_words import hide_words
from summ.networks.transformer import Encoded, VocabularyFacts, decoder_logits
from summ.networks.word_places import nearness, word_places
from summ.types import Tokens


class Autoencoder(nn.Module):
    """An encoder-decoder of transformers whose decoder reads nothing but a code.

    H learned queries attend to the encoder's states (Lee et al. 2019, arXiv:1810.00825, Section
    3.2): their results are the slots.  The decoder attends to the H slots of the code.
    With ``in_order`` a slot reads the words around its own place in the text.
    """

    allowed_anywhere: Tensor
    starts_word: Tensor
    bottleneck: Bottleneck

    def __init__(
        self,
        network: Any,
        vocabulary: VocabularyFacts,
        bottleneck: Bottleneck,
        slots: int,
        unknown: int,
        *,
        in_order: bool = False,
    ) -> None:
        super().__init__()
        width = int(network.config.hidden_size)
        heads = int(network.config.num_attention_heads)
        self.network = network
        self.start = int(network.config.decoder_start_token_id)
        self.count, self.in_order = slots, in_order
        self.unknown = unknown  # stands for words that are hidden
        self.queries = nn.Parameter(torch.randn(slots, width))
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.slots_norm = nn.LayerNorm(width)
        self.bottleneck = bottleneck
        self.expand = nn.Linear(bottleneck.size, width)
        self.places = nn.Parameter(torch.randn(slots, width) * 0.1)
        self.memory_norm = nn.LayerNorm(width)
        self.bag = nn.Linear(width, width)
        allowed = ~vocabulary.special
        allowed[vocabulary.eos] = True
        self.register_buffer("allowed_anywhere", allowed, persistent=False)
        self.register_buffer("starts_word", vocabulary.starts_word, persistent=False)

    def slots_and_embeddings(
        self, texts: Tokens
    ) -> tuple[Float[Tensor, "N H D"], Float[Tensor, "N T D"]]:
        """The slots of each text, and the embeddings of its pieces that they depend on.

        The slots can be differentiated twice, which fused attention cannot.
        """
        seen: list[Tensor] = []
        table = self.network.get_encoder().get_input_embeddings()
        handle = table.register_forward_hook(lambda module, given, rows: seen.append(rows))
        try:
            with sdpa_kernel(SDPBackend.MATH):
                slots = self.slots(texts)
        finally:
            handle.remove()
        return slots, seen[0]

    def code(
        self,
        texts: Tokens,
        uniforms: Float[Tensor, "N C"] | None = None,
        style_of: Tokens | None = None,
    ) -> Code:
        """The code of each text.

        Of a styled one that knows which words tell a style, the style is read from these words
        alone, and the content from all others.

        Args:
            style_of: other texts, whose style a styled code has.
        """
        bottleneck, telling = self.bottleneck, None
        if isinstance(bottleneck, StyledBottleneck):
            telling = bottleneck.telling
        if not isinstance(bottleneck, StyledBottleneck) or (telling is None and style_of is None):
            return bottleneck(self.slots(texts), uniforms)
        content, style = texts, texts if style_of is None else style_of
        if telling is not None:
            known = (self.starts_word, telling, self.unknown)
            content, style = hide_words(content, *known), hide_words(style, *known, told=False)
        return bottleneck.of_both(self.slots(content), self.slots(style))

    def slots(self, texts: Tokens) -> Float[Tensor, "N H D"]:
        """What the encoder says of each text, before the bottleneck."""
        encoder = self.network.get_encoder()
        output = encoder(input_ids=texts.ids, attention_mask=texts.mask.long())
        states = output.last_hidden_state
        queries = self.queries.to(states.dtype).expand(len(texts), -1, -1)
        padding, near = ~texts.mask, None
        if self.in_order:
            places = word_places(texts, self.starts_word, self.count)
            near = nearness(places, self.count).masked_fill(padding[:, None], -math.inf)
            near = near.to(states.dtype).repeat_interleave(self.attention.num_heads, dim=0)
        slots, _ = self.attention(
            queries,
            states,
            states,
            key_padding_mask=padding if near is None else None,
            attn_mask=near,
            need_weights=False,
        )
        return self.slots_norm(slots)

    def read(
        self, values: Float[Tensor, "N H L"], kept: Int[Tensor, " N"] | None = None
    ) -> Encoded:
        """The code as a source of H positions, for everything that decodes.

        Args:
            kept: how many of a text's slots are read, from the first; None reads all.
        """
        states = self.memory_norm(self.expand(values) + self.places)
        mask = torch.ones(states.shape[:2], dtype=torch.bool, device=states.device)
        if kept is not None:
            mask = torch.arange(mask.shape[1], device=mask.device) < kept[:, None]
        return Encoded(states, mask, self.allowed_anywhere.expand(len(states), -1), None)

    def logits(
        self, encoded: Encoded, inputs: Int[Tensor, "N T"], cache: Any = None
    ) -> Float[Tensor, "N T V"]:
        """Raw logits of the piece after each input piece."""
        return decoder_logits(self.network, encoded, inputs, cache)

    def bag_logits(self, encoded: Encoded) -> Float[Tensor, "N B V"]:
        """Raw logits of any piece of the text, whatever its place, from the code alone.

        In one bag a text, from all slots; where slots stand in order one a slot, from itself.
        """
        table = self.network.get_input_embeddings().weight
        read = encoded.states
        if not self.in_order:
            hidden = read.masked_fill(~encoded.mask[..., None], 0.0)
            read = hidden.sum(dim=1, keepdim=True) / encoded.mask.sum(dim=1)[:, None, None]
        return self.bag(read) @ table.T.to(read.dtype)

    def bags(self, texts: Tokens) -> Int[Tensor, "N T"]:
        """The bag that each piece is in."""
        if not self.in_order:
            return torch.zeros_like(texts.ids)
        return word_places(texts, self.starts_word, self.count).long()
