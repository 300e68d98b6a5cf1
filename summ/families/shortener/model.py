"""The shortener's model folder: a compressor, its vocabulary, and a lexicon of verbs.

The compressor learned from pairs of a sentence and a shorter one within it (``data_prep.splices``);
it is asked which phrases of a sentence can be left out.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import torch
from pydantic import Field

from summ.config import Length
from summ.data.files import write_file
from summ.errors import CheckpointError
from summ.networks.compressor import Compressor
from summ.networks.int8 import load_eight_bits, load_for_inference, save_eight_bits
from summ.networks.model_folder import (
    Attention,
    ModelManifest,
    checked_settings,
    load_settings,
    new_model_folder,
)
from summ.networks.model_sizes import damaged, read_json
from summ.networks.soundness import check_finite, too_few_positions
from summ.networks.transformer import reading
from summ.networks.vocabulary_facts import vocabulary_facts
from summ.text.verbs import VerbLexicon
from summ.text.vocabulary import LONGEST_PROMPT, Vocabulary

FAMILY = "shortener"
SHIPPED = Path(__file__).parents[2] / "pretrained" / "en-lines"
_COMPRESSOR, _VOCABULARY, _VERBS = "compressor", "vocabulary", "verbs.json"


@dataclass(frozen=True)
class ShortenerSettings:
    """What a shortener must know besides its weights.

    Attributes:
        max_document: pieces of a source that are read, the end mark included.
        max_sentence: pieces of a line, the end mark included.
        longest_line: words of the longest line that it learned to write.
        attention: transformers' attention implementation.
        language: ISO 639 code.
    """

    max_document: Length
    max_sentence: Length
    longest_line: Annotated[int, Field(ge=1, le=LONGEST_PROMPT)]
    attention: Attention = "eager"
    language: str = "en"


@dataclass(frozen=True)
class ShortenerModel:
    """A compressor that leaves phrases out.

    Attributes:
        verbs: of the language; they tell where phrases begin and end.
    """

    compressor: Compressor
    vocabulary: Vocabulary
    verbs: VerbLexicon
    settings: ShortenerSettings


def save_shortener(model: ShortenerModel, folder: Path) -> None:
    """Writes a model folder with 8 bits a weight; it appears whole or not at all.

    Raises:
        CheckpointError: it cannot be written.
    """
    settings = asdict(model.settings)
    with new_model_folder(folder, FAMILY, settings.pop("language"), settings) as work:
        save_eight_bits(model.compressor.network, work / _COMPRESSOR)
        model.vocabulary.save(work / _VOCABULARY)
        write_file(work / _VERBS, json.dumps(model.verbs.lists(), ensure_ascii=False) + "\n")


def load_shortener(
    folder: Path | None = None, device: torch.device | str = "cpu", trainable: bool = False
) -> ShortenerModel:
    """Reads a model folder, in float32.

    Args:
        folder: what ``save_shortener`` wrote; None is the model that ships with summ.
        trainable: whether the network is transformers' own, which can be trained and saved; its
            import takes seconds.

    Raises:
        CheckpointError: the folder is missing, of another family or format, or not what was
            written.
    """
    folder = SHIPPED if folder is None else Path(folder)
    settings = load_settings(folder, FAMILY, _settings)
    load = load_eight_bits if trainable else load_for_inference
    with reading(folder):
        vocabulary = Vocabulary.load(folder / _VOCABULARY)
        network = load(folder / _COMPRESSOR, settings.attention)
        compressor = Compressor(network, vocabulary_facts(vocabulary), shortlist=()).to(device)
    compressor.eval()
    check_finite(folder, {_COMPRESSOR: compressor})
    needed = max(settings.max_document + 1, settings.max_sentence)  # with the length prompt
    lacking = too_few_positions({_COMPRESSOR: (network, needed)})
    if lacking is not None:
        raise CheckpointError(f"{folder}: {lacking}. Get the model again.")
    try:
        verbs = VerbLexicon.of(read_json(folder / _VERBS))
    except (ValueError, KeyError, TypeError) as error:
        raise damaged(folder / _VERBS, error) from error
    return ShortenerModel(compressor, vocabulary, verbs, settings)


def _settings(manifest: ModelManifest) -> ShortenerSettings:
    return checked_settings(ShortenerSettings, manifest)
