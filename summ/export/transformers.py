"""Portable networks: sentence encoders as plain folders of transformers, tokenizer beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from summ.errors import DataError
from summ.families.sentence.model import SentenceModel
from summ.families.summarizer.model import SummaryModel
from summ.networks.sentence_encoder import GruNetwork
from summ.text.portable_tokenizer import portable_tokenizer
from summ.text.vocabulary import Vocabulary


def portable_network(network: Any) -> Any:
    """The same network as a model that ``AutoModel`` opens; raises DataError if there is none.

    Embeddings without a layer over them are an OPT of no layers, whose positions are zero.
    """
    if not isinstance(network, GruNetwork):
        return network
    if network.gru is not None:
        raise DataError("transformers has no GRU over text. Export this model --to onnx.")
    from transformers import OPTConfig, OPTModel

    pieces, width = network.embedding.weight.shape
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
    static = OPTModel(config).eval()
    with torch.no_grad():
        static.get_input_embeddings().weight.copy_(network.embedding.weight)
        static.decoder.embed_positions.weight.zero_()
    return static


def save_network(network: Any, folder: Path) -> None:
    """A network as transformers writes it, in float32."""
    from transformers.utils import logging

    logging.disable_progress_bar()
    portable_network(network).save_pretrained(folder)


def save_tokenizer(
    vocabulary: Vocabulary,
    folder: Path,
    longest: int,
    *,
    begin: bool = False,
    prompts: bool = False,
) -> None:
    """The tokenizer that goes with it, for any transformers that knows fast tokenizers."""
    tokenizer = portable_tokenizer(vocabulary, longest, begin=begin, prompts=prompts)
    tokenizer.save_pretrained(str(folder))
    place = folder / "tokenizer_config.json"
    told = json.loads(place.read_text(encoding="utf-8"))
    told["tokenizer_class"] = "PreTrainedTokenizerFast"  # transformers 5 knows it, 4 no other
    write_json_file(place, told)


def save_machine_tokenizer(summary_model: SummaryModel, folder: Path) -> None:
    """The tokenizer of a compressor, which reads a length prompt before the text."""
    longest = 1 + summary_model.settings.max_document
    save_tokenizer(summary_model.vocabulary, folder, longest, prompts=True)


def save_encoder(model: SentenceModel, number: int, folder: Path) -> None:
    """One encoder of a sentence model, and the tokenizer that gives it the same words."""
    begin = model.settings.pooling == "cls"
    longest = model.settings.max_pieces + begin
    save_network(model.encoders[number].network, folder)
    save_tokenizer(model.vocabulary, folder, longest, begin=begin)


def write_json_file(place: Path, content: Any) -> None:
    place.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
