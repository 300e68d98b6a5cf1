"""What ROUGE counts as a word, in any script.

On ASCII text this is rouge-score's own tokenizer (lower-cased runs of letters and digits, Porter
stems of words longer than three letters), which follows ROUGE-1.5.5.  Beyond ASCII a word is a run
of letters, digits and their combining marks, and each character of a script written without spaces
(Chinese, Japanese, Thai, ...) is a word of its own; rouge-score alone would see no words there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache

from summ.text.words import is_unsegmented

_ASCII_WORD = re.compile(r"[a-z0-9]+")
# Zero-width joiners, word joiner and soft hyphen stand inside words and belong to none.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
# Combining marks are assigned up to here, and variation selectors in one block beyond.
_MARK_SPACE = (range(0x300, 0x20000), range(0xE0100, 0xE01F0))


def words_of(text: str) -> list[str]:
    """The lower-cased words of a text, unstemmed, in order."""
    lowered = text.lower()
    if lowered.isascii():
        return _ASCII_WORD.findall(lowered)
    runs = _word_pattern().findall(_INVISIBLE.sub("", unicodedata.normalize("NFC", lowered)))
    words: list[str] = []
    for run in runs:
        words.extend(_characters(run) if is_unsegmented(run) else [run])
    return words


class RougeTokenizer:
    """``tokenize`` for rouge-score's ``RougeScorer(tokenizer=...)``, with every stem kept.

    Stemming is most of the cost of scoring, and summaries share their words: looking a stem up
    instead of computing it again makes rouge-score several times faster with identical figures.
    """

    def __init__(self, stem: bool) -> None:
        self._stems: dict[str, str] = {}
        self._stemmer = _porter() if stem else None

    def tokenize(self, text: str) -> list[str]:
        words = words_of(text)
        return words if self._stemmer is None else [self._stem(word) for word in words]

    def _stem(self, word: str) -> str:
        if word not in self._stems:
            # Porter's rules are English; a word in another alphabet is its own stem.
            english = len(word) > 3 and word.isascii()
            self._stems[word] = self._stemmer(word) if self._stemmer and english else word
        return self._stems[word]


def _porter() -> Callable[[str], str]:
    """The stemmer that rouge-score uses."""
    from nltk.stem.porter import PorterStemmer  # type: ignore[import-untyped]  # no annotations

    stem: Callable[[str], str] = PorterStemmer().stem
    return stem


@cache
def _word_pattern() -> re.Pattern[str]:
    """Letters and digits of any script, with the combining marks that follow them."""
    marks = "".join(
        chr(code)
        for space in _MARK_SPACE
        for code in space
        if unicodedata.category(chr(code))[0] == "M"
    )
    return re.compile(rf"[^\W_](?:[^\W_]|[{marks}])*")


def _characters(run: str) -> list[str]:
    """Splits a run at every character that is a word by itself; marks stay with their letter."""
    pieces: list[str] = []
    in_word = False
    for character in run:
        if pieces and unicodedata.category(character)[0] == "M":
            pieces[-1] += character
        elif is_unsegmented(character):
            pieces.append(character)
            in_word = False
        elif in_word:
            pieces[-1] += character
        else:
            pieces.append(character)
            in_word = True
    return pieces
