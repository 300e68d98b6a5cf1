"""The task of the machine: compressor, reconstructor and discriminator learn from one corpus."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from summ.config import (
    GumbelStage,
    LanguageModelStage,
    PretrainStage,
    ReinforceStage,
    RewardConfig,
    SalienceStage,
    StageShape,
    TrainConfig,
)
from summ.data.batches import Batches, SentenceBatches
from summ.data.corpus import Corpus
from summ.data.leads import LeadBatches, commonness
from summ.data.prose import Prose
from summ.errors import ConfigError
from summ.families.sentence.token_vectors import token_vectors
from summ.families.summarizer.critics import Critics, load_critics
from summ.families.summarizer.discriminator import DiscriminatorStep
from summ.families.summarizer.gumbel import GumbelStep
from summ.families.summarizer.language_model import LanguageModelStep
from summ.families.summarizer.model import (
    SummaryModel,
    SummaryModelSettings,
    build_summary_model,
    load_summary_model,
    save_summary_model,
    with_language_model,
    with_salience,
)
from summ.families.summarizer.pretrain import PretrainStep
from summ.families.summarizer.reinforce import ReinforceStep
from summ.families.summarizer.salience import SalienceStep
from summ.families.summarizer.validation import language_model_figures, salience_figures, validate
from summ.families.summarizer.wasserstein_critic import WassersteinCriticStep
from summ.networks.language_model import LanguageModel
from summ.networks.policy import Marks
from summ.networks.salience import Salience
from summ.text.vocabulary import Vocabulary
from summ.training.random_streams import stage_seed
from summ.training.task import BatchSource, Validation


class SummarizerTask:
    """Teaches a machine to summarize; implements ``Task``."""

    def __init__(self, config: TrainConfig, device: torch.device) -> None:
        self.config, self.device = config, device
        self.corpus = Corpus.open(config.data.corpus)
        self.summary_model = model_of(config, self.corpus).to(device)
        self.marks = Marks.of(self.summary_model.vocabulary, device)
        self._critics: dict[str, Critics] = {}

    def networks(self) -> dict[str, nn.Module]:
        return self.summary_model.networks()

    def batches(self, stage: StageShape, shards: int) -> BatchSource:
        if isinstance(stage, SalienceStage):
            return self._leads(stage, shards)
        texts = self._texts(stage, shards)
        return SentenceBatches(texts) if isinstance(stage, LanguageModelStage) else texts

    def _texts(self, stage: StageShape, shards: int) -> Batches:
        data = self.config.data
        documents = stage.documents or data.documents
        sentences = stage.sentences or data.sentences
        for name, rows in (("documents", documents), ("sentences", sentences)):
            if rows % shards:
                raise _unequal(stage.name, name, rows, shards)
        return Batches(
            self.corpus,
            data,
            stage.noise or self.config.noise,
            stage_seed(self.config.seed, stage.name),
            documents=documents,
            sentences=sentences,
            held_out=self.config.validation_documents,
        )

    def _leads(self, stage: SalienceStage, shards: int) -> LeadBatches:
        rows = stage.sentences or self.config.data.sentences
        if rows % shards:
            raise _unequal(stage.name, "sentences", rows, shards)
        return LeadBatches(
            open_prose(stage, self.summary_model.vocabulary),
            stage_seed(self.config.seed, stage.name),
            rows=rows,
            leads=stage.leads,
            max_pieces=self.config.data.max_document,
            held_out=self.config.validation_documents,
        )

    def step(self, stage: StageShape) -> nn.Module:
        summary_model, data = self.summary_model, self.config.data
        pair = (summary_model.compressor, summary_model.reconstructor)
        sizes = (data.max_document, data.max_sentence)
        if isinstance(stage, PretrainStage):
            return PretrainStep(
                *pair, self.marks, stage.likelihood, *sizes, summary_model.language_model
            )
        if isinstance(stage, LanguageModelStage):
            return LanguageModelStep(self._language_model(stage.name))
        if isinstance(stage, SalienceStage):
            return SalienceStep(self._salience(stage.name), summary_model.compressor)
        if isinstance(stage, ReinforceStage):
            if stage.reward.fluency_weight:
                self._language_model(stage.name)
            return ReinforceStep(*pair, self.critics(stage), self.marks, stage, *sizes)
        if isinstance(stage, GumbelStage):
            critic, terms = summary_model.discriminator, stage.terms
            needs_prior = terms.prior_weight or terms.fluency_weight
            prior = self._language_model(stage.name) if needs_prior else None
            return GumbelStep(*pair, critic, self.marks, stage, *sizes, prior)
        raise _no_step(stage)

    def critic(self, stage: StageShape) -> nn.Module | None:
        if not stage.discriminator_every:
            return None
        networks = (self.summary_model.discriminator, self.summary_model.compressor, self.marks)
        width = self.config.data.max_sentence
        if isinstance(stage, GumbelStage) and stage.critic != "discriminator":
            if stage.critic == "wgan-gp" and self.summary_model.settings.attention != "eager":
                raise ConfigError(
                    f"stages.{stage.name}: a gradient penalty needs networks with "
                    f"'attention: eager', found {self.summary_model.settings.attention!r}. "
                    "Choose 'critic: spectral'."
                )
            return WassersteinCriticStep(*networks, stage, width)
        return DiscriminatorStep(*networks, stage.likelihood.budgets, width)

    def validate(self, stage: StageShape) -> Validation:
        if isinstance(stage, SalienceStage):
            leads = self._leads(stage, 1).held_out(self.config.validation_documents)
            salience, compressor = self._salience(stage.name), self.summary_model.compressor
            return Validation(salience_figures(salience, compressor, leads.to(self.device)), [])
        texts, count = self._texts(stage, 1), self.config.validation_documents
        figures, samples = {}, []
        if not isinstance(stage, LanguageModelStage):
            documents = texts.held_out_documents(count).to(self.device)
            words = sum(stage.likelihood.budgets) // 2
            critics, weights = self.critics(stage), _weights(stage)
            found = validate(self.summary_model, critics, weights, documents, words)
            figures, samples = found.figures, found.samples
        if self.summary_model.language_model is not None:
            sentences = texts.held_out_sentences(count).to(self.device)
            figures |= language_model_figures(self.summary_model.language_model, sentences)
        return Validation(figures, samples)

    def critics(self, stage: StageShape) -> Critics:
        """What scores the drafts of a stage.

        Raises:
            ConfigError: the sentence encoder or a named model has another vocabulary.
            CheckpointError: it cannot be loaded.
        """
        if stage.name not in self._critics:
            summary_model, weights = self.summary_model, _weights(stage)
            vectors = None
            if weights.similarity_weight or weights.similarity_encoder is not None:
                folder = weights.similarity_encoder
                vectors = token_vectors(folder, summary_model.vocabulary, self.device)
            critics = load_critics(weights, summary_model, self.device, vectors)
            self._critics[stage.name] = critics
        return self._critics[stage.name]

    def _language_model(self, stage: str) -> LanguageModel:
        if self.summary_model.language_model is None:
            raise ConfigError(
                f"stages.{stage}: the machine has no language model. Put a stage of kind "
                "language-model with a 'network' before it, or start from a machine that has one."
            )
        return self.summary_model.language_model

    def _salience(self, stage: str) -> Salience:
        if self.summary_model.salience is None:
            raise ConfigError(f"stages.{stage}: the machine has no layers for salience.")
        return self.summary_model.salience

    def save(self, folder: Path) -> None:
        save_summary_model(self.summary_model, folder)


def _weights(stage: StageShape) -> RewardConfig:
    """What drafts are worth; in stages without rewards, by the usual weights."""
    return stage.reward if isinstance(stage, ReinforceStage) else RewardConfig()


def _no_step(stage: StageShape) -> ConfigError:
    return ConfigError(
        f"stages.{stage.name}: is no stage for a summarizer. Use it in a run with 'encoder'."
    )


def _unequal(stage: str, name: str, rows: int, shards: int) -> ConfigError:
    return ConfigError(
        f"stages.{stage}: {name} is {rows}, which {shards} parts (processes x accumulation) cannot "
        "share equally. Choose a multiple."
    )


def open_prose(stage: SalienceStage, vocabulary: Vocabulary) -> Prose:
    """The running text of a stage.

    Raises:
        ConfigError: it is in other pieces than the machine's.
        DataError: it is missing or damaged.
    """
    prose = Prose.open(stage.prose)
    if prose.vocabulary.pieces() != vocabulary.pieces():
        raise ConfigError(
            f"stages.{stage.name}: {stage.prose} is not in the machine's vocabulary. Prepare it "
            "with `summ prepare --prose --vocabulary` of that model or corpus."
        )
    return prose


def model_of(config: TrainConfig, corpus: Corpus) -> SummaryModel:
    """New networks, or those of an earlier run; with what else a stage brings.

    Raises:
        ConfigError: the earlier model speaks another vocabulary than the corpus.
    """
    summary_model = _first_model(config, corpus)
    brought = [stage.network for stage in config.stages if isinstance(stage, LanguageModelStage)]
    if summary_model.language_model is None and any(brought):
        network = next(filter(None, brought))
        summary_model = with_language_model(summary_model, network, config.seed)
    for stage in config.stages:
        if isinstance(stage, SalienceStage) and summary_model.salience is None:
            shares = commonness(open_prose(stage, summary_model.vocabulary))
            summary_model = with_salience(
                summary_model, torch.from_numpy(shares), stage.hidden, config.seed
            )
    if summary_model.language_model is not None and any(
        isinstance(stage, PretrainStage | LanguageModelStage) for stage in config.stages
    ):
        frequencies = torch.from_numpy(corpus.frequencies[0].copy())
        frequencies[corpus.vocabulary.eos] += len(corpus.documents)
        summary_model.language_model.count(frequencies)
    return summary_model


def _first_model(config: TrainConfig, corpus: Corpus) -> SummaryModel:
    if config.start_from is not None:
        summary_model = load_summary_model(config.start_from)
        if summary_model.vocabulary.pieces() != corpus.vocabulary.pieces():
            raise ConfigError(
                f"{config.start_from}: its vocabulary is not the corpus's. Prepare the corpus "
                "with `summ prepare --vocabulary` of that model."
            )
        return summary_model
    networks, data = config.networks, config.data
    if networks is None:
        raise ConfigError("networks: missing.")
    shortlist = None
    if networks.shortlist is not None:
        shortlist = tuple(corpus.commonest_pieces(networks.shortlist))
    settings = SummaryModelSettings(
        data.max_document,
        data.max_sentence,
        shortlist,
        networks.attention,
        language=corpus.manifest.language,
    )
    return build_summary_model(networks, corpus.vocabulary, settings, config.seed)
