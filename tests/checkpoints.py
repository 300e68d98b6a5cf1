"""Pretrained networks as other programs leave them in a folder, but tiny and untrained."""

import json
from pathlib import Path

import torch

WORDS = "the mayor opened a new bridge on monday court police closed tunnel said in of"


def _tokenizer(folder: Path, **marks: str) -> None:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS.split(), "."]
    ids = {name: place for place, name in enumerate(names)}
    tokenizer = Tokenizer(models.WordLevel(ids, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    if "cls_token" in marks:
        tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]", **marks).save_pretrained(
        folder
    )


def causal(folder: Path) -> Path:
    """A GPT-2, whose texts begin with its end mark."""
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(0)
    sizes = {"n_embd": 16, "n_layer": 2, "n_head": 2, "n_positions": 32, "vocab_size": 20}
    network = GPT2LMHeadModel(GPT2Config(**sizes, initializer_range=0.5))
    network.save_pretrained(folder)
    _tokenizer(folder, eos_token="[SEP]")
    return folder


def encoder(folder: Path, pooling: str | None = None) -> Path:
    """A BERT without a pooler, as sentence-transformers stores one if ``pooling`` is named."""
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = BertConfig(**sizes, vocab_size=20, max_position_embeddings=32, intermediate_size=32)
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    _tokenizer(folder, pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]")
    if pooling is not None:
        kinds = {"Transformer": "", "Pooling": "1_Pooling"}
        modules = [
            {"type": f"sentence_transformers.models.{k}", "path": p} for k, p in kinds.items()
        ]
        (folder / "modules.json").write_text(json.dumps(modules))
        (folder / "1_Pooling").mkdir()
        modes = {f"pooling_mode_{pooling}": True, "pooling_mode_max_tokens": False}
        (folder / "1_Pooling" / "config.json").write_text(json.dumps(modes))
    return folder
