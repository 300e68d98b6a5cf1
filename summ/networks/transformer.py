"""What compressor and reconstructor share: a transformers encoder-decoder, read and continued.

Axes: B sequences, S source positions, T positions of the output, V word types, D width.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from summ.config import NetworkConfig
from summ.errors import CheckpointError, ConfigError
from summ.networks.relaxed_input import relaxed_input
from summ.types import Relaxed, Tokens


@dataclass(frozen=True)
class VocabularyFacts:
    """The facts about the vocabulary that networks and decoding need.

    Attributes:
        size, pad, bos, eos: number of pieces, and the ids of the marks.
        starts_word: pieces that begin a new whitespace-separated word.
        special: pieces that no output may contain; the end mark is not among them.
        prompts: ids of the length prompts; ``prompts[n - 1]`` asks for n words.
    """

    size: int
    pad: int
    bos: int
    eos: int
    starts_word: Bool[Tensor, " V"]
    special: Bool[Tensor, " V"]
    prompts: Int[Tensor, " P"]


@dataclass(frozen=True)
class Encoded:
    """A source as the decoder sees it, and what may be said about it.

    Attributes:
        states: the encoder's output.
        mask: True on real source positions.
        allowed: pieces the output may use at all; the end mark is always among them.
        budget: the most whitespace-separated words the output may have; None sets no limit.
    """

    states: Float[Tensor, "B S D"]
    mask: Bool[Tensor, "B S"]
    allowed: Bool[Tensor, "B V"]
    budget: Int[Tensor, " B"] | None

    def detach(self) -> Encoded:
        return Encoded(self.states.detach(), self.mask, self.allowed, self.budget)

    def rows(self, index: Int[Tensor, " R"]) -> Encoded:
        """The chosen sources, each as often as the index names it."""
        budget = None if self.budget is None else self.budget[index]
        return Encoded(self.states[index], self.mask[index], self.allowed[index], budget)

    def repeat(self, times: int) -> Encoded:
        """Each source ``times`` times in a row: a a b b, not a b a b."""
        if times == 1:
            return self
        budget = self.budget
        return Encoded(
            self.states.repeat_interleave(times, dim=0),
            self.mask.repeat_interleave(times, dim=0),
            self.allowed.repeat_interleave(times, dim=0),
            None if budget is None else budget.repeat_interleave(times),
        )


@runtime_checkable
class AutoregressiveDecoder(Protocol):
    """A network that continues words: compressor and reconstructor are two."""

    start: int

    def logits(self, encoded: Encoded, inputs: Tensor, cache: Any = None) -> Tensor: ...


def build_encoder_decoder(
    config: NetworkConfig, vocabulary: VocabularyFacts, attention: str
) -> Any:
    """Any encoder-decoder of transformers, from a configuration or a pretrained checkpoint.

    Dropout is 0: the policy that is scored must be the policy that was sampled, and both
    drafts of a source must be judged by the same reconstructor.

    Raises:
        ConfigError: transformers knows no such architecture, or refuses the sizes.
        CheckpointError: the checkpoint lacks tensors that the architecture needs.
    """
    from transformers import AutoConfig, AutoModelForSeq2SeqLM, GenerationConfig

    marks = {
        "pad_token_id": vocabulary.pad,
        "bos_token_id": vocabulary.bos,
        "eos_token_id": vocabulary.eos,
    }
    if config.checkpoint is not None:
        network = load_pretrained(AutoModelForSeq2SeqLM, config.checkpoint, attention)
        network.resize_token_embeddings(vocabulary.size)
        # The checkpoint's habits (a forced first piece, no n-gram twice, ...) are no part of the
        # policy, and would be obeyed by search and not by sampling.
        start = network.config.decoder_start_token_id
        network.generation_config = GenerationConfig(decoder_start_token_id=start, **marks)
        return network
    values = dict(config.config or {})
    model_type = values.pop("model_type")
    try:
        settings = AutoConfig.for_model(
            model_type,
            **{"decoder_start_token_id": vocabulary.bos, "forced_eos_token_id": None, **marks},
            **values,
            vocab_size=vocabulary.size,
        )
        network = AutoModelForSeq2SeqLM.from_config(settings, attn_implementation=attention)
    except (ValueError, KeyError, TypeError) as error:
        reason = " ".join(str(error).split())[:300]
        raise ConfigError(f"networks: cannot build a {model_type!r} network: {reason}") from error
    return without_dropout(network)


def build_causal(
    auto_class: Any, config: NetworkConfig, vocabulary: VocabularyFacts, attention: str, name: str
) -> Any:
    """A causal transformers network, from a configuration or checkpoint, without dropout.

    Args:
        auto_class: ``AutoModel`` for states, ``AutoModelForCausalLM`` for logits.
        name: the key of the configuration, for errors.

    Raises:
        ConfigError: transformers knows no such architecture, or refuses the sizes.
        CheckpointError: the checkpoint lacks tensors.
    """
    from transformers import AutoConfig

    if config.checkpoint is not None:
        network = load_pretrained(auto_class, config.checkpoint, attention)
        network.resize_token_embeddings(vocabulary.size)
        return network
    values = dict(config.config or {})
    model_type = values.pop("model_type")
    try:
        settings = AutoConfig.for_model(
            model_type,
            **{"tie_word_embeddings": True, **values},
            vocab_size=vocabulary.size,
            pad_token_id=vocabulary.pad,
            bos_token_id=vocabulary.bos,
            eos_token_id=vocabulary.eos,
        )
        network = auto_class.from_config(settings, attn_implementation=attention)
    except (ValueError, KeyError, TypeError) as error:
        reason = " ".join(str(error).split())[:300]
        raise ConfigError(f"{name}: cannot build a {model_type!r}: {reason}") from error
    return without_dropout(network)


def load_pretrained(auto_class: Any, folder: str, attention: str) -> Any:
    """``from_pretrained`` in float32, without dropout, that refuses to invent missing tensors.

    A stored configuration keeps its architecture's dropout, whatever the run did that wrote it.

    Raises:
        CheckpointError: the folder cannot be read, or tensors are missing.
    """
    with loading(folder):
        network, report = auto_class.from_pretrained(
            folder,
            dtype=torch.float32,
            attn_implementation=attention,
            output_loading_info=True,
            local_files_only=_is_folder(folder),
        )
    missing = sorted(report["missing_keys"])
    if missing:
        raise CheckpointError(
            f"{folder}: {len(missing)} tensors are missing, the first is {missing[0]}. "
            "Get the file again; it would be filled with random numbers."
        )
    return without_dropout(network)


@contextmanager
def loading(folder: object) -> Iterator[None]:
    """What goes wrong inside becomes one line about the folder; transformers draws no bars.

    Raises:
        CheckpointError: something in the folder cannot be read.
    """
    from transformers.utils import logging

    logging.disable_progress_bar()  # a bar for each small network, even when nobody watches
    try:
        yield
    except Exception as error:  # transformers and safetensors raise a dozen unrelated kinds
        reason = " ".join(str(error).split())[:300]
        raise CheckpointError(f"{folder}: cannot be loaded: {reason}") from error


def _is_folder(name: str) -> bool:
    from pathlib import Path

    return Path(name).is_dir()


def without_dropout(network: Any) -> Any:
    """The same network with every dropout probability set to zero, in modules and attention."""
    for module in network.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
        # transformers keeps some probabilities as plain numbers beside the modules.
        for name, value in list(vars(module).items()):
            if "dropout" in name and isinstance(value, float):
                setattr(module, name, 0.0)
    return network


def encode(
    network: Any, prompts: Int[Tensor, " P"], source: Tokens | Relaxed, budget: Int[Tensor, " B"]
) -> tuple[Float[Tensor, "B S D"], Bool[Tensor, "B S"]]:
    """Runs the encoder over the length prompt and the source."""
    words = source.tokens if isinstance(source, Relaxed) else source
    prompt = prompts[(budget - 1).clamp(0, len(prompts) - 1)][:, None]
    ids = torch.cat([prompt, words.ids], dim=1)
    mask = torch.cat([torch.ones_like(prompt, dtype=torch.bool), words.mask], dim=1)
    encoder = network.get_encoder()
    with relaxed_input(encoder.get_input_embeddings(), source):
        output = encoder(input_ids=ids, attention_mask=mask.long())
    return output.last_hidden_state, mask


def decoder_logits(
    network: Any,
    encoded: Encoded,
    inputs: Int[Tensor, "B T"],
    cache: Any = None,
) -> Float[Tensor, "B T V"]:
    """Logits of the word after each of ``inputs``; with a cache, ``inputs`` are the new ones.

    A cache of fixed size is told apart by its ``max_cache_len``: without a mask of as many columns,
    transformers would ask the GPU how many positions it holds.
    """
    from transformers.modeling_outputs import BaseModelOutput

    output = network(
        encoder_outputs=BaseModelOutput(last_hidden_state=encoded.states),
        attention_mask=encoded.mask.long(),
        decoder_input_ids=inputs,
        decoder_attention_mask=_room(cache, inputs),
        use_cache=cache is not None,
        **{_cache_keyword(network): cache},
    )
    return output.logits


def _room(cache: Any, inputs: Int[Tensor, "B T"]) -> Int[Tensor, "B L"] | None:
    """A mask over all positions of a cache of fixed size; None for one that grows."""
    layers = [] if cache is None else cache.self_attention_cache.layers
    size = getattr(layers[0], "max_cache_len", None) if layers else None
    return None if size is None else inputs.new_ones((len(inputs), size))


def _cache_keyword(network: Any) -> str:
    """What a network calls its cache: releases of transformers from 5.24 on renamed it."""
    parameters = inspect.signature(network.forward).parameters
    return "cache" if "cache" in parameters else "past_key_values"
