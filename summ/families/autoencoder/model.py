"""The autoencoder's model folder.

::

    model.json         family, format, language, settings, and the SHA-256 of every other file
    network/           the encoder-decoder: a folder of transformers
    code.safetensors   slots, bottleneck, and what turns a code into what the decoder reads
    vocabulary/        read by Vocabulary.load and by AutoTokenizer
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from pydantic import BaseModel

from summ.config import Length, NetworkConfig
from summ.data.manifest import UNKNOWN_LANGUAGE
from summ.errors import ConfigError
from summ.families.autoencoder.config import (
    BinaryConfig,
    BottleneckConfig,
    ContinuousConfig,
    GaussianConfig,
    OneHotConfig,
    StyledConfig,
    VqConfig,
)
from summ.networks.autoencoder import Autoencoder
from summ.networks.bottlenecks import (
    BinaryBottleneck,
    Bottleneck,
    ContinuousBottleneck,
    GaussianBottleneck,
    OneHotBottleneck,
)
from summ.networks.codebook import VqBottleneck
from summ.networks.model_folder import (
    Attention,
    ModelManifest,
    checked_settings,
    load_settings,
    new_model_folder,
)
from summ.networks.soundness import check_finite, too_few_positions
from summ.networks.styled import StyledBottleneck
from summ.networks.transformer import build_encoder_decoder, load_pretrained, loading
from summ.networks.vocabulary_facts import vocabulary_facts
from summ.text.vocabulary import Vocabulary

FAMILY = "autoencoder"
_NETWORK, _CODE, _VOCABULARY = "network", "code.safetensors", "vocabulary"
_OF_NETWORK = "network."


@dataclass(frozen=True)
class AutoencoderSettings:
    """What an autoencoder stores besides its weights.

    Attributes:
        max_sentence: pieces of a text, the end mark included.
        bottleneck: its kind and sizes.
        attention: transformers' attention implementation.
        language: ISO 639 code of the texts it was trained on; ``und`` if unknown.
    """

    max_sentence: Length
    bottleneck: BottleneckConfig
    attention: Attention = "eager"
    language: str = UNKNOWN_LANGUAGE


@dataclass(frozen=True)
class AutoencoderModel:
    """The network, its vocabulary, and what it must know besides."""

    network: Autoencoder
    vocabulary: Vocabulary
    settings: AutoencoderSettings


def build_bottleneck(width: int, config: BaseModel, pieces: int) -> Bottleneck:
    """A new bottleneck for slots of this width, initialised from torch's global generator.

    Args:
        pieces: of the vocabulary.
    """
    match config:
        case ContinuousConfig():
            return ContinuousBottleneck(width, config.size, config.noise)
        case GaussianConfig():
            return GaussianBottleneck(width, config.size, config.free_nats)
        case OneHotConfig():
            return OneHotBottleneck(width, config.symbols, config.temperature)
        case BinaryConfig():
            return BinaryBottleneck(width, config.bits)
        case VqConfig():
            return VqBottleneck(
                width,
                config.size,
                config.symbols,
                decay=config.decay,
                commitment=config.commitment,
                restart_every=config.restart_every,
            )
        case StyledConfig():
            known = pieces if config.hide_above is not None else 0
            return StyledBottleneck(width, config.size, config.style, known)
    raise TypeError(f"no bottleneck: {type(config).__name__}")


def build_autoencoder(
    config: NetworkConfig, vocabulary: Vocabulary, settings: AutoencoderSettings, seed: int
) -> AutoencoderModel:
    """A new autoencoder, initialised from ``seed``.

    Raises:
        ConfigError: the network cannot be built, or reads fewer pieces than ``max_sentence``.
        CheckpointError: a pretrained checkpoint is missing or incomplete.
    """
    facts = vocabulary_facts(vocabulary)
    # transformers initialises from the global generator, whose state is restored.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = build_encoder_decoder(config, facts, settings.attention)
        model = AutoencoderModel(_around(network, vocabulary, settings), vocabulary, settings)
    lacking = too_few_positions({"network": (network, settings.max_sentence)})
    if lacking is not None:
        raise ConfigError(
            f"{lacking} (data.max_sentence, the end mark included). Lower that, or raise its "
            "max_position_embeddings."
        )
    return model


def with_bottleneck(
    model: AutoencoderModel, settings: AutoencoderSettings, seed: int
) -> AutoencoderModel:
    """The same encoder and decoder around another bottleneck.

    Whatever has the same name and shape in both keeps its weights, and of more or fewer slots
    those that both have; the rest is initialised from ``seed``.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = _around(model.network.network, model.vocabulary, settings)
    fresh = network.state_dict()
    known = {
        name: weights
        for name, weights in model.network.state_dict().items()
        if name in fresh and fresh[name].shape == weights.shape
    }
    for name in ("queries", "places"):
        both = min(settings.bottleneck.slots, model.settings.bottleneck.slots)
        known[name] = fresh[name].clone()
        known[name][:both] = model.network.state_dict()[name][:both]
    if model.settings.bottleneck != settings.bottleneck:  # it has its own start, as ever
        known.pop("bottleneck.fitted", None)
    network.load_state_dict({**fresh, **known})
    return AutoencoderModel(network, model.vocabulary, settings)


