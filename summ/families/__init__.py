"""Families of models: a folder each, and the one place that knows which there are.

Each ``match`` has one case a family, and imports that family only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from summ.errors import CheckpointError, ConfigError

if TYPE_CHECKING:
    import torch

    from summ.config import RunShape
    from summ.families.autoencoder.model import AutoencoderModel
    from summ.families.sentence.model import SentenceModel
    from summ.families.shortener.task import StartingPoint
    from summ.families.summarizer.model import SummaryModel
    from summ.families.tree.model import TreeModel
    from summ.text.vocabulary import Vocabulary
    from summ.training.task import Task
    from summ.types import Tokens

FAMILIES = ("summarizer", "sentence", "shortener", "autoencoder", "tree")
# Configurations of 0.1 name no family; stages of these kinds are not the summarizer's.
_SENTENCE_KINDS = ("quick-thought", "skip-thought", "infomax", "cpc", "training-text")


def load_run(path: Path, overrides: Sequence[str] = ()) -> RunShape:
    """Reads a configuration, applies ``a.b=c`` overrides and checks it by its family's schema.

    Raises:
        ConfigError: the file cannot be read, is not YAML, or does not fit the schema.
    """
    from summ.config.loader import fit, read_values

    values = read_values(path, overrides)
    match values.get("family", _inferred(values)):
        case "summarizer":
            from summ.families.summarizer.config import SummarizerRun

            return fit(SummarizerRun, values, path, overrides)
        case "sentence":
            from summ.families.sentence.config import SentenceRun

            return fit(SentenceRun, values, path, overrides)
        case "shortener":
            from summ.families.shortener.config import ShortenerRun

            return fit(ShortenerRun, values, path, overrides)
        case "autoencoder":
            from summ.families.autoencoder.config import AutoencoderRun

            return fit(AutoencoderRun, values, path, overrides)
        case "tree":
            from summ.families.tree.config import TreeRun

            return fit(TreeRun, values, path, overrides)
        case other:
            raise ConfigError(
                f"{path}: family: there is none of this name, found {repr(other)[:100]}. "
                f"Choose one of {', '.join(FAMILIES)}."
            )


def task(config: RunShape, device: torch.device) -> Task:
    """What a run trains, with its networks on the device.

    Raises:
        SummError: a text or a model that the configuration names is missing, or does not fit it.
    """
    from summ.families.autoencoder.config import AutoencoderRun
    from summ.families.sentence.config import SentenceRun
    from summ.families.shortener.config import ShortenerRun
    from summ.families.summarizer.config import SummarizerRun
    from summ.families.tree.config import TreeRun

    match config:
        case SummarizerRun():
            from summ.families.summarizer.task import SummarizerTask

            return SummarizerTask(config, device, _sentence_vectors)
        case SentenceRun():
            from summ.families.sentence.task import SentenceTask

            return SentenceTask(config, device)
        case ShortenerRun():
            from summ.families.shortener.task import ShortenerTask

            return ShortenerTask(config, device, _starting_point)
        case AutoencoderRun():
            from summ.families.autoencoder.task import AutoencoderTask

            return AutoencoderTask(config, device)
        case TreeRun():
            from summ.families.tree.task import TreeTask

            return TreeTask(config, device)
    raise TypeError(f"a run of no family: {type(config).__name__}")


def load(
    folder: Path, device: torch.device | str = "cpu"
) -> SummaryModel | SentenceModel | AutoencoderModel | TreeModel:
    """The model in a folder, of the family that its manifest names.

    Raises:
        CheckpointError: the folder is missing, damaged, or of another version or family.
    """
    from summ.networks.model_folder import read_manifest

    match read_manifest(folder).family:
        case "summarizer":
            from summ.families.summarizer.model import load_summary_model

            return load_summary_model(folder, device)
        case "sentence":
            from summ.families.sentence.model import load_sentence_model

            return load_sentence_model(folder, device)
        case "autoencoder":
            from summ.families.autoencoder.model import load_autoencoder

            return load_autoencoder(folder, device)
        case "tree":
            from summ.families.tree.model import load_tree_model

            return load_tree_model(folder, device)
        case "shortener":
            raise CheckpointError(
                f"{folder}: a shortener writes summaries together with a summarizer only. Load "
                "the summarizer, and ask it for the style 'sentence'."
            )
        case other:
            raise CheckpointError(
                f"{folder}: a model of the family {other!r}, which this summ does not know. "
                "Use a newer version."
            )


def train(config: RunShape, resume: bool = False) -> Path:
    """Trains all stages of a run; returns the model folder.  See ``Trainer.run``."""
    from summ.training.trainer import Trainer

    return Trainer(config, partial(task, config), resume).run()


def _inferred(values: dict[str, Any]) -> str:
    """The family of a configuration that names none."""
    stages = values.get("stages")
    first = stages[0] if isinstance(stages, list) and stages else None
    kind = first.get("kind") if isinstance(first, dict) else None
    return "sentence" if kind in _SENTENCE_KINDS else "summarizer"


def _sentence_vectors(
    folder: Path | None, vocabulary: Vocabulary, device: torch.device
) -> Callable[[Tokens], torch.Tensor]:
    """Of the encoder in a folder, or of the one that ships: for rewards of another family."""
    from summ.families.sentence.token_vectors import token_vectors

    return token_vectors(folder, vocabulary, device)


def _starting_point(folder: Path) -> StartingPoint:
    """The compressor of a summarizer, for a shortener to start from."""
    from summ.families.shortener.task import StartingPoint
    from summ.families.summarizer.model import load_summary_model

    model = load_summary_model(folder)
    settings = model.settings
    return StartingPoint(
        model.compressor,
        model.vocabulary,
        settings.max_document,
        settings.max_sentence,
        settings.attention,
        settings.language,
    )
