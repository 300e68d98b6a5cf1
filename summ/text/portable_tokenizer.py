"""The portable tokenizer: a vocabulary for programs that know transformers, but not summ.

It folds by itself (``summ.text.normalizer``) and puts the end mark behind a text; a folder of it
is what ``AutoTokenizer`` opens.
"""

from __future__ import annotations

from typing import Any

from summ.text.normalizer import folding_normalizer, spacing_normalizer
from summ.text.stored_tokenizer import plain_reader
from summ.text.vocabulary import Vocabulary


def portable_tokenizer(
    vocabulary: Vocabulary, longest: int, *, begin: bool = False, prompts: bool = False
) -> Any:
    """A fast tokenizer of transformers that reads natural text as ``Vocabulary.encode`` does.

    Args:
        longest: ids of a text that are kept where truncation is on, marks included.
        begin: whether the mark of the beginning stands before a text.
        prompts: whether marks and length prompts are read where a text spells them.
    """
    from tokenizers import normalizers, processors
    from transformers import PreTrainedTokenizerFast

    own = vocabulary.tokenizer
    reader = plain_reader(own.backend_tokenizer.to_str())
    mending = folding_normalizer(vocabulary.accents) if vocabulary.folding else spacing_normalizer()
    inner = reader.normalizer
    reader.normalizer = mending if inner is None else normalizers.Sequence([mending, inner])
    end = own.eos_token
    first = str(own.convert_ids_to_tokens(vocabulary.bos))
    template = f"{first} $A {end}" if begin else f"$A {end}"
    marks = {end: vocabulary.eos, first: vocabulary.bos}
    reader.post_processor = processors.TemplateProcessing(
        single=template, pair=f"{template} $B {end}", special_tokens=list(marks.items())
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=reader,
        pad_token=own.pad_token,
        unk_token=own.unk_token,
        bos_token=own.bos_token,
        eos_token=own.eos_token,
        clean_up_tokenization_spaces=False,
        split_special_tokens=not prompts,
        padding_side="right",
        truncation_side="right",
        model_max_length=longest,
        model_input_names=["input_ids", "attention_mask"],
    )
