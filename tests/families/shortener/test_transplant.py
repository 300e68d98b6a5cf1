"""Layers of a model for another language, under rows that the vocabularies share."""

import pytest
import torch

from summ.config import NetworkConfig
from summ.errors import ConfigError
from summ.families.shortener.model import load_shortener
from summ.families.shortener.transplant import matched_rows, transplant
from summ.networks.transformer import build_encoder_decoder
from summ.networks.vocabulary_facts import vocabulary_facts
from summ.pretrained import find_model

SHAPE = {
    "model_type": "pegasus",
    "d_model": 192,
    "encoder_layers": 3,
    "decoder_layers": 2,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
    "encoder_ffn_dim": 768,
    "decoder_ffn_dim": 768,
    "max_position_embeddings": 128,
    "scale_embedding": True,
    "activation_function": "relu",
}


def test_rows_go_by_piece_and_then_by_frequency() -> None:
    theirs = ["<pad>", "</s>", "\u2581，", "\u2581国", "\u2581人", "a"]
    pieces = ["<pad>", "</s>", "\u2581der", "\u2581,", "a", "\u2581und", "\u2581die"]
    assert matched_rows(pieces, theirs) == [0, 1, 3, 2, 5, 4, 3]


def test_with_its_own_vocabulary_a_network_becomes_the_donor() -> None:
    donor = load_shortener(find_model("zh-small"), trainable=True)
    facts = vocabulary_facts(donor.vocabulary)
    network = build_encoder_decoder(NetworkConfig(config=SHAPE), facts, "eager")
    transplant(network, donor.vocabulary, donor)
    theirs = donor.compressor.network
    network.eval(), theirs.eval()
    ids = torch.tensor([[50, 60, 70, donor.vocabulary.eos]])
    logits = [one(input_ids=ids, decoder_input_ids=ids).logits for one in (network, theirs)]
    assert torch.equal(*logits)


def test_other_shapes_are_refused() -> None:
    donor = load_shortener(find_model("zh-small"), trainable=True)
    small = {**SHAPE, "d_model": 32, "encoder_ffn_dim": 64, "decoder_ffn_dim": 64}
    facts = vocabulary_facts(donor.vocabulary)
    network = build_encoder_decoder(NetworkConfig(config=small), facts, "eager")
    with pytest.raises(ConfigError, match=r"new\.compressor: must be of the same shape"):
        transplant(network, donor.vocabulary, donor)
