"""The shortener's task: a compressor learns from pairs to leave phrases out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import torch
from torch import nn

from summ.data.files import content_digest
from summ.data.sources import Source
from summ.errors import ConfigError
from summ.families.shortener.config import NewCompressorConfig, ShortenerRun
from summ.families.shortener.model import (
    FAMILY,
    ShortenerModel,
    ShortenerSettings,
    load_shortener,
    save_shortener,
)
from summ.families.shortener.pairs import PairBatches
from summ.families.shortener.shorten import ShortenStep
from summ.families.shortener.transplant import transplant
from summ.networks.compressor import Compressor
from summ.networks.model_folder import Attention, read_manifest
from summ.networks.policy import Marks, greedy
from summ.networks.soundness import too_few_positions
from summ.networks.transformer import build_encoder_decoder
from summ.networks.vocabulary_facts import vocabulary_facts
from summ.pretrained import find_model
from summ.text.bounded_json import bounded_json
from summ.text.verbs import VerbLexicon
from summ.text.vocabulary import Vocabulary
from summ.training.random_streams import stage_seed
from summ.training.task import StageParts, Validation, check_shares

_ROWS_AT_ONCE = 64
_SAMPLES = 4
_MOST_BYTES = 1 << 26  # of a lexicon


@dataclass(frozen=True)
class StartingPoint:
    """A compressor of another family, which a shortener starts from.

    Attributes:
        max_document: pieces that it reads, the end mark included.
        max_sentence: pieces that it writes, the end mark included.
        attention: transformers' attention implementation.
        language: ISO 639 code.
    """

    compressor: Compressor
    vocabulary: Vocabulary
    max_document: int
    max_sentence: int
    attention: Attention
    language: str


class ShortenerTask:
    """Trains a shortener; implements ``Task``.

    Args:
        starting_point: the compressor in the folder of a summarizer.
    """

    def __init__(
        self,
        config: ShortenerRun,
        device: torch.device,
        starting_point: Callable[[Path], StartingPoint],
    ) -> None:
        self.config, self.device = config, device
        self.model = _model(config, starting_point)
        self.model.compressor.to(device)
        self.marks = Marks.of(self.model.vocabulary, device)

    def networks(self) -> dict[str, nn.Module]:
        return {"compressor": self.model.compressor}

    def texts(self) -> str:
        data = self.config.data
        paths = {"pairs": data.pairs, **({"verbs": data.verbs} if data.verbs else {})}
        return content_digest({name: Source(path).sha256() for name, path in paths.items()})

    def begin(self, index: int, processes: int) -> StageParts:
        stage, data = self.config.stages[index], self.config.data
        check_shares(stage, processes, rows=data.rows)
        seed = stage_seed(self.config.seed, stage.name)
        pairs = PairBatches(data, self.model.vocabulary, stage.longest_line, seed)
        step = ShortenStep(self.model.compressor, self.marks, stage.longest_line)
        validate = partial(self._validate, pairs, step)
        return StageParts(stage, pairs, step, validate, ("shorten/nll_per_piece",))

    @torch.no_grad()
    def _validate(self, pairs: PairBatches, step: ShortenStep) -> Validation:
        """The likelihood of targets that are never trained on, and a few lines."""
        nll, targets, pieces = 0.0, 0, 0
        samples: list[tuple[str, str]] = []
        for batch in (part.to(self.device) for part in pairs.held_out(_ROWS_AT_ONCE)):
            nll += float(step.nll(batch).sum())
            targets += len(batch)
            pieces += int(batch.targets.mask.sum())
            if not samples:
                sources = batch.sources.rows(slice(0, _SAMPLES))
                ceiling = torch.full((len(sources),), step.longest_line, device=self.device)
                encoded = self.model.compressor.read(sources, ceiling)
                length = self.model.settings.max_sentence
                lines = greedy(self.model.compressor, encoded, self.marks, length)
                decode = self.model.vocabulary.decode
                samples = [
                    (decode(source), decode(line))
                    for source, line in zip(sources.ids.tolist(), lines.ids.tolist(), strict=True)
                ]
        if not targets:  # of fewer than ten none is held out
            return Validation({}, [])
        figures = {"held_out/nll": nll / targets, "held_out/nll_per_piece": nll / pieces}
        return Validation(figures, samples)

    def save(self, folder: Path, index: int, final: bool = False) -> None:
        """With 8 bits a weight in any case; checkpoints have the weights as trained."""
        longest = max(stage.longest_line for stage in self.config.stages)
        settings = replace(self.model.settings, longest_line=longest)
        save_shortener(replace(self.model, settings=settings), folder)


def _model(config: ShortenerRun, starting_point: Callable[[Path], StartingPoint]) -> ShortenerModel:
    """The model that the run starts from, which may use only the pieces of its source.

    Raises:
        ConfigError: there is no lexicon, or the pairs are longer than the model reads.
    """
    verbs = None if config.data.verbs is None else _read_verbs(config.data.verbs)
    longest = max(stage.longest_line for stage in config.stages)
    if config.new is not None:
        return _new_model(config, config.new, verbs or VerbLexicon(), longest)
    folder = config.start_from
    if folder is None:
        raise ConfigError(
            "start_from: missing, and there is no 'new' compressor. Give one of them."
        )
    if read_manifest(folder).family == FAMILY:
        model = load_shortener(folder, trainable=True)
        model = model if verbs is None else replace(model, verbs=verbs)
    else:
        start = starting_point(folder)
        if verbs is None:
            raise ConfigError(
                f"data.verbs: missing, and {folder} has none. Give the lexicon that "
                "data_prep.splices wrote beside the pairs."
            )
        facts = vocabulary_facts(start.vocabulary)
        compressor = Compressor(start.compressor.network, facts, shortlist=())
        settings = ShortenerSettings(
            start.max_document, start.max_sentence, longest, start.attention, start.language
        )
        model = ShortenerModel(compressor, start.vocabulary, verbs, settings)
    for key, asked, most in (
        ("max_document", config.data.max_document, model.settings.max_document),
        ("max_sentence", config.data.max_sentence, model.settings.max_sentence),
    ):
        if asked > most:
            raise ConfigError(
                f"data.{key}: must be at most {most}, as in {folder}, found {asked}. Lower it."
            )
    return model


def _new_model(
    config: ShortenerRun, new: NewCompressorConfig, verbs: VerbLexicon, longest: int
) -> ShortenerModel:
    """A compressor with random weights, which may use only the pieces of its source."""
    vocabulary, data = Vocabulary.load(new.vocabulary), config.data
    facts = vocabulary_facts(vocabulary)
    # transformers initialises from the global generator, whose state is restored.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        network = build_encoder_decoder(new.compressor, facts, new.attention)
    if new.layers_from is not None:
        donor = load_shortener(find_model(new.layers_from), trainable=True)
        transplant(network, vocabulary, donor)
    needed = max(data.max_document + 1, data.max_sentence)  # with the length prompt
    lacking = too_few_positions({"new.compressor": (network, needed)})
    if lacking is not None:
        raise ConfigError(
            f"{lacking} (data.max_document and data.max_sentence, marks included). Lower those, or "
            "raise its max_position_embeddings."
        )
    settings = ShortenerSettings(
        data.max_document, data.max_sentence, longest, new.attention, new.language
    )
    return ShortenerModel(Compressor(network, facts, shortlist=()), vocabulary, verbs, settings)


def _read_verbs(path: Path) -> VerbLexicon:
    try:
        return VerbLexicon.of(bounded_json(path, _MOST_BYTES))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f"data.verbs: {path}: no lexicon of verbs ({' '.join(str(error).split())[:200]}). Make "
            "it with data_prep.splices."
        ) from error
