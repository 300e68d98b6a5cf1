"""The summarizer's task: compressor, reconstructor and discriminator learn from one corpus."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch
from torch import nn

from summ.config import NetworkConfig, NoiseConfig
from summ.data.batches import Batches, SentenceBatches
from summ.data.corpus import Corpus
from summ.data.files import content_digest
from summ.data.leads import LeadBatches, commonness
from summ.data.manifest import Manifest
from summ.data.prose import Prose
from summ.errors import ConfigError
from summ.families.summarizer.averaging import average_network
from summ.families.summarizer.config import (
    CombineStage,
    DraftStage,
    GumbelStage,
    LanguageModelStage,
    PretrainStage,
    ReinforceStage,
    RewardConfig,
    SalienceStage,
    SummarizerRun,
    is_stage_name,
)
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
from summ.training.task import Adversary, StageParts, Validation, check_shares
from summ.types import Tokens

# What of a stage's figures its progress bar shows.
_SHOWN_DRAFTS = (
    "denoising/loss",
    "reconstruction/nll_per_piece",
    "language_model/nll_per_piece",
    "reward/total",
    "policy/entropy",
    "summary/words",
    "discriminator/human",
    "discriminator/draft",
)


SentenceVectors = Callable[
    [Path | None, Vocabulary, torch.device], Callable[[Tokens], torch.Tensor]
]
_WEIGHTS = {"float32": torch.float32, "float16": torch.float16, "int8": torch.int8}


class SummarizerTask:
    """Trains a summarizer; implements ``Task``.

    Args:
        sentence_vectors: of the encoder in a folder (None: the one that ships), for the reward of
            similarity.
    """

    def __init__(
        self, config: SummarizerRun, device: torch.device, sentence_vectors: SentenceVectors
    ) -> None:
        self.config, self.device = config, device
        self.sentence_vectors = sentence_vectors
        self.corpora = corpora_of(config)
        self.corpus = self.corpora[config.data.corpus]
        self.summary_model = model_of(config, self.corpus).to(device)
        self.marks = Marks.of(self.summary_model.vocabulary, device)

    def networks(self) -> dict[str, nn.Module]:
        return self.summary_model.networks()

    def texts(self) -> str:
        every = {str(number): c.manifest for number, c in enumerate(self.corpora.values())}
        for stage in self.config.stages:
            match stage:
                case SalienceStage():
                    every[stage.name] = Manifest.read(stage.prose / "manifest.json")
        return content_digest({name: manifest.content for name, manifest in every.items()})

    def save(self, folder: Path, index: int, final: bool = False) -> None:
        model = self._with_judges(index)
        if not final:
            save_summary_model(model, folder)
            return
        form = self.config.model
        if form.rerank is not None:
            model = replace(model, settings=replace(model.settings, rerank=dict(form.rerank)))
        save_summary_model(model, folder, _WEIGHTS[form.weights])

    def _with_judges(self, index: int) -> SummaryModel:
        """The model, which says whose judgement it learned from up to this stage."""
        model, judges = self.summary_model, dict(self.summary_model.settings.judges)
        for stage in self.config.stages[: index + 1]:
            match stage:
                case ReinforceStage():
                    for reward, name in stage.reward.pretrained_judges().items():
                        known = judges.get(reward, name)
                        judges[reward] = name if name in known.split(", ") else f"{known}, {name}"
        return replace(model, settings=replace(model.settings, judges=judges))

    def begin(self, index: int, processes: int) -> StageParts | None:
        stage, model, data = self.config.stages[index], self.summary_model, self.config.data
        pair = (model.compressor, model.reconstructor)
        sizes = (data.max_document, data.max_sentence)
        match stage:
            case PretrainStage():
                step: nn.Module = PretrainStep(
                    *pair, self.marks, stage.likelihood, *sizes, model.language_model
                )
                weights = RewardConfig()
                return self._drafting(stage, processes, step, weights, self._critics(weights))
            case ReinforceStage():
                if stage.reward.fluency_weight and stage.reward.fluency is None:
                    self._language_model(stage.name)
                critics = self._critics(self._resolved(stage.reward))
                step = ReinforceStep(*pair, critics, self.marks, stage, *sizes)
                return self._drafting(stage, processes, step, stage.reward, critics)
            case GumbelStage():
                needs_prior = stage.terms.prior_weight or stage.terms.fluency_weight
                prior = self._language_model(stage.name) if needs_prior else None
                step = GumbelStep(*pair, model.discriminator, self.marks, stage, *sizes, prior)
                weights = RewardConfig()
                return self._drafting(stage, processes, step, weights, self._critics(weights))
            case LanguageModelStage():
                return self._language_model_parts(stage, processes)
            case SalienceStage():
                return self._salience_parts(stage, processes)
            case CombineStage():
                self._combine(stage)
                return None

    def _combine(self, stage: CombineStage) -> None:
        names = {name for names in stage.networks.values() for name in names}
        models = {name: load_summary_model(self._stage_folder(name)) for name in names}
        for network, stages in stage.networks.items():
            try:
                average_network(self.summary_model, [models[name] for name in stages], network)
            except ConfigError as error:
                raise ConfigError(f"stages.{stage.name}: {error}") from error

    def _stage_folder(self, name: str) -> Path:
        return self.config.output / "stages" / name

    def _resolved(self, weights: RewardConfig) -> RewardConfig:
        """The rewards, with the folders of the stages that they name."""
        folders = {
            key: self._stage_folder(str(model))
            for key, model in (("reference", weights.reference), ("salience", weights.salience))
            if model is not None and is_stage_name(model)
        }
        return weights.model_copy(update=folders)

    def _drafting(
        self,
        stage: DraftStage,
        processes: int,
        step: nn.Module,
        weights: RewardConfig,
        critics: Critics,
    ) -> StageParts:
        """The parts of a stage with drafts; these weights score held-out drafts."""
        noise = stage.noise or self.config.noise
        documents = stage.documents or self.config.data.documents
        texts = self._texts(stage, processes, documents, noise, stage.corpus)
        words = sum(stage.likelihood.budgets) // 2
        count = self.config.validation_documents

        def validation() -> Validation:
            held_out = texts.held_out_documents(count).to(self.device)
            found = validate(self.summary_model, critics, weights, held_out, words)
            return replace(found, figures=found.figures | self._language_model_figures(texts))

        adversary = self._adversary(stage) if stage.discriminator_every else None
        return StageParts(stage, texts, step, validation, _SHOWN_DRAFTS, adversary)

    def _adversary(self, stage: DraftStage) -> Adversary:
        networks = (self.summary_model.discriminator, self.summary_model.compressor, self.marks)
        width = self.config.data.max_sentence
        match stage:
            case GumbelStage(critic="wgan-gp" | "spectral"):
                if stage.critic == "wgan-gp" and self.summary_model.settings.attention != "eager":
                    raise ConfigError(
                        f"stages.{stage.name}: a gradient penalty needs networks with "
                        f"'attention: eager', found {self.summary_model.settings.attention!r}. "
                        "Choose 'critic: spectral'."
                    )
                step: nn.Module = WassersteinCriticStep(*networks, stage, width)
            case _:
                step = DiscriminatorStep(*networks, stage.likelihood.budgets, width)
        rate = stage.optimizer.discriminator_learning_rate
        return Adversary(step, stage.discriminator_every, stage.critic_updates, rate)

    def _language_model_parts(self, stage: LanguageModelStage, processes: int) -> StageParts:
        step = LanguageModelStep(self._language_model(stage.name))
        texts = self._texts(stage, processes, None, NoiseConfig())
        figures = partial(self._language_model_figures, texts)
        shown = ("language_model/nll_per_piece",)
        batches = SentenceBatches(texts)
        return StageParts(stage, batches, step, lambda: Validation(figures(), []), shown)

    def _salience_parts(self, stage: SalienceStage, processes: int) -> StageParts:
        salience, compressor = self._salience(stage.name), self.summary_model.compressor
        rows = stage.sentences or self.config.data.sentences
        check_shares(stage, processes, sentences=rows)
        texts = LeadBatches(
            open_prose(stage, self.summary_model.vocabulary),
            stage_seed(self.config.seed, stage.name),
            rows=rows,
            leads=stage.leads,
            max_pieces=self.config.data.max_document,
            held_out=self.config.validation_documents,
        )

        def validation() -> Validation:
            leads = texts.held_out(self.config.validation_documents).to(self.device)
            return Validation(salience_figures(salience, compressor, leads), [])

        shown = ("salience/nll_per_telling_word",)
        return StageParts(stage, texts, SalienceStep(salience, compressor), validation, shown)

    def _texts(
        self,
        stage: DraftStage | LanguageModelStage,
        processes: int,
        documents: int | None,
        noise: NoiseConfig,
        corpus: Path | None = None,
    ) -> Batches:
        """Documents (None: only sentences are read) and human sentences of the corpus.

        Raises:
            ConfigError: the rows of an update cannot be shared equally.
        """
        data = self.config.data
        sentences = stage.sentences or data.sentences
        check_shares(stage, processes, documents=documents or 0, sentences=sentences)
        if corpus is not None:
            data = data.model_copy(update={"corpus": corpus})
        return Batches(
            self.corpora[data.corpus],
            data,
            noise,
            stage_seed(self.config.seed, stage.name),
            documents=documents,
            sentences=sentences,
            held_out=self.config.validation_documents,
        )

    def _critics(self, weights: RewardConfig) -> Critics:
        """What scores the drafts of a stage, in training and on held-out texts.

        Raises:
            ConfigError: the sentence encoder or a named model has another vocabulary.
            CheckpointError: it cannot be loaded.
        """
        model, vectors, folder = self.summary_model, None, weights.similarity_encoder
        own = weights.similarity is None
        if own and (weights.similarity_weight or folder is not None):
            vectors = self.sentence_vectors(folder, model.vocabulary, self.device)
        return load_critics(weights, model, self.device, vectors)

    def _language_model_figures(self, texts: Batches) -> dict[str, float]:
        """Of held-out human sentences; none where the model has no language model."""
        if self.summary_model.language_model is None:
            return {}
        sentences = texts.held_out_sentences(self.config.validation_documents).to(self.device)
        return language_model_figures(self.summary_model.language_model, sentences)

    def _language_model(self, stage: str) -> LanguageModel:
        if self.summary_model.language_model is None:
            raise ConfigError(
                f"stages.{stage}: the model has no language model. Put a stage of kind "
                "language-model with a 'network' before it, or start from a model that has one."
            )
        return self.summary_model.language_model

    def _salience(self, stage: str) -> Salience:
        if self.summary_model.salience is None:
            raise ConfigError(f"stages.{stage}: the model has no layers for salience.")
        return self.summary_model.salience


def corpora_of(config: SummarizerRun) -> dict[Path, Corpus]:
    """The run's corpus and those of its stages, by their folders.

    Raises:
        ConfigError: their vocabularies differ.
        DataError: one is missing or damaged.
    """
    main = config.data.corpus
    corpora = {main: Corpus.open(main)}
    for stage in config.stages:
        match stage:
            case DraftStage(corpus=Path() as folder) if folder not in corpora:
                corpora[folder] = Corpus.open(folder)
                if corpora[folder].vocabulary.pieces() != corpora[main].vocabulary.pieces():
                    raise ConfigError(
                        f"stages.{stage.name}: the vocabulary of {folder} is not that of {main}. "
                        f"Prepare it with `summ prepare --vocabulary {main}/vocabulary`."
                    )
    return corpora


def open_prose(stage: SalienceStage, vocabulary: Vocabulary) -> Prose:
    """The running text of a stage.

    Raises:
        ConfigError: it is in other pieces than the model's.
        DataError: it is missing or damaged.
    """
    prose = Prose.open(stage.prose)
    if prose.vocabulary.pieces() != vocabulary.pieces():
        raise ConfigError(
            f"stages.{stage.name}: {stage.prose} is not in the model's vocabulary. Prepare it "
            "with `summ prepare --prose --vocabulary` of that model or corpus."
        )
    return prose


def model_of(config: SummarizerRun, corpus: Corpus) -> SummaryModel:
    """New networks, or those of an earlier run; with what else a stage brings.

    Raises:
        ConfigError: the earlier model speaks another vocabulary than the corpus.
    """
    model, counts_words = _first_model(config, corpus), False
    for stage in config.stages:
        match stage:
            case LanguageModelStage(network=NetworkConfig() as network):
                if model.language_model is None:
                    model = with_language_model(model, network, config.seed)
            case SalienceStage() if model.salience is None:
                shares = torch.from_numpy(commonness(open_prose(stage, model.vocabulary)))
                model = with_salience(model, shares, stage.hidden, config.seed)
        counts_words |= stage.kind in ("pretrain", "language-model")
    if model.language_model is not None and counts_words:
        frequencies = torch.from_numpy(corpus.frequencies[0].copy())
        frequencies[corpus.vocabulary.eos] += len(corpus.documents)
        model.language_model.count(frequencies)
    return model


def _first_model(config: SummarizerRun, corpus: Corpus) -> SummaryModel:
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
