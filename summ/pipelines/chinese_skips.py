"""Which steps a line may take along a Chinese sentence; see ``ordered_search``.

A line keeps the characters of its source in their order and may leave out what
``summ.text.chinese`` knows to be dispensable, and clauses that only lead up to others.  It ends
where a clause ends.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from summ.text.chinese import (
    clause_spans,
    dispensable,
    early_ends,
    leads_up,
    looks_complete,
    optional,
)
from summ.text.folding import Folded
from summ.text.loose_phrases import landings
from summ.text.purpose import states_purpose

_OPENING = tuple("“《（「『\"'(<")
_PAIRS = (("“", "”"), ("《", "》"), ("（", "）"), ("「", "」"), ("『", "』"))


@dataclass(frozen=True)
class ChineseSkips:
    """The steps and ends of one source.

    Attributes:
        source: canonical words, as its text writes them.
    """

    source: Folded

    @cached_property
    def _text(self) -> str:
        return "".join(self.source.surfaces)

    @cached_property
    def _offsets(self) -> list[int]:
        """Where each word begins in the text, and the end."""
        offsets = [0]
        for surface in self.source.surfaces:
            offsets.append(offsets[-1] + len(surface))
        return offsets

    def _place(self, offset: int) -> int:
        """The first word that begins at or behind a character."""
        return bisect_left(self._offsets, offset)

    @cached_property
    def followers(self) -> list[list[int]]:
        """The places that may follow each place; the first row is of the beginning."""
        return self._rows([*dispensable(self._text), *self._leading, *optional(self._text)])

    @cached_property
    def _fuller(self) -> list[list[int]]:
        """The same where only that goes which a sentence can always do without."""
        return self._rows([*dispensable(self._text), *self._leading])

    def _rows(self, spans: Sequence[tuple[int, int]]) -> list[list[int]]:
        size = len(self.source.tokens)
        rows = landings(size, [(self._place(start), self._place(end)) for start, end in spans])
        return [[place for place in row if place < size] for row in rows]

    @cached_property
    def dispensable(self) -> frozenset[int]:
        """The places of what a line can do without."""
        spans = dispensable(self._text)
        return frozenset(
            place for start, end in spans for place in range(self._place(start), self._place(end))
        )

    @cached_property
    def _leading(self) -> list[tuple[int, int]]:
        """Clauses that only lead up to the next, with their marks."""
        spans = clause_spans(self._text)
        return [
            (start, spans[number + 1][0])
            for number, (start, end) in enumerate(spans[:-1])
            if leads_up(self._text[start:end], self._text[end : end + 1])
            or states_purpose(self._text[slice(*spans[number + 1])])
        ]

    @cached_property
    def ends(self) -> list[bool]:
        """Whether a line may end with each word."""
        size = len(self.source.tokens)
        ends = [False] * size
        for start, end in clause_spans(self._text):
            place = self._place(end) - 1
            ends[place] = 0 <= place < size and looks_complete("于此，" + self._text[start:end])
        for end in early_ends(self._text):
            ends[self._place(end) - 1] = True
        return ends

    def plain_lines(self, words: int) -> list[tuple[int, ...]]:
        """From each place where a line may begin, without anything dispensable, to each end.

        Args:
            words: the most; lines with more are not among them.
        """
        return [
            line for rows in (self._fuller, self.followers) for line in self._along(rows, words)
        ]

    def _along(self, rows: list[list[int]], words: int) -> list[tuple[int, ...]]:
        """Lines that leave out as much as these steps allow."""
        lines = []
        for start in rows[0]:
            places = [start]
            while places[-1] < len(self.source.tokens) - 1 or self.ends[places[-1]]:
                if len(places) > words:
                    break
                if self.ends[places[-1]] and self.pairs_marks(places):
                    lines.append(tuple(places))
                following = rows[places[-1] + 1]
                if not following:
                    break
                places.append(following[-1])
        return lines

    def pairs_marks(self, places: Sequence[int]) -> bool:
        """Whether brackets and quotation marks of a line come in pairs, and no mark begins it."""
        said = "".join(self.source.surfaces[place] for place in places)
        if not (said[:1].isalnum() or said[:1] in _OPENING) or not looks_complete(said):
            return False
        if any(left + right in said for left, right in _PAIRS):
            return False  # nothing is left between them
        return all(said.count(left) == said.count(right) for left, right in _PAIRS)
