"""The closed list: the words that every summary may use, whether or not its source has them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from summ.pipelines.lexicon import Lexicon, Word
from summ.text.languages.en import LEANING
from summ.text.stems import stem

_MOST_PARTS = 4_096


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

    def said_by(self, source: Iterable[str], function_words: frozenset[str]) -> ClosedList:
        """The part of the list that adds no content to a source.

        Args:
            source: its words.
            function_words: words without content; of the others, those stay whose stem is one of
            the
                source's.
        """
        stems = frozenset(map(stem, source)) & self._by_stem.keys()
        kept = self._without_content(function_words).union(*(self._by_stem[one] for one in stems))
        if kept not in self._parts:
            if len(self._parts) >= _MOST_PARTS:
                self._parts.clear()
            by_first: dict[int, list[Word]] = {}
            for first, words in self.by_first.items():
                if own := [word for word in words if word in kept]:
                    by_first[first] = own
            self._parts[kept] = ClosedList(self.lexicon, by_first, kept)
        return self._parts[kept]

    def _without_content(self, function_words: frozenset[str]) -> frozenset[Word]:
        """Its function words, marks and signs."""
        if function_words not in self._function:
            self._function[function_words] = frozenset(
                word
                for word in self.words
                if (text := self.lexicon.text(word)) in function_words
                or not any(map(str.isalnum, text))
            )
        return self._function[function_words]

    @cached_property
    def _by_stem(self) -> dict[str, list[Word]]:
        """The words by their stems."""
        found: dict[str, list[Word]] = {}
        for word in sorted(self.words):
            found.setdefault(stem(self.lexicon.text(word)), []).append(word)
        return found

    @cached_property
    def _parts(self) -> dict[frozenset[Word], ClosedList]:
        """Parts that were made already."""
        return {}

    @cached_property
    def _function(self) -> dict[frozenset[str], frozenset[Word]]:
        return {}

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
