"""A sentence and what is looked up in it time and again: bare words, commas, the main verb."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from summ.text.languages.en_phrases import (
    ASKING,
    AUXILIARIES,
    BE,
    DETERMINERS,
    MODALS,
    NUMBERS,
    PREPOSITIONAL,
    PRONOUNS,
)
from summ.text.verbs import VerbLexicon, bare


@dataclass(frozen=True)
class AnnotatedSentence:
    """A sentence with its annotations.

    Attributes:
        words: whitespace-separated, punctuation attached.
        verbs: what is known of its language's verbs.
    """

    words: Sequence[str]
    verbs: VerbLexicon

    @cached_property
    def lows(self) -> list[str]:
        """The bare words."""
        return [bare(word) for word in self.words]

    @cached_property
    def commas(self) -> list[int]:
        """The places of words with a comma behind them."""
        return [place for place, word in enumerate(self.words) if word.endswith(",")]

    @cached_property
    def main(self) -> int | None:
        """The place of the main verb; None if there is none to be seen."""
        return self.verbs.main_verb(self.words, lenient=True)

    @property
    def size(self) -> int:
        """The number of words."""
        return len(self.words)

    def low(self, place: int) -> str:
        """The bare word at a place; nothing beyond the end."""
        return self.lows[place] if place < self.size else ""

    def is_capital(self, place: int) -> bool:
        """Whether a word begins with a capital."""
        return self.words[place][:1].isupper()

    def is_verb(self, place: int) -> bool:
        """Whether a word can be a verb at all."""
        return self.verbs.knows(self.low(place))

    def counts(self, place: int) -> bool:
        """Whether *around*, *over*, ... stands before a number and is no preposition."""
        if self.low(place) not in {"around", "over", "under", "near"} or place + 1 >= self.size:
            return False
        return self.words[place + 1][:1].isdigit() or self.low(place + 1) in NUMBERS

    def asks(self, place: int) -> bool:
        """Whether a word may need what follows it: a verb, or an adjective like *aware*."""
        low, verbs = self.low(place), self.verbs
        if self.is_capital(place):
            return False
        if low not in ASKING and place and self.low(place - 1) in DETERMINERS - {"that"}:
            return False  # *a dunking*, *their pay*
        if low in ASKING or place == self.main:
            return low not in verbs.active or low in PREPOSITIONAL
        if low in verbs.nounish and place and not low.endswith("ed"):
            before = self.low(place - 1)
            auxiliary = before in AUXILIARIES - BE - {"has", "have", "had"}
            return auxiliary or before in MODALS | PRONOUNS | {"to", "not"}
        return self.is_verb(place) or low.endswith("ing")