def _around(network: Any, vocabulary: Vocabulary, settings: AutoencoderSettings) -> Autoencoder:
    """An encoder-decoder with new slots and a new bottleneck between its halves."""
    config = settings.bottleneck
    width = int(network.config.hidden_size)
    bottleneck = build_bottleneck(width, config, vocabulary.size)
    facts = vocabulary_facts(vocabulary)
    return Autoencoder(
        network, facts, bottleneck, config.slots, vocabulary.unk, in_order=config.in_order
    )


def save_autoencoder(model: AutoencoderModel, folder: Path) -> None:
    """Writes a model folder; it appears whole or not at all.

    Raises:
        CheckpointError: it cannot be written.
    """
    from safetensors.torch import save_file
    from transformers.utils import logging

    logging.disable_progress_bar()  # it would draw one for each small network
    settings = {
        "max_sentence": model.settings.max_sentence,
        "bottleneck": model.settings.bottleneck.model_dump(),
        "attention": model.settings.attention,
    }
    code = {
        name: weights.contiguous()
        for name, weights in model.network.state_dict().items()
        if not name.startswith(_OF_NETWORK)
    }
    with new_model_folder(folder, FAMILY, model.settings.language, settings) as work:
        model.network.network.save_pretrained(work / _NETWORK)
        save_file(code, work / _CODE)
        model.vocabulary.save(work / _VOCABULARY)


def load_autoencoder(folder: Path, device: torch.device | str = "cpu") -> AutoencoderModel:
    """Reads a model folder, in float32 and ready for inference.

    Raises:
        CheckpointError: the folder is missing, of another family or format, or not what was
            written.
    """
    folder = Path(folder)
    settings = load_settings(folder, FAMILY, _settings)
    with loading(folder):
        from safetensors.torch import load_file
        from transformers import AutoModelForSeq2SeqLM

        vocabulary = Vocabulary.load(folder / _VOCABULARY)
        inner = load_pretrained(AutoModelForSeq2SeqLM, str(folder / _NETWORK), settings.attention)
        network = _around(inner, vocabulary, settings)
        code = load_file(folder / _CODE)
        own = {_OF_NETWORK + name: weights for name, weights in inner.state_dict().items()}
        network.load_state_dict({**code, **own})
        check_finite(folder, {"network": network})
        lacking = too_few_positions({"network": (inner, settings.max_sentence)})
        if lacking is not None:
            raise ValueError(lacking)
    return AutoencoderModel(network.to(device).eval(), vocabulary, settings)


def _settings(manifest: ModelManifest) -> AutoencoderSettings:
    return checked_settings(AutoencoderSettings, manifest)
