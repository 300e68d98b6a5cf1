"""The task of the machine: compressor, reconstructor and discriminator learn from one corpus."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

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
from summ.errors import ConfigError
from summ.inference.decoding import Marks
from summ.learning.critic_step import CriticStep
from summ.learning.discriminator_step import DiscriminatorStep
from summ.learning.draws import stage_seed
from summ.learning.gumbel_step import GumbelStep, rarity
from summ.learning.judges import Judges, reference_policy, salience_told, similarity_vectors
from summ.learning.language_model_step import LanguageModelStep
from summ.learning.pretrain_step import PretrainStep
from summ.learning.reinforce_step import ReinforceStep
from summ.learning.salience_step import SalienceStep
from summ.learning.task import BatchSource, Validation
from summ.learning.validation import language_model_figures, salience_figures, validate
from summ.networks.language_model import LanguageModel
from summ.networks.machine import (
    Machine,
    MachineSettings,
    build_machine,
    load_machine,
    save_machine,
    with_language_model,
    with_salience,
)
from summ.networks.salience import Salience
from summ.text.batches import Batches, SentenceBatches
from summ.text.corpus import Corpus
from summ.text.leads import LeadBatches, commonness
from summ.text.prose import Prose
from summ.text.vocabulary import Vocabulary


class Summarizing:
    """Teaches a machine to summarize; implements ``Task``."""

    def __init__(self, config: TrainConfig, device: torch.device) -> None:
        self.config, self.device = config, device
        self.corpus = Corpus.open(config.data.corpus)
        self.machine = machine_of(config, self.corpus).to(device)
        self.marks = Marks.of(self.machine.vocabulary, device)
        self._judges: dict[str, Judges] = {}

    def networks(self) -> dict[str, nn.Module]:
        return self.machine.networks()

    def batches(self, stage: StageShape, shards: int) -> BatchSource:
        if isinstance(stage, SalienceStage):
            return self._leads(stage, shards)
        texts = self._texts(stage, shards)
        return SentenceBatches(texts) if isinstance(stage, LanguageModelStage) else texts

    def _texts(self, stage: StageShape, shards: int) -> Batches:
        data = self.config.data
        documents = stage.documents or data.documents
        sentences = stage.sentences or data.sentences
        matched = round(stage.lesson.matched_share * sentences)
        for name, rows in (
            ("documents", documents),
            ("sentences", sentences),
            ("matched_share of sentences", matched),
        ):
            if rows % shards:
                raise _unequal(stage.name, name, rows, shards)
        return Batches(
            self.corpus,
            data,
            stage.noise or self.config.noise,
            stage_seed(self.config.seed, stage.name),
            lesson=stage.lesson,
            documents=documents,
            sentences=sentences,
            held_out=self.config.validation_documents,
        )

    def _leads(self, stage: SalienceStage, shards: int) -> LeadBatches:
        rows = stage.sentences or self.config.data.sentences
        if rows % shards:
            raise _unequal(stage.name, "sentences", rows, shards)
        return LeadBatches(
            open_prose(stage, self.machine.vocabulary),
            stage_seed(self.config.seed, stage.name),
            rows=rows,
            leads=stage.leads,
            max_pieces=self.config.data.max_document,
            held_out=self.config.validation_documents,
        )

    def step(self, stage: StageShape) -> nn.Module:
        machine, data = self.machine, self.config.data
        pair = (machine.compressor, machine.reconstructor)
        sizes = (data.max_document, data.max_sentence)
        if isinstance(stage, PretrainStage):
            return PretrainStep(*pair, self.marks, stage.lesson, *sizes, machine.language_model)
        if isinstance(stage, LanguageModelStage):
            return LanguageModelStep(self._language_model(stage.name))
        if isinstance(stage, SalienceStage):
            return SalienceStep(self._salience(stage.name), machine.compressor)
        if isinstance(stage, ReinforceStage):
            if stage.reward.fluency_weight:
                self._language_model(stage.name)
            return ReinforceStep(*pair, self.judges(stage), self.marks, stage, *sizes)
        if isinstance(stage, GumbelStage):
            critic, rare = machine.discriminator, self._rarity()
            spoken = stage.terms.prior_weight or stage.terms.fluency_weight
            prior = self._language_model(stage.name) if spoken else None
            return GumbelStep(*pair, critic, self.marks, stage, *sizes, rare, prior)
        raise _no_step(stage)

    def critic(self, stage: StageShape) -> nn.Module | None:
        if not stage.discriminator_every:
            return None
        networks = (self.machine.discriminator, self.machine.compressor, self.marks)
        width = self.config.data.max_sentence
        if isinstance(stage, GumbelStage) and stage.critic != "discriminator":
            if stage.critic == "wgan-gp" and self.machine.settings.attention != "eager":
                raise ConfigError(
                    f"stages.{stage.name}: a gradient penalty needs networks with 'attention: "
                    f"eager', found {self.machine.settings.attention!r}. Choose 'critic: spectral'."
                )
            return CriticStep(*networks, stage, width)
        return DiscriminatorStep(*networks, stage.lesson.budgets, width)

    def validate(self, stage: StageShape) -> Validation:
        if isinstance(stage, SalienceStage):
            leads = self._leads(stage, 1).held_out(self.config.validation_documents)
            salience, compressor = self._salience(stage.name), self.machine.compressor
            return Validation(salience_figures(salience, compressor, leads.to(self.device)), [])
        texts, count = self._texts(stage, 1), self.config.validation_documents
        figures, samples = {}, []
        if not isinstance(stage, LanguageModelStage):
            documents = texts.held_out_documents(count).to(self.device)
            words = sum(stage.lesson.budgets) // 2
            judged = (self.judges(stage), _weights(stage), documents, self.marks, words)
            found = validate(self.machine, *judged)
            figures, samples = found.figures, found.samples
        if self.machine.language_model is not None:
            sentences = texts.held_out_sentences(count).to(self.device)
            figures |= language_model_figures(self.machine.language_model, sentences)
        return Validation(figures, samples)

    def judges(self, stage: StageShape) -> Judges:
        """Who judges drafts in a stage.

        Raises:
            ConfigError: the sentence encoder speaks another vocabulary.
            CheckpointError: it cannot be loaded.
        """
        if stage.name not in self._judges:
            machine, weights = self.machine, _weights(stage)
            vectors = similarity_vectors(weights, machine.vocabulary, self.device)
            reference = reference_policy(weights, machine, self.device)
            salience = salience_told(weights, machine, self.device)
            others = (machine.language_model, vectors, reference, salience)
            judges = Judges(machine.discriminator, *others)
            self._judges[stage.name] = judges
        return self._judges[stage.name]

    def _rarity(self) -> Tensor:
        """How much each piece tells of a topic, as counted over the corpus's documents."""
        vocabulary = self.corpus.vocabulary
        special = torch.from_numpy(vocabulary.special.copy())
        special[vocabulary.eos] = True
        return rarity(torch.from_numpy(self.corpus.frequencies[0].copy()), special).to(self.device)

    def _language_model(self, stage: str) -> LanguageModel:
        if self.machine.language_model is None:
            raise ConfigError(
                f"stages.{stage}: the machine has no language model. Put a stage of kind "
                "language-model with a 'network' before it, or start from a machine that has one."
            )
        return self.machine.language_model

    def _salience(self, stage: str) -> Salience:
        if self.machine.salience is None:
            raise ConfigError(f"stages.{stage}: the machine has no layers for salience.")
        return self.machine.salience

    def save(self, folder: Path) -> None:
        save_machine(self.machine, folder)


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


