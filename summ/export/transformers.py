"""Networks as folders of transformers, with the tokenizer that reads texts for them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import nn

from summ.errors import DataError
from summ.families.sentence.model import SentenceModel
from summ.families.summarizer.model import SummaryModel
from summ.networks.sentence_encoder import Encoder, GruNetwork, StaticEncoder
from summ.text.portable_tokenizer import portable_tokenizer
from summ.text.vocabulary import Vocabulary


def portable_network(encoder: Encoder) -> Any:
    """The network of an encoder as a model that ``AutoModel`` opens.

    Raises:
        DataError: transformers has no such network.
    """
    if isinstance(encoder, StaticEncoder):
        return _without_layers(encoder.embedding)
    if isinstance(encoder.network, GruNetwork):
        raise DataError(
            "transformers has no GRU over text. Train a static encoder or a transformer to export."
        )
    return encoder.network


def _without_layers(table: nn.Embedding) -> Any:
    """An OPT without layers, whose states are the rows of a table.

    transformers has no static encoder; OPT is its only architecture that adds nothing to the
    embeddings once its positions are zero.
    """
    from transformers import OPTConfig, OPTModel

    pieces, width = table.weight.shape
    config = OPTConfig(
        vocab_size=pieces,
        hidden_size=width,
        word_embed_proj_dim=width,
        num_hidden_layers=0,
        num_attention_heads=1,
        ffn_dim=1,
        max_position_embeddings=1024,
        _remove_final_layer_norm=True,
        use_cache=False,
        dropout=0.0,
    )
    network = OPTModel(config).eval()
    with torch.no_grad():
        network.get_input_embeddings().weight.copy_(table.weight)
        network.decoder.embed_positions.weight.zero_()
    return network


def save_tokenizer(
    vocabulary: Vocabulary,
    folder: Path,
    longest: int,
    *,
    begin: bool = False,
    prompts: bool = False,
) -> None:
    """The tokenizer of an exported network, for any transformers that has fast tokenizers."""
    tokenizer = portable_tokenizer(vocabulary, longest, begin=begin, prompts=prompts)
    tokenizer.save_pretrained(str(folder))
    place = folder / "tokenizer_config.json"
    config = json.loads(place.read_text(encoding="utf-8"))
    # Its name in transformers 4, which 5 still accepts.
    config["tokenizer_class"] = "PreTrainedTokenizerFast"
    write_json_file(place, config)


def save_summarizer_tokenizer(summary_model: SummaryModel, folder: Path) -> None:
    """The tokenizer of a compressor, which reads a length prompt before the text."""
    longest = 1 + summary_model.settings.max_document
    save_tokenizer(summary_model.vocabulary, folder, longest, prompts=True)


def save_encoder(model: SentenceModel, number: int, folder: Path) -> None:
    """One encoder of a sentence model in float32, and the tokenizer that reads texts for it."""
    from transformers.utils import logging

    logging.disable_progress_bar()
    encoder: Any = model.encoders[number]
    portable_network(encoder).save_pretrained(folder)
    begin = model.settings.pooling == "cls"
    longest = model.settings.max_pieces + begin
    save_tokenizer(model.vocabulary, folder, longest, begin=begin)


def write_json_file(place: Path, content: Any) -> None:
    place.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
