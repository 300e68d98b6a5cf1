"""Sentence vectors of a summarizer's tokens, against the encoder's own reading of the texts."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from summ.config import EncoderConfig, GruConfig
from summ.errors import CheckpointError, ConfigError
from summ.families.sentence.model import (
    build_sentence_model,
    load_sentence_model,
    save_sentence_model,
)
from summ.families.sentence.token_vectors import token_vectors
from summ.text.vocabulary import Vocabulary
from summ.types import Tokens

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def vocabulary(tiny_corpus: Path) -> Vocabulary:
    return Vocabulary.load(tiny_corpus / "vocabulary")


@pytest.fixture(scope="module")
def encoder(vocabulary: Vocabulary, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an untrained sentence encoder that reads eight pieces."""
    folder = tmp_path_factory.mktemp("encoder") / "model"
    config = EncoderConfig(gru=GruConfig(embedding=8, hidden=8), pooling="last", max_pieces=8)
    save_sentence_model(build_sentence_model(config, vocabulary, seed=1), folder)
    return folder


@torch.no_grad()
def test_the_encoder_reads_ids_as_it_reads_texts(vocabulary: Vocabulary, encoder: Path) -> None:
    """Long documents are cut as its own reader cuts them: the end mark stays."""
    texts = ["The mayor opened the new bridge over the river on Monday morning.", "The mayor."]
    rows = [[*ids, vocabulary.eos] for ids in vocabulary.encode(texts)]
    assert len(rows[0]) > 8 > len(rows[1])
    vectors = token_vectors(encoder, vocabulary, CPU)
    model = load_sentence_model(encoder)
    torch.testing.assert_close(
        vectors(Tokens.from_lists(rows, vocabulary.pad)), model.vectors(model.read(texts))
    )


@torch.no_grad()
def test_an_encoder_with_another_vocabulary_reads_the_text(
    encoder: Path, summary_model_folder: Path
) -> None:
    other = Vocabulary.load(summary_model_folder / "vocabulary")
    texts = ["The mayor opened the new bridge on Monday.", "The mayor."]
    rows = [[*ids, other.eos] for ids in other.encode(texts)]
    vectors = token_vectors(encoder, other, CPU)
    model = load_sentence_model(encoder)
    assert model.vocabulary.pieces() != other.pieces()
    found = vectors(Tokens.from_lists(rows, other.pad))
    read = [other.decode(row) for row in rows]  # what the summarizer's pieces keep of them
    torch.testing.assert_close(found, model.vectors(model.read(read)))


def test_an_encoder_of_unfolded_text_is_refused(encoder: Path, summary_model_folder: Path) -> None:
    other = replace(Vocabulary.load(summary_model_folder / "vocabulary"), folding=False)
    with pytest.raises(ConfigError, match=r"only one of this encoder and the summarizer folds"):
        token_vectors(encoder, other, CPU)


def test_a_missing_encoder_is_refused(vocabulary: Vocabulary, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="nowhere"):
        token_vectors(tmp_path / "nowhere", vocabulary, CPU)
