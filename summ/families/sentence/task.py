"""The task of sentence encoders: what stands next to a sentence says what it means."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from summ.config import EncoderConfig
from summ.data.batches import hold_out
from summ.data.prose import Prose
from summ.data.single_sentences import SingleSentences
from summ.data.spans import SpanBatches
from summ.errors import ConfigError
from summ.families.sentence.config import (
    CpcStage,
    InfoMaxStage,
    QuickThoughtStage,
    SentenceRun,
    SkipThoughtStage,
    Stage,
    TrainingTextStage,
)
from summ.families.sentence.counted_embeddings import count_pieces
from summ.families.sentence.cpc import CpcStep
from summ.families.sentence.infomax import InfoMaxStep
from summ.families.sentence.model import (
    SentenceModel,
    build_sentence_model,
    load_sentence_model,
    save_sentence_model,
)
from summ.families.sentence.quick_thought import QuickThoughtStep
from summ.families.sentence.skip_thought import SkipThoughtStep
from summ.families.sentence.training_text import describe_training_text
from summ.networks.bottlenecks import BinaryBottleneck
from summ.networks.document_context import DocumentContext
from summ.networks.sentence_decoder import SentenceDecoder
from summ.networks.sentence_encoder import PooledEncoder, StaticEncoder
from summ.training.random_streams import stage_seed
from summ.training.task import StageParts, Validation, check_shares

Objective = Literal["quick-thought", "skip-thought", "infomax", "cpc", "untrained"]

Step = QuickThoughtStep | SkipThoughtStep | CpcStep

_HELD_OUT_BATCHES = 8
_HELD_OUT_SENTENCES = 64  # a batch of them
_RUNS = (1, 2, 4, 8, 16)  # sentences in a row that are measured as one text
_AVERAGED = 50_000  # training sentences whose vectors are averaged


class SentenceTask:
    """Trains sentence encoders; implements ``Task``."""

    def __init__(self, config: SentenceRun, device: torch.device) -> None:
        self.config, self.device = config, device
        self.prose = Prose.open(config.data.corpus)
        self.model = _model(config, self.prose).to(device)
        self.decoders = _decoders(config, self.model)
        self.contexts = _contexts(config, self.model)
        for decoder in (decoder for pair in self.decoders.values() for decoder in pair):
            decoder.to(device)
        for context in self.contexts.values():
            context.to(device)

    def networks(self) -> dict[str, nn.Module]:
        decoders = {
            f"{stage}-{name}": decoder
            for stage, pair in self.decoders.items()
            for name, decoder in zip(("previous", "following"), pair, strict=True)
        }
        contexts = {f"{stage}-context": one for stage, one in self.contexts.items()}
        return {**self.model.networks(), **decoders, **contexts}

    def texts(self) -> str:
        return self.prose.manifest.content

    def begin(self, index: int, processes: int) -> StageParts | None:
        stage = self.config.stages[index]
        if isinstance(stage, TrainingTextStage):
            self._describe(stage)
            return None
        if isinstance(stage, InfoMaxStage):
            return self._infomax(stage, processes)
        texts = self._spans(stage, processes * stage.optimizer.accumulation)
        match stage:
            case QuickThoughtStage():
                step: Step = QuickThoughtStep(self.model.encoders, stage)
                shown = "quick_thought/accuracy"
            case CpcStage():
                step = CpcStep(self.model.encoders, self.contexts[stage.name], stage)
                shown = "cpc/accuracy"
            case SkipThoughtStage():
                encoder = self.model.encoders[0]
                if len(self.model.encoders) > 1 or not isinstance(
                    encoder, StaticEncoder | PooledEncoder
                ):
                    raise ConfigError(
                        f"stages.{stage.name}: skip-thought trains one encoder, but there are "
                        f"{len(self.model.encoders)}. Set encoder.encoders to 1."
                    )
                step = SkipThoughtStep(encoder, *self.decoders[stage.name])
                shown = "skip_thought/nll_per_piece"
        return StageParts(stage, texts, step, partial(self._validate, texts, step), (shown,))

    def _infomax(self, stage: InfoMaxStage, processes: int) -> StageParts:
        """Halves of single sentences, and the start of a code that is not in training yet.

        Raises:
            ConfigError: the processes cannot share the sentences of an update equally.
        """
        count = stage.sentences or self.config.data.sentences
        check_shares(stage, processes, sentences=count)
        texts = SingleSentences(
            self.prose,
            stage_seed(self.config.seed, stage.name),
            sentences=count,
            max_pieces=self.config.data.max_sentence,
            held_out=self.config.validation_documents,
        )
        if stage.code is not None:
            code = self.model.codes["binary"]
            if isinstance(code, BinaryBottleneck) and not code.fitted:
                code.fit(self._first_vectors(texts, stage.code.fitted_on), self.config.seed)
        step = InfoMaxStep(self.model, stage)

        def validate() -> Validation:
            held = texts.held_out(_HELD_OUT_BATCHES * _HELD_OUT_SENTENCES).to(self.device)
            figures = step.evaluate(held, self.config.seed)
            return Validation({f"held_out/{key}": one for key, one in figures.items()}, [])

        return StageParts(stage, texts, step, validate, ("infomax/nats",))

    def _describe(self, stage: TrainingTextStage) -> None:
        """Puts what the run has read into the model, and how like it the held-out documents are."""
        texts, borders = self.prose.sentences, self.prose.borders
        held, served = hold_out(len(borders) - 1, stage.measured)
        spans = [(int(borders[one]), int(borders[one + 1])) for one in held]
        runs = [
            np.concatenate([texts.ids(row) for row in range(start, start + length)])
            for first, end in spans
            for length in _RUNS
            for start in range(first, end - length + 1, length)
        ]
        rows = np.concatenate(
            [np.zeros(0, dtype=np.int64)]
            + [np.arange(borders[one], borders[one + 1]) for one in served]
        )
        pieces = [texts.ids(int(row)).astype(np.int64) for row in rows]
        few = np.random.default_rng(self.config.seed).permutation(len(pieces))[:_AVERAGED]
        centre = self.model.text_vectors([pieces[one] for one in few]).mean(dim=0)
        measured = [one.astype(np.int64) for one in runs if len(one)]
        text = describe_training_text(
            pieces,
            centre.numpy(),
            measured,
            self.model.text_vectors(measured).numpy(),
            self._embeddings(),
        )
        self.model = replace(self.model, training_text=text)

    def _embeddings(self) -> NDArray[np.float32]:
        """Of the pieces, in the last encoder, whose rows tell of what stands beside a piece."""
        encoder = self.model.encoders[-1]
        if not isinstance(encoder, StaticEncoder | PooledEncoder):
            raise ConfigError("encoder: has no embeddings of pieces.")
        table: NDArray[np.float32] = encoder.embeddings().weight.detach().cpu().float().numpy()
        return table

    @torch.no_grad()
    def _first_vectors(self, texts: SingleSentences, count: int) -> torch.Tensor:
        """Of whole sentences, those of the first updates."""
        found: list[torch.Tensor] = []
        while sum(map(len, found)) < count:
            batch = texts.at(len(found)).to(self.device)
            found.append(self.model.vectors(batch))
        return torch.cat(found)[:count]

    def _validate(self, texts: SpanBatches, step: Step) -> Validation:
        """Loss and accuracy on held-out documents; no label is read."""
        totals: dict[str, float] = {}
        sentences = 0
        for batch in texts.held_out(_HELD_OUT_BATCHES):
            sentences += batch.total
            for name, value in step.evaluate(batch.to(self.device)).items():
                totals[name] = totals.get(name, 0.0) + value
        figures = {f"held_out/{name}": value / max(1, sentences) for name, value in totals.items()}
        return Validation(figures, [])

    def _spans(
        self, stage: QuickThoughtStage | SkipThoughtStage | CpcStage, shards: int
    ) -> SpanBatches:
        sentences = stage.sentences or self.config.data.sentences
        # A batch has at least this many whole spans.
        if sentences // stage.span < shards:
            raise ConfigError(
                f"stages.{stage.name}: {sentences} sentences in spans of {stage.span} are fewer "
                f"spans than {shards} parts (processes x accumulation). Lower span, or raise "
                "sentences."
            )
        return SpanBatches(
            self.prose,
            stage_seed(self.config.seed, stage.name),
            sentences=sentences,
            longest=stage.span,
            max_pieces=self.config.data.max_sentence,
            held_out=self.config.validation_documents,
        )

    def save(self, folder: Path, index: int, final: bool = False) -> None:
        objective = _objective(self.config.stages[: index + 1], self.model)
        settings = replace(self.model.settings, objective=objective)
        save_sentence_model(replace(self.model, settings=settings), folder)


def _objective(done: list[Stage], model: SentenceModel) -> Objective:
    """What the encoders learned by last; a code leaves them as they are."""
    for stage in reversed(done):
        if isinstance(stage, TrainingTextStage):
            continue
        if not isinstance(stage, InfoMaxStage) or stage.code is None:
            return stage.kind
    return model.settings.objective


def _decoders(
    config: SentenceRun, model: SentenceModel
) -> dict[str, tuple[SentenceDecoder, SentenceDecoder]]:
    """Two for every skip-thought stage by its name, initialised from the run's seed."""

    def decoder(stage: SkipThoughtStage) -> SentenceDecoder:
        return SentenceDecoder(stage.decoder, model.settings.dimension, model.vocabulary)

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        pairs = {}
        for stage in config.stages:
            match stage:
                case SkipThoughtStage():
                    pairs[stage.name] = (decoder(stage), decoder(stage))
        return pairs


