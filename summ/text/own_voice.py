"""Quotations in which somebody speaks of himself: *"I am happy," he said*."""

from __future__ import annotations

import re

_MARK = re.compile('["“”]')
_OWN = re.compile(r"\b(?:I|[Ww]e|[Mm]y|[Oo]ur|us|me|you)\b")


def is_own_voice(sentence: str) -> bool:
    """Whether an English sentence has a quotation and a speaker's own pronoun."""
    return _MARK.search(sentence) is not None and _OWN.search(sentence) is not None
