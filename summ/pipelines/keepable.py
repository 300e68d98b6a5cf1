"""Which sentences of a document may stand in its summary at all."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool

from summ.text.salutations import is_courtesy
from summ.text.words import count_words

# Headings, bylines and captions are shorter than this and say little alone.
_FEWEST_WORDS = 5
_QUOTATION_MARK = re.compile('["“”„«»]')
_LONGEST_QUOTATION = 6  # sentences; beyond them a mark was missing
# A mark that ends a sentence, in any script, and what may stand behind it.
SENTENCE_END = re.compile(r"[.!?…。！？।॥؟۔։።፧။៖។៕༎།…](?:[\"'”’»)\]」』】\s]|\[\d+\])*$")
# *It weighed between .*, *the town ( , ) is*: a number or a word is lost.  *Replacements: A Smith
# (Hull), B Jones (Leeds), ...* is a list; *survived a scare* begins with another's end.
_BROKEN = re.compile(
    r"^[a-z]+ |\w \.$|\(\s*[,;)]|\([^)]{0,60}\), [^,(]{1,60}\("
    r"|^[A-Z][^:.,\"“]{0,40}: [^,:\"“]{1,60}(?:,[^,:\"“]{1,60}){3}"
)


def keepable(sentences: Sequence[str], about: Bool[np.ndarray, " N"]) -> Bool[np.ndarray, " N"]:
    """Which sentences may stand in a summary: no headings, courtesies or talk of the meeting, no
    lists of names, none with a hole where markup was; all of them where nothing else is left.

    Args:
        about: those that are about the meeting that the text is of.
    """
    free = np.array([count_words(sentence) >= _FEWEST_WORDS for sentence in sentences])
    ended = np.array([SENTENCE_END.search(sentence) is not None for sentence in sentences])
    if 2 * ended[free].sum() > free.sum():
        free &= ended  # among sentences, what has no full stop is a heading
    broken = np.array([_BROKEN.search(sentence) is not None for sentence in sentences])
    if 2 * broken.sum() < len(sentences) and (free & ~broken).any():  # others write so
        free &= ~broken
    telling = free & ~about & np.array([not is_courtesy(sentence) for sentence in sentences])
    free = telling if telling.any() else free
    return free if free.any() else np.ones(len(sentences), dtype=bool)


def parts_of_quotations(sentences: Sequence[str]) -> Bool[np.ndarray, " N"]:
    """Which sentences are a part of a quotation that has several: they have one mark of two, or
    stand between such."""
    parts: list[bool] = []
    inside = 0  # sentences since one opened a quotation
    for sentence in sentences:
        marks = len(_QUOTATION_MARK.findall(sentence))
        parts.append(marks % 2 == 1 or (inside > 0 and not marks))
        if marks % 2:
            inside = 0 if inside else 1
        elif inside:
            inside = (inside + 1) % _LONGEST_QUOTATION
    return np.array(parts, dtype=bool)
