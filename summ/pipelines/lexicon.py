"""Words as decoding sees them: tuples of vocabulary pieces, and what their letters tell."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from summ.text.languages.en import LEANING, REPEATABLE
from summ.text.vocabulary import Vocabulary

Word = tuple[int, ...]

# Marks that belong to a number: they may follow another mark.
_UNITS = frozenset("%$£€¥₹")
_PART = re.compile(r"(?:[^\W_]|#)+")  # "#" stands for a digit


@dataclass(frozen=True)
class WordNature:
    """What can be known about a word from its letters.

    Attributes:
        leans: it needs a word after it, so that no summary may end with it.
        mark: it is punctuation, which never follows punctuation.
        number: it holds a digit.
        repeatable: a longer summary may use it any number of times.
        parts: its runs of letters and digits, of those with a letter.  Two words with a part in
            common (*greek* and *greek-american*) sound like one word said twice.
    """

    leans: bool
    mark: bool
    number: bool
    repeatable: bool
    parts: frozenset[str]

    @staticmethod
    def of(text: str) -> WordNature:
        """The nature of a canonical word."""
        number = any(character.isdecimal() or character == "#" for character in text)
        silent = not number and not any(character.isalnum() for character in text)
        light = len(text) < 3 or text in REPEATABLE or not text[0].isalpha()
        return WordNature(
            leans=text in LEANING or (silent and text != "%"),
            mark=silent and text not in _UNITS,
            number=number,
            repeatable=light and not number,
            parts=frozenset(part for part in _PART.findall(text) if any(map(str.isalpha, part))),
        )


class Lexicon:
    """The words that a vocabulary can spell; the nature of each is worked out once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._natures: dict[Word, WordNature] = {}

    def split(self, ids: Iterable[int]) -> list[Word]:
        """Ids cut before every piece that starts a word."""
        return self.vocabulary.split(ids)

    def spelled(self, texts: Iterable[str]) -> list[Word]:
        """Canonical words as pieces."""
        return list(map(tuple, self.vocabulary.encode_canonical(list(texts))))

    def text(self, word: Word) -> str:
        """A word as it is written."""
        letters = self.vocabulary.letters
        return "".join(letters[piece] for piece in word)

    def nature(self, word: Word) -> WordNature:
        """What is known about a word."""
        known = self._natures.get(word)
        if known is None:
            known = self._natures[word] = WordNature.of(self.text(word))
        return known

    def by_part(self, words: Iterable[Word]) -> dict[str, list[Word]]:
        """Words by each of their parts."""
        found: dict[str, list[Word]] = {}
        for word in words:
            for part in self.nature(word).parts:
                found.setdefault(part, []).append(word)
        return found
