"""The language model: how likely each piece of a sentence is after the pieces before it.

It learns from human sentences alone, and scores how fluent a summary is.

Axes: B sequences, T positions, V word types.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from summ.config import NetworkConfig
from summ.networks.transformer import VocabularyFacts, build_network
from summ.types import Tokens


class LanguageModel(nn.Module):
    """A causal Transformer over human sentences, and how common each piece is in documents.

    Attributes:
        unigram: log-probability of each piece in a document, whatever came before, in nats;
            uniform until ``count`` is called.
    """

    unigram: Tensor

    def __init__(self, network: Any, vocabulary: VocabularyFacts) -> None:
        super().__init__()
        self.network = network
        self.start = vocabulary.bos
        uniform = torch.full((vocabulary.size,), -math.log(vocabulary.size))
        self.register_buffer("unigram", uniform)

    def forward(self, words: Tokens) -> Float[Tensor, "B T V"]:
        """Log-probabilities, in nats, of every word type at each position.

        Position t has read the words before t and no others; the first has read the begin mark.
        Positions of padding mean nothing.
        """
        start = words.ids.new_full((len(words), 1), self.start)
        inputs = torch.cat([start, words.ids[:, :-1]], dim=1)
        mask = torch.cat([torch.ones_like(start, dtype=torch.bool), words.mask[:, :-1]], dim=1)
        logits = self.network(input_ids=inputs, attention_mask=mask.long(), use_cache=False).logits
        return logits.float().log_softmax(dim=-1)

    def log_probs(self, words: Tokens) -> Float[Tensor, "B T"]:
        """Log-probability, in nats, of the piece that stands at each position.

        Positions of padding mean nothing.
        """
        return self(words).gather(2, words.ids[:, :, None]).squeeze(2)

    def lifts(self, words: Tokens, log_probs: Float[Tensor, "B T"]) -> Float[Tensor, "B T"]:
        """How much likelier each piece is where it stands than anywhere in a document, in nats.

        Their mean is the fluency of a sentence.  Positions of padding mean nothing.

        Args:
            log_probs: what ``log_probs`` returns for ``words``.

        Source: SLOR (Kann et al. 2018, arXiv:1809.08731) subtracts how common a word is among
        sentences.  How common it is among documents prefers, besides, words of the sentences'
        register, as the cross-entropy difference of Moore & Lewis (2010) does.
        """
        return log_probs - self.unigram[words.ids]

    def count(self, frequencies: Int[Tensor, " V"]) -> None:
        """Sets ``unigram`` from how often each piece occurs; one is added to each count.

        Args:
            frequencies: in the documents, with an end mark for each.
        """
        counts = frequencies.double() + 1
        self.unigram.copy_((counts / counts.sum()).log())


def build_language_model(
    config: NetworkConfig, vocabulary: VocabularyFacts, attention: str
) -> LanguageModel:
    """Any causal language model of transformers, from a configuration or checkpoint.

    Raises:
        ConfigError: transformers knows no such architecture, or refuses the sizes.
        CheckpointError: the checkpoint lacks tensors.
    """
    from transformers import AutoModelForCausalLM

    name, tied = "networks.language_model", {"tie_word_embeddings": True}
    network = build_network(AutoModelForCausalLM, config, vocabulary, attention, name, tied)
    return LanguageModel(network, vocabulary)
