"""Is a text like what a model has read?  A sentence model that describes its text says so."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from summ.pretrained import find_model, shipped_models

if TYPE_CHECKING:
    from summ.families.sentence.model import SentenceModel

# Of a long text, so many characters are read.
_CHARACTERS = 2_000
_DESCRIBED_BY = "en-encoder"  # which describes the news that the English summarizers have read
_ENGLISH = "en"


class TrainingLikeness:
    """Says of texts how unlike the training text of a model they are; loaded at the first text."""

    def __init__(self, folder: Path) -> None:
        """Names the folder of a sentence model with a description of training text."""
        self._folder = folder

    @staticmethod
    def of_summarizer(path: Path | str | None, language: str) -> TrainingLikeness | None:
        """What is known of the text that a summarizer has read.

        The English models that ship with summ were trained on the kind of news that the encoder
        beside them describes; of other models nothing is known (None).

        Args:
            path: as for ``Summarizer.load``.
            language: of the model.
        """
        shipped = shipped_models()
        known = path is None or find_model(path).resolve() in {
            folder.resolve() for folder in shipped.values()
        }
        return TrainingLikeness(shipped[_DESCRIBED_BY]) if known and language == _ENGLISH else None

    def unlike(self, texts: Sequence[str]) -> list[float | None]:
        """Share of held-out training text of like length that is less unlike it than each text.

        In percent, see ``TrainingText``; None where a text is blank.

        Raises:
            CheckpointError: the model's folder is damaged.
        """
        model = self._model
        if model.training_text is None:
            return [None] * len(texts)
        encoded = model.vocabulary.encode([text[:_CHARACTERS] for text in texts])
        pieces = [np.array(ids, dtype=np.int64) for ids in encoded]
        values = model.training_text.unlike(pieces, model.text_vectors(pieces).numpy())
        return [None if np.isnan(value) else round(float(value), 2) for value in values]

    @cached_property
    def _model(self) -> SentenceModel:
        from summ.families.sentence.model import load_sentence_model

        return load_sentence_model(self._folder, eight_bits=True)
