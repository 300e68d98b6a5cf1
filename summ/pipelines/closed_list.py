"""The closed list: the words that every summary may use, whether or not its source has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from summ.pipelines.lexicon import Lexicon, Word
from summ.text.languages.en import LEANING


@dataclass(frozen=True)
class ClosedList:
    """Words of a closed list, in ascending order.

    Attributes:
        by_first: the words that begin with each piece.
        words: all of them.
    """

    lexicon: Lexicon
    by_first: dict[int, list[Word]]
    words: frozenset[Word]

    @staticmethod
    def of(lexicon: Lexicon, shortlist: Sequence[int] | None) -> ClosedList:
        """The words usually written in lower case that the shortlist can spell.

        Args:
            shortlist: pieces that any summary may use; without them the list is empty.
        """
        pieces = set(shortlist or ())
        by_first: dict[int, list[Word]] = {}
        for word in lexicon.spelled(sorted(lexicon.vocabulary.common | LEANING)):
            if word and pieces.issuperset(word):
                by_first.setdefault(word[0], []).append(word)
        return ClosedList(
            lexicon, by_first, frozenset(word for words in by_first.values() for word in words)
        )

    def starters(self, last: bool) -> frozenset[int]:
        """First pieces of the words, or only of those that may stand last."""
        return self._ender_starters if last else self._starters

    @cached_property
    def enders(self) -> list[Word]:
        """The words that may stand last."""
        return sorted(word for word in self.words if not self.lexicon.nature(word).leans)

    @cached_property
    def marks(self) -> frozenset[Word]:
        """The punctuation."""
        return frozenset(word for word in self.words if self.lexicon.nature(word).mark)

    @cached_property
    def by_part(self) -> dict[str, list[Word]]:
        """The words by each of their parts."""
        return self.lexicon.by_part(sorted(self.words))

    @cached_property
    def _starters(self) -> frozenset[int]:
        return frozenset(self.by_first)

    @cached_property
    def _ender_starters(self) -> frozenset[int]:
        return frozenset(word[0] for word in self.enders)
