"""The summary model: its networks and their vocabulary, in one folder.

A model folder holds ``model.json`` (family, format, language, settings, and the SHA-256 of every
other file), one folder of safetensors for each network, and the vocabulary.  Nothing in it is
pickled.
"""

from __future__ import annotations

import copy
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from summ.config import Length, NetworkConfig
from summ.data.manifest import UNKNOWN_LANGUAGE
from summ.errors import CheckpointError, ConfigError
from summ.families.summarizer.config import NetworksConfig
from summ.networks.compressor import Compressor
from summ.networks.discriminator import Discriminator, build_discriminator
from summ.networks.int8 import WEIGHTS, load_eight_bits, save_eight_bits
from summ.networks.language_model import LanguageModel, build_language_model
from summ.networks.model_folder import (
    Attention,
    ModelManifest,
    checked_settings,
    load_settings,
    new_model_folder,
)
from summ.networks.reconstructor import Reconstructor
from summ.networks.salience import Salience, load_salience, save_salience
from summ.networks.soundness import check_finite, too_few_positions
from summ.networks.transformer import build_encoder_decoder, load_pretrained, loading
from summ.networks.vocabulary_facts import vocabulary_facts
from summ.text.vocabulary import Vocabulary

FAMILY = "summarizer"
SHIPPED = Path(__file__).parents[2] / "pretrained" / "en-small"


@dataclass(frozen=True)
class SummaryModelSettings:
    """What a summary model stores besides its weights.

    Attributes:
        max_document: pieces of a source that are read, the end mark included.
        max_sentence: pieces of a summary, the end mark included.
        shortlist: pieces that any summary may use, or None for the whole vocabulary.
        attention: transformers' attention implementation.
        rerank: weights of the other networks' scores when the hypotheses of a search are reranked,
            by the names of ``summ.pipelines.rerank``; None takes the compressor's likeliest.
        language: ISO 639 code of the texts it was trained on; ``und`` if unknown.
        in_order: whether summaries keep the words of a source in the order of the source; a
            folder written before this setting existed does not.
        judges: the pretrained networks of others that its drafts were rewarded by, by the name of
            the reward; none of a model from nothing.
    """

    max_document: Length
    max_sentence: Length
    shortlist: tuple[int, ...] | None
    attention: Attention = "eager"
    rerank: dict[str, float] | None = None
    language: str = UNKNOWN_LANGUAGE
    in_order: bool = False
    judges: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SummaryModel:
    """Three networks, their vocabulary, and the optional networks that were trained with them.

    Attributes:
        language_model: of human sentences.
        salience: which words of a source matter; it reads the compressor's encoding.
    """

    compressor: Compressor
    reconstructor: Reconstructor
    discriminator: Discriminator
    vocabulary: Vocabulary
    settings: SummaryModelSettings
    language_model: LanguageModel | None = None
    salience: Salience | None = None

    def to(self, device: torch.device | str) -> SummaryModel:
        """Moves the networks, in place, and returns the same model."""
        for network in self.networks().values():
            network.to(device)
        return self

    def networks(self) -> dict[str, nn.Module]:
        """The networks by name, in a fixed order."""
        networks: dict[str, nn.Module] = {
            "compressor": self.compressor,
            "reconstructor": self.reconstructor,
            "discriminator": self.discriminator,
        }
        if self.language_model is not None:
            networks["language_model"] = self.language_model
        if self.salience is not None:
            networks["salience"] = self.salience
        return networks


def build_summary_model(
    config: NetworksConfig, vocabulary: Vocabulary, settings: SummaryModelSettings, seed: int
) -> SummaryModel:
    """New networks, initialised from ``seed``.

    Raises:
        ConfigError: transformers cannot build one of the networks.
        CheckpointError: a pretrained checkpoint is missing or incomplete.
    """
    facts = vocabulary_facts(vocabulary)
    # transformers initialises from the global generator, whose state is restored.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        compressor = build_encoder_decoder(config.compressor, facts, config.attention)
        reconstructor = build_encoder_decoder(config.reconstructor, facts, config.attention)
        discriminator = build_discriminator(config.discriminator, facts, config.attention)
    summary_model = SummaryModel(
        Compressor(compressor, facts, settings.shortlist),
        Reconstructor(reconstructor, facts),
        discriminator,
        vocabulary,
        settings,
    )
    if config.language_model is not None:
        summary_model = with_language_model(summary_model, config.language_model, seed)
    lacking = _too_few_positions(summary_model)
    if lacking is not None:
        raise ConfigError(
            f"networks: the {lacking} (data.max_document and data.max_sentence, marks included). "
            "Lower those, or raise max_position_embeddings or n_positions of the network."
        )
    return summary_model


def with_language_model(
    summary_model: SummaryModel, config: NetworkConfig, seed: int
) -> SummaryModel:
    """The same model with a new language model, initialised from ``seed``.

    Raises:
        ConfigError: transformers cannot build it.
        CheckpointError: a pretrained checkpoint is missing or incomplete.
    """
    facts = vocabulary_facts(summary_model.vocabulary)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        built = build_language_model(config, facts, summary_model.settings.attention)
    return replace(summary_model, language_model=built)


def with_salience(
    summary_model: SummaryModel, commonness: Float[Tensor, " V"], hidden: int, seed: int
) -> SummaryModel:
    """The same model with new layers for salience, initialised from ``seed``.

    Args:
        commonness: share of documents that have each piece.
        hidden: width between the two layers.
    """
    width = int(summary_model.compressor.network.config.hidden_size)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        salience = Salience(width, hidden, vocabulary_facts(summary_model.vocabulary))
    salience.commonness.copy_(commonness)
    return replace(summary_model, salience=salience)


