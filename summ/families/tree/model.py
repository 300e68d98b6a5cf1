"""The tree's model folder.

::

    model.json           family, format, language, settings, and the SHA-256 of every other file
    borders.safetensors  what phrases begin and end with
    vocabulary/          read by Vocabulary.load and by AutoTokenizer
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from summ.config import Weight
from summ.data.manifest import UNKNOWN_LANGUAGE
from summ.networks.model_folder import (
    ModelManifest,
    checked_settings,
    load_settings,
    new_model_folder,
)
from summ.networks.phrase_borders import PhraseBorders, Span, Words, spans_of
from summ.networks.soundness import check_finite
from summ.networks.transformer import reading
from summ.text.vocabulary import Vocabulary

FAMILY = "tree"
_BORDERS, _VOCABULARY = "borders.safetensors", "vocabulary"
# Beside letters and digits (which the canonical form writes as #), what is read aloud.
_SAID = frozenset("#$%&£€+=°")


@dataclass(frozen=True)
class TreeSettings:
    """What a tree model stores besides its counts; see ``BordersStage``."""

    end_weight: Weight
    mark: Weight
    right_branching: Weight
    language: str = UNKNOWN_LANGUAGE


@dataclass(frozen=True)
class TreeModel:
    """What phrases begin and end with, and how a tree is made of it."""

    borders: PhraseBorders
    vocabulary: Vocabulary
    settings: TreeSettings

    def spans(self, words: Words) -> set[Span]:
        """The phrases of a sentence, itself included."""
        weights = {key: value for key, value in asdict(self.settings).items() if key != "language"}
        return spans_of(self.borders.strengths(words, **weights))


def words_of(vocabulary: Vocabulary, ids: Sequence[int]) -> Words:
    """The words of a text in canonical form, given by its pieces, and where marks stand."""
    pieces: list[tuple[int, ...]] = []
    behind_mark: list[bool] = []
    mark = False
    for word in vocabulary.split(ids):
        letters = "".join(vocabulary.letters[piece] for piece in word)
        if any(sign.isalnum() or sign in _SAID for sign in letters):
            pieces.append(word)
            behind_mark.append(mark)
            mark = False
        else:
            mark = True
    return Words(pieces, behind_mark)


def save_tree_model(model: TreeModel, folder: Path) -> None:
    """Writes a model folder; it appears whole or not at all.

    Raises:
        CheckpointError: it cannot be written.
    """
    from safetensors.torch import save_file

    settings = asdict(model.settings)
    language = settings.pop("language")
    with new_model_folder(folder, FAMILY, language, settings) as work:
        save_file(model.borders.state_dict(), work / _BORDERS)
        model.vocabulary.save(work / _VOCABULARY)


def load_tree_model(folder: Path, device: torch.device | str = "cpu") -> TreeModel:
    """Reads a model folder.

    Raises:
        CheckpointError: the folder is missing, of another family or format, or not what was
            written.
    """
    folder = Path(folder)
    settings = load_settings(folder, FAMILY, _settings)
    with reading(folder):
        from safetensors.torch import load_file

        vocabulary = Vocabulary.load(folder / _VOCABULARY)
        borders = PhraseBorders(vocabulary.size)
        borders.load_state_dict(load_file(folder / _BORDERS))
        check_finite(folder, {"borders": borders})
    return TreeModel(borders.to(device), vocabulary, settings)


def _settings(manifest: ModelManifest) -> TreeSettings:
    return checked_settings(TreeSettings, manifest)
