"""The part of a vocabulary that networks compute with."""

from __future__ import annotations

import torch

from summ.networks.transformer import VocabularyFacts
from summ.text.vocabulary import LONGEST_PROMPT, Vocabulary


def vocabulary_facts(vocabulary: Vocabulary) -> VocabularyFacts:
    """The part of the vocabulary that networks compute with."""
    prompts = [vocabulary.length_prompt(words) for words in range(1, LONGEST_PROMPT + 1)]
    return VocabularyFacts(
        size=vocabulary.size,
        pad=vocabulary.pad,
        bos=vocabulary.bos,
        eos=vocabulary.eos,
        starts_word=torch.as_tensor(vocabulary.starts_word),
        special=torch.as_tensor(vocabulary.special),
        prompts=torch.tensor(prompts),
    )
