"""The task of autoencoders: a text is rebuilt from its code."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import torch
from torch import nn

from summ.data.corpus import Corpus
from summ.data.prose import Prose
from summ.errors import ConfigError
from summ.families.autoencoder.config import AutoencoderRun, VqConfig
from summ.families.autoencoder.lines import Lines, open_corpus
from summ.families.autoencoder.model import (
    AutoencoderModel,
    AutoencoderSettings,
    build_autoencoder,
    load_autoencoder,
    save_autoencoder,
    with_bottleneck,
)
from summ.families.autoencoder.rebuild import RebuildStep
from summ.families.autoencoder.validation import validate
from summ.networks.codebook import VqBottleneck
from summ.training.random_streams import stage_seed
from summ.training.task import StageParts, Validation, check_shares

_ROWS_AT_ONCE = 64


class AutoencoderTask:
    """Trains an autoencoder; implements ``Task``."""

    def __init__(self, config: AutoencoderRun, device: torch.device) -> None:
        self.config, self.device = config, device
        self.corpus = open_corpus(config.data.corpus)
        self.model = _model(config, self.corpus)
        self.model.network.to(device)

    def networks(self) -> dict[str, nn.Module]:
        return {"autoencoder": self.model.network}

    def texts(self) -> str:
        return self.corpus.manifest.content

    def begin(self, index: int, processes: int) -> StageParts:
        stage, data = self.config.stages[index], self.config.data
        check_shares(stage, processes, sentences=data.sentences)
        seed = stage_seed(self.config.seed, stage.name)
        lines = Lines(self.corpus, data, seed, held_out=self.config.validation_sentences)
        self._fit(lines)
        step = RebuildStep(self.model, stage)
        return StageParts(
            stage,
            lines,
            step,
            partial(self._validate, lines, step),
            ("rebuild/nll_per_piece",),
        )

    @torch.no_grad()
    def _fit(self, lines: Lines) -> None:
        """The start of a codebook that is not in training yet: the slots of the first texts."""
        config, bottleneck = self.config.bottleneck, self.model.network.bottleneck
        if not isinstance(config, VqConfig) or not isinstance(bottleneck, VqBottleneck):
            return
        if bottleneck.fitted:
            return
        found: list[torch.Tensor] = []
        while sum(map(len, found)) < config.fitted_on:
            found.append(self.model.network.slots(lines.at(len(found)).to(self.device)))
        bottleneck.fit(torch.cat(found)[: config.fitted_on], self.config.seed)

    def _validate(self, lines: Lines, step: RebuildStep) -> Validation:
        held_out = (part.to(self.device) for part in lines.held_out(_ROWS_AT_ONCE))
        return validate(self.model, step, held_out, self.config.seed)

    def save(self, folder: Path, index: int, final: bool = False) -> None:
        save_autoencoder(self.model, folder)


def _model(config: AutoencoderRun, corpus: Corpus | Prose) -> AutoencoderModel:
    """New networks, or those of an earlier run, around the bottleneck of this one.

    Raises:
        ConfigError: the earlier model has another vocabulary than the texts, or reads less.
    """
    settings = AutoencoderSettings(
        config.data.max_sentence, config.bottleneck, config.attention, corpus.manifest.language
    )
    if config.network is not None:
        return build_autoencoder(config.network, corpus.vocabulary, settings, config.seed)
    if config.start_from is None:
        raise ConfigError("network: missing, and there is no 'start_from'. Give one of them.")
    model = load_autoencoder(config.start_from)
    if model.vocabulary.pieces() != corpus.vocabulary.pieces():
        raise ConfigError(
            f"{config.start_from}: its vocabulary is not that of {config.data.corpus}. "
            "Prepare the text with `--vocabulary` of that model."
        )
    if config.data.max_sentence > model.settings.max_sentence:
        raise ConfigError(
            f"data.max_sentence: must be at most {model.settings.max_sentence}, as in "
            f"{config.start_from}, found {config.data.max_sentence}. Lower it."
        )
    return with_bottleneck(model, settings, config.seed)
