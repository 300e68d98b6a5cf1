"""The task of autoencoders: a text is rebuilt from its code."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import torch
from torch import nn

from summ.data.corpus import Corpus
from summ.data.prose import Prose
from summ.errors import ConfigError
from summ.families.autoencoder.config import AutoencoderRun, StyledConfig, VqConfig
from summ.families.autoencoder.lines import Lines, StyledLines, StyledTokens, open_corpus
from summ.families.autoencoder.model import (
    AutoencoderModel,
    AutoencoderSettings,
    build_autoencoder,
    load_autoencoder,
    save_autoencoder,
    with_bottleneck,
)
from summ.families.autoencoder.rebuild import RebuildStep
from summ.families.autoencoder.style_adversary import CriticStep, StyleStep
from summ.families.autoencoder.validation import validate
from summ.networks.codebook import VqBottleneck
from summ.networks.styled import StyleCritic, StyledBottleneck
from summ.networks.telling_words import salience
from summ.training.random_streams import stage_seed
from summ.training.task import Adversary, StageParts, Validation, check_shares

_ROWS_AT_ONCE = 64


class AutoencoderTask:
    """Trains an autoencoder; implements ``Task``."""

    def __init__(self, config: AutoencoderRun, device: torch.device) -> None:
        self.config, self.device = config, device
        self.corpus = open_corpus(config.data.corpus)
        self.others = [open_corpus(place) for place in config.data.other_styles]
        self.model = _model(config, self.corpus)
        self.model.network.to(device)
        self.classifier, self.critic = _style_classifier(config), _critic(config)
        for place, other in zip(config.data.other_styles, self.others, strict=True):
            if other.vocabulary.pieces() != self.corpus.vocabulary.pieces():
                raise ConfigError(
                    f"{place}: its vocabulary is not that of {config.data.corpus}. Prepare the "
                    "text with `--vocabulary` of that corpus."
                )

    def networks(self) -> dict[str, nn.Module]:
        judges = {"classifier": self.classifier, "critic": self.critic}
        known = {name: judge for name, judge in judges.items() if judge is not None}
        return {"autoencoder": self.model.network, **known}

    def texts(self) -> str:
        return "+".join(corpus.manifest.content for corpus in (self.corpus, *self.others))

    def begin(self, index: int, processes: int) -> StageParts:
        stage, data = self.config.stages[index], self.config.data
        check_shares(stage, processes, sentences=data.sentences)
        lines = self._lines(stage_seed(self.config.seed, stage.name))
        self._fit(lines)
        self._count_telling_words()
        step, shown = RebuildStep(self.model, stage), ("rebuild/nll_per_piece",)
        figures = partial(self._validate, lines, step)
        every, rate = stage.adversary_every, stage.adversary_learning_rate
        if self.classifier is None and self.critic is None and not stage.lent_share:
            return StageParts(stage, lines, step, figures, shown)
        styling = StyleStep(step, self.classifier, self.critic)
        if self.critic is None:
            return StageParts(stage, lines, styling, figures, shown)
        adversary = Adversary(CriticStep(self.critic, step), every, 1, rate)
        return StageParts(stage, lines, styling, figures, shown, adversary)

    def _lines(self, seed: int) -> Lines | StyledLines:
        """The texts; of several styles, a batch has as many of each.

        Raises:
            ConfigError: the texts of an update cannot be shared equally by the styles.
        """
        data, held_out = self.config.data, self.config.validation_sentences
        corpora = [self.corpus, *self.others]
        if data.sentences % len(corpora):
            raise ConfigError(
                f"data.sentences: {data.sentences} cannot be shared equally by {len(corpora)} "
                "styles. Change it."
            )
        part = data.model_copy(update={"sentences": data.sentences // len(corpora)})
        lines = [Lines(corpus, part, seed, held_out=held_out // len(corpora)) for corpus in corpora]
        return StyledLines(lines, self.corpus.vocabulary.pad) if self.others else lines[0]

    @torch.no_grad()
    def _fit(self, lines: Lines | StyledLines) -> None:
        """The start of a codebook that is not in training yet: the slots of the first texts."""
        config, bottleneck = self.config.bottleneck, self.model.network.bottleneck
        if not isinstance(config, VqConfig) or not isinstance(bottleneck, VqBottleneck):
            return
        if bottleneck.fitted:
            return
        found: list[torch.Tensor] = []
        while sum(map(len, found)) < config.fitted_on:
            batch = lines.at(len(found)).to(self.device)
            texts = batch.texts if isinstance(batch, StyledTokens) else batch
            found.append(self.model.network.slots(texts))
        bottleneck.fit(torch.cat(found)[: config.fitted_on], self.config.seed)

    def _count_telling_words(self) -> None:
        """The pieces whose words a styled code hides, from the counts of all corpora."""
        config, bottleneck = self.config.bottleneck, self.model.network.bottleneck
        if not isinstance(config, StyledConfig) or config.hide_above is None:
            return
        if not isinstance(bottleneck, StyledBottleneck) or bottleneck.telling is None:
            return
        counts = [_sentence_counts(corpus) for corpus in (self.corpus, *self.others)]
        telling = salience(torch.stack(counts)) > config.hide_above
        bottleneck.telling.copy_(telling)

    def _validate(self, lines: Lines | StyledLines, step: RebuildStep) -> Validation:
        held_out = (part.to(self.device) for part in lines.held_out(_ROWS_AT_ONCE))
        return validate(self.model, step, held_out, self.config.seed)

    def save(self, folder: Path, index: int, final: bool = False) -> None:
        save_autoencoder(self.model, folder)


def _sentence_counts(corpus: Corpus | Prose) -> torch.Tensor:
    """How often each piece occurs in the sentences of a corpus."""
    found = corpus.frequencies if isinstance(corpus, Prose) else corpus.frequencies[1]
    return torch.as_tensor(found.astype("int64"))


def _style_classifier(config: AutoencoderRun) -> StyleCritic | None:
    """The classifier of a run whose codes must say the style, initialised from its seed."""
    shape = config.bottleneck
    if not isinstance(shape, StyledConfig) or not any(s.style_weight for s in config.stages):
        return None
    slots = 1 if shape.style == "slot" else 2
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        return StyleCritic(slots * shape.size, 1 + len(config.data.other_styles))


def _critic(config: AutoencoderRun) -> StyleCritic | None:
    """The adversary of a run that hides styles, initialised from its seed."""
    shape = config.bottleneck
    if not isinstance(shape, StyledConfig) or not any(s.adversary_weight for s in config.stages):
        return None
    slots = shape.slots - (1 if shape.style == "slot" else 0)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        return StyleCritic(slots * shape.size, 1 + len(config.data.other_styles))


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