def save_summary_model(
    summary_model: SummaryModel, folder: Path, dtype: torch.dtype = torch.float32
) -> None:
    """Writes a model folder; it appears whole or not at all.

    Args:
        dtype: of the stored weights; ``torch.float16`` halves the folder, and ``torch.int8``, with
            a scale for each row of a matrix, halves it again.

    Raises:
        CheckpointError: it cannot be written.
    """
    settings = asdict(summary_model.settings)
    if not summary_model.settings.judges:
        settings.pop("judges")
    with new_model_folder(folder, FAMILY, settings.pop("language"), settings) as work:
        for name, module in summary_model.networks().items():
            _save_network(module, work / name, dtype)
        summary_model.vocabulary.save(work / "vocabulary")
        if summary_model.settings.judges:
            (work / "README.md").write_text(_card(summary_model.settings.judges), encoding="utf-8")


def _card(judges: dict[str, str]) -> str:
    """What whoever compares models must know of one that did not learn from nothing."""
    lines = [f"- {reward}: {name}" for reward, name in sorted(judges.items())]
    return (
        "# A summarizer of summ, with pretrained judges\n\n"
        "In its training, drafts were rewarded by networks that others have trained:\n\n"
        + "\n".join(lines)
        + "\n\nIt stands in a row of its own beside models from nothing.\n"
    )


def _save_network(module: Any, folder: Path, dtype: torch.dtype) -> None:
    """One network, written by transformers; our own additions go to a file beside it."""
    from safetensors.torch import save_file
    from transformers.utils import logging

    logging.disable_progress_bar()  # it would draw one for each small network
    if isinstance(module, Salience):  # a few kilobytes, in full precision
        save_salience(module, folder)
    elif dtype == torch.int8:
        save_eight_bits(module.network, folder)
    else:
        network = module.network
        if network.dtype != dtype:
            # A copy, so that tied weights stay tied and the network keeps its precision.
            network = copy.deepcopy(network).to(dtype)
        network.save_pretrained(folder)
    if isinstance(module, Discriminator):
        save_file(module.score.state_dict(), folder / "score.safetensors")
    if isinstance(module, LanguageModel):
        save_file({"unigram": module.unigram}, folder / "unigram.safetensors")


def load_summary_model(
    folder: Path | None = None, device: torch.device | str = "cpu"
) -> SummaryModel:
    """Reads a model folder, in float32 and ready for inference.

    Args:
        folder: what ``save_summary_model`` wrote; None is the model that ships with summ.

    Raises:
        CheckpointError: the folder is missing, of another family or format, or not what was
            written.
    """
    folder = SHIPPED if folder is None else Path(folder)
    settings = load_settings(folder, FAMILY, _settings)
    with loading(folder):
        return _read_networks(folder, settings).to(device)


def _read_networks(folder: Path, settings: SummaryModelSettings) -> SummaryModel:
    """The networks and the vocabulary of a folder that was checked, ready for inference."""
    vocabulary = Vocabulary.load(folder / "vocabulary")
    facts = vocabulary_facts(vocabulary)
    from safetensors.torch import load_file
    from transformers import AutoModel, AutoModelForCausalLM, AutoModelForSeq2SeqLM

    def network(name: str, auto_class: Any) -> Any:
        if (folder / name / WEIGHTS).is_file():
            return load_eight_bits(folder / name, settings.attention)
        return load_pretrained(auto_class, str(folder / name), settings.attention)

    summary_model = SummaryModel(
        Compressor(network("compressor", AutoModelForSeq2SeqLM), facts, settings.shortlist),
        Reconstructor(network("reconstructor", AutoModelForSeq2SeqLM), facts),
        Discriminator(network("discriminator", AutoModel)),
        vocabulary,
        settings,
    )
    summary_model.discriminator.score.load_state_dict(
        load_file(folder / "discriminator" / "score.safetensors")
    )
    if (folder / "language_model").is_dir():
        language_model = LanguageModel(network("language_model", AutoModelForCausalLM), facts)
        counted = load_file(folder / "language_model" / "unigram.safetensors")
        language_model.unigram.copy_(counted["unigram"])
        summary_model = replace(summary_model, language_model=language_model)
    if (folder / "salience").is_dir():
        summary_model = replace(summary_model, salience=load_salience(folder / "salience", facts))
    for part in summary_model.networks().values():
        part.eval()
    check_finite(folder, summary_model.networks())
    lacking = _too_few_positions(summary_model)
    if lacking is not None:
        raise CheckpointError(f"{folder}: {lacking}. Get the model again.")
    return summary_model


def _too_few_positions(model: SummaryModel) -> str | None:
    """Which network reads less than the settings promise, if one does."""
    # A length prompt stands before every source, a begin mark before what a decoder writes.
    document, sentence = model.settings.max_document, model.settings.max_sentence
    networks: dict[str, tuple[Any, int]] = {
        "compressor": (model.compressor.network, max(document + 1, sentence)),
        "reconstructor": (model.reconstructor.network, max(document, sentence + 1)),
        "discriminator": (model.discriminator.network, sentence),
    }
    if model.language_model is not None:
        networks["language_model"] = (model.language_model.network, sentence)
    return too_few_positions(networks)


def _settings(manifest: ModelManifest) -> SummaryModelSettings:
    return checked_settings(SummaryModelSettings, manifest)
