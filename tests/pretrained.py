"""Pretrained networks of transformers with their tokenizers, made here and far too small."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch


def bart_tokenizer(lines: Iterable[str]) -> Any:
    """Byte-level pieces, as BART's."""
    from tokenizers import ByteLevelBPETokenizer
    from transformers import PreTrainedTokenizerFast

    bpe = ByteLevelBPETokenizer()
    bpe.train_from_iterator(lines, 400, special_tokens=["<s>", "<pad>", "</s>", "<unk>"])
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe._tokenizer,
        bos_token="<s>", pad_token="<pad>", eos_token="</s>", unk_token="<unk>",
    )  # fmt: skip


def t5_tokenizer(lines: Iterable[str]) -> Any:
    """Unigram pieces behind a mark for the space, no begin mark, and sentinels, as T5's."""
    from tokenizers import SentencePieceUnigramTokenizer
    from transformers import PreTrainedTokenizerFast

    unigram = SentencePieceUnigramTokenizer()
    marks = ["<pad>", "</s>", "<unk>"]
    unigram.train_from_iterator(lines, 300, unk_token="<unk>", special_tokens=marks)
    return PreTrainedTokenizerFast(
        tokenizer_object=unigram._tokenizer,
        pad_token="<pad>", eos_token="</s>", unk_token="<unk>",
        extra_special_tokens=["<extra_id_0>", "<extra_id_1>"],
    )  # fmt: skip


def save_bart(lines: list[str], folder: Path) -> None:
    """Network and tokenizer, with the habits of generation that BART's checkpoints have."""
    from transformers import BartConfig, BartForConditionalGeneration

    tokenizer = bart_tokenizer(lines)
    torch.manual_seed(1)
    network = BartForConditionalGeneration(
        BartConfig(
            vocab_size=len(tokenizer) + 3,  # checkpoints have rows that no piece uses
            d_model=16,
            encoder_layers=1,
            decoder_layers=1,
            encoder_attention_heads=2,
            decoder_attention_heads=2,
            encoder_ffn_dim=32,
            decoder_ffn_dim=32,
            max_position_embeddings=128,
            bos_token_id=tokenizer.bos_token_id,
            pad_token_id=tokenizer.pad_token_id,
            eos_token_id=tokenizer.eos_token_id,
            decoder_start_token_id=tokenizer.eos_token_id,
        )
    )
    habits = network.generation_config
    habits.forced_bos_token_id = tokenizer.bos_token_id
    habits.forced_eos_token_id = tokenizer.eos_token_id
    habits.no_repeat_ngram_size = 1
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def save_t5(lines: list[str], folder: Path) -> None:
    """Network and tokenizer."""
    from transformers import T5Config, T5ForConditionalGeneration

    tokenizer = t5_tokenizer(lines)
    torch.manual_seed(1)
    network = T5ForConditionalGeneration(
        T5Config(
            vocab_size=len(tokenizer) + 28,
            d_model=16,
            d_kv=8,
            d_ff=32,
            num_layers=1,
            num_heads=2,
            pad_token_id=tokenizer.pad_token_id,
            eos_token_id=tokenizer.eos_token_id,
            decoder_start_token_id=tokenizer.pad_token_id,
        )
    )
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
