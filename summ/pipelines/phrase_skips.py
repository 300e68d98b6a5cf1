"""Which steps a line may take along a sentence of a language with a list of phrases.

A line begins where its sentence does, keeps its words in their order, leaves out what
``summ.text.loose_phrases`` finds, and ends where nothing more need come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from summ.text.folding import Folded
from summ.text.languages.language import Language
from summ.text.loose_phrases import LoosePhrases, fullest_line, landings

_FEWEST = 3  # words before a line may end
_PAIRS = (("(", ")"), ("[", "]"), ("„", "“"), ("«", "»"), ("“", "”"))


@dataclass(frozen=True)
class PhraseSkips:
    """The steps and ends of one source.

    Attributes:
        whole: whether it has all words of its sentence; else no line may end with its last.
    """

    source: Folded
    language: Language
    whole: bool = True

    @cached_property
    def _phrases(self) -> LoosePhrases:
        return LoosePhrases(self.source, self.language)

    @cached_property
    def _landings(self) -> list[list[int]]:
        return landings(len(self.source.tokens), self._phrases.spans)

    @cached_property
    def followers(self) -> list[list[int]]:
        """The places that may follow each place; the first row is of the beginning."""
        size = len(self.source.tokens)
        return [[place for place in row if place < size] for row in self._landings]

    @cached_property
    def ends(self) -> list[bool]:
        """Whether a line may end with each word."""
        size = len(self.source.tokens)
        if not self.whole:
            return [False] * size
        return [
            self.source.glued[: place + 1].count(False) >= _FEWEST
            and (
                place + 1 == size
                or (size in self._landings[place + 1] and self._phrases.may_end(place))
            )
            for place in range(size)
        ]

    @cached_property
    def dispensable(self) -> frozenset[int]:
        """No word has a price of its own."""
        return frozenset()

    def plain_lines(self, words: int) -> list[tuple[int, ...]]:
        """The line that leaves out fewest words and has at most so many.

        Where what a sentence can always do without is too little, more goes.
        """
        if not self.whole:
            return []
        bold = replace(self._phrases, bold=True)
        line = fullest_line(self._phrases, words) or fullest_line(bold, words)
        long = line and sum(not self.source.glued[place] for place in line) >= _FEWEST
        return [line] if line and long and self.pairs_marks(line) else []

    def pairs_marks(self, places: Sequence[int]) -> bool:
        """Whether brackets and quotation marks of a line come in pairs."""
        said = [self.source.surfaces[place] for place in places]
        if said.count('"') % 2:
            return False
        return all(said.count(left) == said.count(right) for left, right in _PAIRS)
