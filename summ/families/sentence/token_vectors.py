"""Sentence vectors of another model's tokens: what a summarizer compares drafts and sources by.

Axes: B sequences, D width of a sentence vector.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from summ.errors import ConfigError
from summ.families.sentence.model import SHIPPED, SentenceModel, load_sentence_model
from summ.text.vocabulary import Vocabulary
from summ.types import Tokens


def token_vectors(
    folder: Path | None, vocabulary: Vocabulary, device: torch.device
) -> Callable[[Tokens], Tensor]:
    """A function from sequences in ``vocabulary`` to their sentence vectors: ``Tokens`` to (B, D).

    An encoder with a vocabulary of its own reads the text of the tokens.

    Args:
        folder: of the encoder; None is the one that ships with summ.

    Raises:
        ConfigError: only one of the two vocabularies is of folded text.
        CheckpointError: the folder is missing or damaged.
    """
    folder = folder or SHIPPED
    model = load_sentence_model(folder, device)
    if model.vocabulary.pieces() == vocabulary.pieces():
        return lambda words: model.vectors(_readable(words, model))
    if model.vocabulary.folding != vocabulary.folding:
        raise ConfigError(
            f"{folder}: only one of this encoder and the summarizer folds its text. Train an "
            "encoder on text prepared alike, or set similarity_weight to 0."
        )
    return lambda words: model.vectors(
        model.read_canonical([vocabulary.decode(row) for row in words.ids.tolist()]).to(device)
    )


def _readable(words: Tokens, model: SentenceModel) -> Tokens:
    """Sequences cut to what the encoder reads, the end mark that it was trained with kept."""
    room = model.settings.max_pieces
    if words.ids.shape[1] <= room:
        return words
    ids, mask = words.ids[:, :room].clone(), words.mask[:, :room]
    ids[mask[:, -1], -1] = model.vocabulary.eos
    return Tokens(ids, mask)
