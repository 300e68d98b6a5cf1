"""The first words of an English text, without those that hang at their end."""

from __future__ import annotations

from collections.abc import Sequence

from summ.text.languages.en import LEANING
from summ.text.languages.en_phrases import DASHES, NEVER_LAST, NUMBERS
from summ.text.languages.tables import table
from summ.text.verbs import bare
from summ.text.words import cut_to_words

_FEWEST = 4  # words
_HANGING = LEANING | NEVER_LAST | NUMBERS | table("he she it they we i final")


def first_words(text: str, words: int) -> str:
    """At most so many words: no half of a name, no article or number without its noun.

    Of a text in which nothing better can be seen; never fewer than four words for that.
    """
    text = text.lstrip(" ,;:") or text
    head, whole = cut_to_words(text, words).split(), text.split()
    while len(head) > _FEWEST and _halves_name(head, whole):
        head.pop()
    while len(head) > _FEWEST and _hangs(head[-1]):
        head.pop()
    if len(head) > _FEWEST + 1 and bare(head[-2]) == "to":
        del head[-2:]  # *to improve*
    return " ".join(head).rstrip(",;:")


def _halves_name(head: Sequence[str], whole: Sequence[str]) -> bool:
    """Whether a name goes on behind the first words of a text."""
    both = [*head[-1:], *whole[len(head) : len(head) + 1]]
    return len(both) > 1 and all(map(str.istitle, both)) and both[0][-1:].isalpha()


def _hangs(word: str) -> bool:
    """Whether a word that a line is broken off behind is better left out."""
    low = bare(word)
    adverb = low.endswith("ly") and low == word
    return low in _HANGING or low.isdigit() or word in DASHES or adverb