def _contexts(config: SentenceRun, model: SentenceModel) -> dict[str, DocumentContext]:
    """One for every cpc stage by its name, initialised from the run's seed; not kept."""
    widths = [
        encoder.width
        for encoder in model.encoders
        if isinstance(encoder, StaticEncoder | PooledEncoder)
    ]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        return {
            stage.name: DocumentContext(
                stage.context, widths[0], stage.hidden, widths[-1], stage.ahead
            )
            for stage in config.stages
            if isinstance(stage, CpcStage)
        }


def _model(config: SentenceRun, prose: Prose) -> SentenceModel:
    """New encoders, or those of an earlier run.

    Raises:
        ConfigError: the earlier model has another vocabulary than the texts.
    """
    if config.start_from is not None:
        model = load_sentence_model(config.start_from)
        if model.vocabulary.pieces() != prose.vocabulary.pieces():
            raise ConfigError(
                f"{config.start_from}: its vocabulary is not that of {config.data.corpus}. "
                "Prepare the text with `--vocabulary` of that model."
            )
    elif config.encoder is not None:
        model = build_sentence_model(
            config.encoder, prose.vocabulary, config.seed, prose.manifest.language
        )
        if config.encoder.embeddings_from:
            _fill_embeddings(model, config.encoder, config.seed)
    else:
        raise ConfigError("encoder: missing.")
    for stage in config.stages:
        if isinstance(stage, InfoMaxStage) and stage.code is not None:
            model = model.with_code("binary", {"bits": stage.code.bits}, config.seed)
    if config.data.max_sentence > model.settings.max_pieces:
        raise ConfigError(
            f"data.max_sentence is {config.data.max_sentence}, but the encoders read "
            f"{model.settings.max_pieces} pieces. Lower it, or raise encoder.max_pieces."
        )
    return model


def _fill_embeddings(model: SentenceModel, config: EncoderConfig, seed: int) -> None:
    """Embeddings that begin as counts of pieces in prepared corpora.

    Raises:
        ConfigError: more columns are to be counted than there are.
    """
    tables = [
        encoder.embeddings()
        for encoder in model.encoders
        if isinstance(encoder, StaticEncoder | PooledEncoder)
    ]
    for table, plan in zip(tables, config.embeddings, strict=True):
        if plan.counted > table.embedding_dim:
            raise ConfigError(
                f"encoder.embeddings: counted is {plan.counted}, but the embeddings have "
                f"{table.embedding_dim} columns."
            )
    counts = count_pieces(config.embeddings_from, model.vocabulary)
    with torch.no_grad():
        for table, plan in zip(tables, config.embeddings, strict=True):
            if plan.counted:
                vectors = torch.from_numpy(counts.vectors(plan.counted, plan.contexts, seed))
                # As wide as the encoder's own, which its layers are made for.
                table.weight[:, : plan.counted] = vectors * table.weight.std()
            table.weight.mul_(torch.from_numpy(counts.telling(plan.telling))[:, None])
