"""Sentence models so small that they are built and run in a moment."""

from pathlib import Path

import torch

from summ.config import EncoderConfig, GruConfig, NetworkConfig
from summ.families.sentence.model import build_sentence_model, save_sentence_model
from summ.networks.sentence_encoder import PooledEncoder
from summ.text.vocabulary import Vocabulary
from tests.conftest import STORIES

BERT = {
    "model_type": "bert",
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 64,
    # Large, so that vectors of different texts differ.
    "initializer_range": 0.3,
}


def transformer(pooling: str = "mean", encoders: int = 2, **changes) -> EncoderConfig:
    network = NetworkConfig(config={**BERT, **changes})
    return EncoderConfig(network=network, pooling=pooling, encoders=encoders, max_pieces=24)


def gru(pooling: str = "last") -> EncoderConfig:
    network = GruConfig(embedding=8, hidden=12, bidirectional=True)
    return EncoderConfig(gru=network, pooling=pooling, encoders=1, max_pieces=24)


def saved(folder: Path, config: EncoderConfig, folding: bool = True) -> Path:
    """The folder of an untrained sentence model with a vocabulary of its own."""
    vocabulary = Vocabulary.train(STORIES * 20, 500, folder / "vocabulary", folding=folding)
    model = build_sentence_model(config, vocabulary, seed=1)
    with torch.no_grad():
        for encoder in model.encoders:
            if isinstance(encoder, PooledEncoder) and encoder.score is not None:
                encoder.score.weight.normal_(generator=torch.Generator().manual_seed(1))
    save_sentence_model(model, folder / "model")
    return folder / "model"