def machine_of(config: TrainConfig, corpus: Corpus) -> Machine:
    """New networks, or those of an earlier run; with what else a stage brings.

    Raises:
        ConfigError: the earlier model speaks another vocabulary than the corpus.
    """
    machine = _first_machine(config, corpus)
    brought = [stage.network for stage in config.stages if isinstance(stage, LanguageModelStage)]
    if machine.language_model is None and any(brought):
        network = next(filter(None, brought))
        machine = with_language_model(machine, network, config.seed)
    for stage in config.stages:
        if isinstance(stage, SalienceStage) and machine.salience is None:
            shares = commonness(open_prose(stage, machine.vocabulary))
            machine = with_salience(machine, torch.from_numpy(shares), stage.hidden, config.seed)
    if machine.language_model is not None and any(
        isinstance(stage, PretrainStage | LanguageModelStage) for stage in config.stages
    ):
        frequencies = torch.from_numpy(corpus.frequencies[0].copy())
        frequencies[corpus.vocabulary.eos] += len(corpus.documents)
        machine.language_model.count(frequencies)
    return machine


def _first_machine(config: TrainConfig, corpus: Corpus) -> Machine:
    if config.start_from is not None:
        machine = load_machine(config.start_from)
        if machine.vocabulary.pieces() != corpus.vocabulary.pieces():
            raise ConfigError(
                f"{config.start_from}: its vocabulary is not the corpus's. Prepare the corpus "
                "with `summ prepare --vocabulary` of that model."
            )
        return machine
    networks, data = config.networks, config.data
    if networks is None:
        raise ConfigError("networks: missing.")
    shortlist = None
    if networks.shortlist is not None:
        shortlist = tuple(corpus.commonest_pieces(networks.shortlist))
    settings = MachineSettings(data.max_document, data.max_sentence, shortlist, networks.attention)
    return build_machine(networks, corpus.vocabulary, settings, config.seed)
