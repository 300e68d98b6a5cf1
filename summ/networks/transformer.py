"""Networks of transformers: built, loaded, and run as encoder and decoder.

Axes: B sequences, S source positions, T positions of the output, V word types, D width.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from summ.errors import CheckpointError, ConfigError, SummError
from summ.networks.model_sizes import check_defaults, memory_bytes
from summ.networks.pegasus import Pegasus, PegasusCache
from summ.networks.relaxed_input import relaxed_input
from summ.text.vocabulary import Vocabulary
from summ.types import Relaxed, Tokens

if TYPE_CHECKING:
    from summ.config import NetworkConfig


_BYTES_IN_TRAINING = 16  # of a weight: itself, its gradient, and the two means of Adam
_SMALL = 10**9  # the product of a network's largest sizes that no memory lacks room for


@dataclass(frozen=True)
class VocabularyFacts:
    """The facts about the vocabulary that networks and decoding need.

    Attributes:
        size, pad, bos, eos: number of pieces, and the ids of the marks.
        starts_word: pieces that begin a new whitespace-separated word.
        special: pieces that no output may contain; the end mark is not one of them.
        prompts: ids of the length prompts; ``prompts[n - 1]`` requests n words.
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
    """An encoded source, and the constraints on what is decoded from it.

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
    """An autoregressive decoder over an encoded source (compressor, reconstructor)."""

    start: int

    def logits(self, encoded: Encoded, inputs: Tensor, cache: Any = None) -> Tensor: ...


def build_network(
    auto_class: Any,
    config: NetworkConfig,
    vocabulary: VocabularyFacts | Vocabulary,
    attention: str,
    name: str,
    defaults: Mapping[str, Any] | None = None,
) -> Any:
    """A network of transformers, from a configuration or a pretrained checkpoint.

    Dropout is 0: the policy that is scored must be the policy that was sampled, and two drafts of
    one source must be scored by the same reconstructor.

    Args:
        auto_class: ``AutoModel`` for states, ``AutoModelForCausalLM`` or ``AutoModelForSeq2SeqLM``
            for logits.
        name: the key of the configuration, for errors.
        defaults: settings of the architecture that the configuration may replace.

    Raises:
        ConfigError: transformers knows no such architecture, or refuses the sizes.
        CheckpointError: the checkpoint cannot be read, or lacks tensors.
    """
    from transformers import AutoConfig

    if config.checkpoint is not None:
        network = load_pretrained(auto_class, config.checkpoint, attention)
        network.resize_token_embeddings(vocabulary.size)
        return network
    values = {**(defaults or {}), **(config.config or {})}
    model_type = values.pop("model_type")
    try:
        settings = AutoConfig.for_model(
            model_type, **values, vocab_size=vocabulary.size, **_marks(vocabulary)
        )
        _check_memory(auto_class, settings, attention)
        network = auto_class.from_config(settings, attn_implementation=attention)
    except Exception as error:  # transformers raises whatever its layers trip over
        reason = " ".join(str(error).split())[:300]
        raise ConfigError(f"{name}: cannot build a {model_type!r} network: {reason}") from error
    return without_dropout(network)


def _check_memory(auto_class: Any, settings: Any, attention: str) -> None:
    """Passes where a new network can be trained in the memory that there is.

    Raises:
        ValueError: it cannot; found before anything is allocated.
    """
    sizes = sorted(value for value in settings.to_dict().values() if type(value) is int)
    if math.prod(sizes[-3:]) < _SMALL:
        return
    # On the device without memory; what is drawn there must not move torch's generator.
    with torch.random.fork_rng(devices=[]), torch.device("meta"):
        network = auto_class.from_config(settings, attn_implementation=attention)
    needed = _BYTES_IN_TRAINING * sum(weights.numel() for weights in network.parameters())
    if needed > memory_bytes():
        raise ValueError(
            f"it would need {needed / 1e9:,.1f} GB in training, the memory has "
            f"{memory_bytes() / 1e9:,.1f}. Make it smaller"
        )


def build_encoder_decoder(
    config: NetworkConfig, vocabulary: VocabularyFacts, attention: str
) -> Any:
    """Any encoder-decoder of transformers; see ``build_network``."""
    from transformers import AutoModelForSeq2SeqLM, GenerationConfig

    start = {"decoder_start_token_id": vocabulary.bos, "forced_eos_token_id": None}
    network = build_network(AutoModelForSeq2SeqLM, config, vocabulary, attention, "networks", start)
    if config.checkpoint is not None:
        # A checkpoint's generation settings (a forced first piece, no repeated n-gram, ...) are
        # not part of the policy: search would follow them and sampling would not.
        network.generation_config = GenerationConfig(
            decoder_start_token_id=network.config.decoder_start_token_id, **_marks(vocabulary)
        )
    return network


def _marks(vocabulary: VocabularyFacts | Vocabulary) -> dict[str, int]:
    """The ids of the marks, as transformers calls them."""
    return {
        "pad_token_id": vocabulary.pad,
        "bos_token_id": vocabulary.bos,
        "eos_token_id": vocabulary.eos,
    }


def load_pretrained(
    auto_class: Any,
    folder: str,
    attention: str,
    spare: tuple[str, ...] = (),
    safetensors_only: bool = False,
) -> Any:
    """``from_pretrained`` in float32 and without dropout; missing tensors are an error.

    Dropout is removed here because a stored configuration keeps its architecture's default,
    whatever the run that wrote it used.

    Args:
        spare: how the names of tensors begin that may be missing, since nothing reads them.
        safetensors_only: whether weights of another kind are refused.

    Raises:
        CheckpointError: the folder cannot be read, or tensors are missing.
    """
    from transformers import AutoConfig

    with loading(folder):
        if _is_folder(folder):
            settings = AutoConfig.from_pretrained(
                folder, local_files_only=True, trust_remote_code=False
            )
            check_defaults(Path(folder), settings.to_dict())
        network, report = auto_class.from_pretrained(
            folder,
            dtype=torch.float32,
            attn_implementation=attention,
            output_loading_info=True,
            local_files_only=_is_folder(folder),
            trust_remote_code=False,
            **({"use_safetensors": True} if safetensors_only else {}),
        )
    missing = sorted(name for name in report["missing_keys"] if not name.startswith(spare))
    if missing:
        raise CheckpointError(
            f"{folder}: {len(missing)} tensors are missing, the first is {missing[0]}. "
            "Get the file again; it would be filled with random numbers."
        )
    return without_dropout(network)


@contextmanager
def loading(folder: object) -> Iterator[None]:
    """Turns every error inside into one line about the folder, and hides progress bars.

    Raises:
        CheckpointError: something in the folder cannot be read.
    """
    from transformers.utils import logging

    logging.disable_progress_bar()  # it would draw one for each small network
    with reading(folder):
        yield


@contextmanager
def reading(folder: object) -> Iterator[None]:
    """Turns every error inside into one line about the folder.

    Raises:
        CheckpointError: something in the folder cannot be read.
    """
    try:
        yield
    except SummError:
        raise
    except Exception as error:  # transformers and safetensors raise a dozen unrelated kinds
        reason = " ".join(str(error).split())[:300]
        raise CheckpointError(f"{folder}: cannot be loaded: {reason}") from error


def _is_folder(name: str) -> bool:
    return Path(name).is_dir()


def without_dropout(network: Any) -> Any:
    """The same network with every dropout probability set to zero, in modules and attention."""
    for module in network.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
        # transformers keeps some probabilities as plain attributes of modules.
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
    """Logits of the piece after each of ``inputs``; with a cache, ``inputs`` are the new ones.

    A cache of fixed size is recognised by its ``max_cache_len`` and gets a mask of as many columns:
    without one, transformers would wait for the GPU to learn how many positions are filled.
    """
    if isinstance(network, Pegasus):
        return network.logits(encoded.states, encoded.mask, inputs, cache)
    from transformers.modeling_outputs import BaseModelOutput

    output = network(
        encoder_outputs=BaseModelOutput(last_hidden_state=encoded.states),
        attention_mask=encoded.mask.long(),
        decoder_input_ids=inputs,
        decoder_attention_mask=_room(cache, inputs),
        use_cache=cache is not None,
        **{cache_keyword(network): cache},
    )
    return output.logits


def _room(cache: Any, inputs: Int[Tensor, "B T"]) -> Int[Tensor, "B L"] | None:
    """A mask over all positions of a cache of fixed size; None for one that grows."""
    layers = [] if cache is None else cache.self_attention_cache.layers
    size = getattr(layers[0], "max_cache_len", None) if layers else None
    return None if size is None else inputs.new_ones((len(inputs), size))


def several_each(network: Any, encoded: Encoded, times: int) -> Encoded:
    """Sources as a decoder reads them that goes on from each ``times`` times.

    ``Pegasus`` shares a source among its rows; networks of transformers want it once for each.
    """
    return encoded if isinstance(network, Pegasus) else encoded.repeat(times)


def of_rows(network: Any, encoded: Encoded, sources: Int[Tensor, " R"]) -> Encoded:
    """Sources as a decoder reads them whose cache was reordered: ``sources`` are those of its rows.

    The cache of ``Pegasus`` knows them; networks of transformers want one for each row.
    """
    return encoded if isinstance(network, Pegasus) else encoded.rows(sources)


def new_cache(network: Any) -> Any:
    """An empty cache of keys and values, of the network's own kind."""
    if isinstance(network, Pegasus):
        return PegasusCache()
    from transformers.cache_utils import DynamicCache, EncoderDecoderCache

    return EncoderDecoderCache(DynamicCache(), DynamicCache())


def cache_keyword(network: Any) -> str:
    """The name of the cache argument, which transformers 5.24 changed."""
    return _cache_keyword(type(network).forward)


@lru_cache
def _cache_keyword(forward: Callable[..., Any]) -> str:
    # Asked at every step, of which looking up a signature would be a fiftieth.
    parameters = inspect.signature(forward).parameters
    return "cache" if "cache" in parameters else "past_key_values"
