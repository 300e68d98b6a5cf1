"""Telling English in its own case, and text in capitals, from everything else."""

from __future__ import annotations

from summ.text.languages.en_phrases import AUXILIARIES, DETERMINERS, PREPOSITIONS
from summ.text.languages.tables import table
from summ.text.verbs import bare

# Function words that other languages do not share.
TELLING = (
    (AUXILIARIES | DETERMINERS | PREPOSITIONS)
    - table("in on at during a an no some over under was")
) | table("of to and that who which it he she they said says")
_FEWEST = 2
_SHARE = 0.1
_LOUD = 0.8


def is_cased_english(text: str) -> bool:
    """Whether a text is English with capitals where they belong.

    Text without capitals or in capitals only is not, nor is what has few function words.
    """
    if not is_cased(text):
        return False
    words = text.split()
    telling = sum(bare(word) in TELLING for word in words)
    return telling >= max(min(_FEWEST, len(words) // 4), _SHARE * len(words))


def is_capitals(text: str) -> bool:
    """Whether a text is in capitals, but for a word or two."""
    letters = [character for character in text if character.isalpha()]
    return sum(map(str.isupper, letters)) >= max(1, _LOUD * len(letters))


def is_cased(text: str) -> bool:
    """Whether a text has capitals, and more small letters than those."""
    letters = [character for character in text if character.isalpha()]
    return 0 < sum(character.isupper() for character in letters) < 0.5 * len(letters)
