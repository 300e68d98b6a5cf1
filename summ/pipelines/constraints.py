"""What a summary that is shown to people may look like, word by word.

Drawing piece by piece can put pieces of different words together, say a word twice, or stop
after a preposition.  These rules look at whole words and leave the policy only such pieces
that keep a good summary within reach:

- every word stands in the source, or in the closed list of common lower-case words that the
  shortlist can spell: no invented names, no invented numbers, no half words;
- no content word twice (in a headline, no word of letters, and none that is part of another:
  *greek* beside *greek-american*), no number more often than in the source, no word and no
  punctuation twice in a row;
- no word that the source says only behind a denial (*no deaths*) without that denial before it;
- no end after a preposition, article, conjunction or punctuation mark, nor inside a name; the
  last word within the budget is planned for, so that nothing has to be cut;
- on request, the words of the source in its own order.

They restrict decoding only; training sees the policy as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from summ.text.surface import SurfaceFacts
from summ.text.vocabulary import Vocabulary

Word = tuple[int, ...]

# Words that lean on what follows them, folded; English, harmless elsewhere.
LEANING: frozenset[str] = frozenset(
    (
        *("a", "an", "the", "this", "that", "these", "those", "its", "his", "her", "their"),
        *("our", "my", "your", "of", "in", "on", "at", "to", "for", "from", "by", "with"),
        *("without", "into", "onto", "over", "under", "after", "before", "during", "between"),
        *("against", "among", "amid", "about", "above", "below", "across", "around", "behind"),
        *("beyond", "near", "off", "out", "per", "since", "through", "toward", "towards"),
        *("until", "up", "upon", "via", "within", "as", "than", "and", "or", "but", "nor"),
        *("so", "if", "because", "while", "when", "where", "which", "who", "whose", "whom"),
        *("what", "how", "is", "are", "was", "were", "be", "been", "being", "am", "has"),
        *("have", "had", "do", "does", "did", "will", "would", "could", "should", "may"),
        *("might", "must", "can", "not", "n't", "'s", "'", "very", "more", "most", "no"),
    )
)
# Words that deny what follows them, folded.
DENYING: frozenset[str] = frozenset(("no", "not", "n't", "never", "neither", "nor", "without"))
# May be said twice in one summary, besides words of one or two letters.
_LIGHT = LEANING | {"says", "say", "said", "new", "she", "they", "you"}
# Marks that belong to a number: they may follow another mark.
_UNITS = frozenset("%$£€¥₹")
HEADLINE_WORDS = 12  # up to this budget no word of letters and no number is said twice
_ANY_NUMBER_OF_TIMES = 1_000
_UNKNOWN = SurfaceFacts()
_PART = re.compile(r"(?:[^\W_]|#)+")  # "#" stands for a digit


@dataclass(frozen=True)
class WordConstraints:
    """The rules for one vocabulary and closed list.

    Attributes:
        vocabulary: whose pieces are spoken.
        shortlist: pieces that any summary may use; with None there is no closed list.
        in_order: whether words of the source are said in the order of the source.
    """

    vocabulary: Vocabulary
    shortlist: tuple[int, ...] | None
    in_order: bool = False

    @cached_property
    def closed(self) -> dict[int, list[Word]]:
        """The closed list by first piece: common words that the shortlist can spell."""
        pieces = set(self.shortlist or ())
        words = sorted(self.vocabulary.common | LEANING)
        spelled = map(tuple, self.vocabulary.encode_canonical(words))
        found: dict[int, list[Word]] = {}
        for word in spelled:
            if word and pieces.issuperset(word):
                found.setdefault(word[0], []).append(word)
        return found

    @cached_property
    def closed_words(self) -> frozenset[Word]:
        """The closed list."""
        return frozenset(word for words in self.closed.values() for word in words)

    @cached_property
    def closed_starters(self) -> tuple[frozenset[int], frozenset[int]]:
        """First pieces of the closed list, and of those of its words that may stand last."""
        last = {word[0] for word in self.closed_enders}
        return frozenset(self.closed), frozenset(last)

    @cached_property
    def closed_parts(self) -> dict[str, list[Word]]:
        """The closed list by the parts of its words."""
        return self.by_part(sorted(self.closed_words))

    def by_part(self, words: Iterable[Word]) -> dict[str, list[Word]]:
        """Words by the runs of letters and digits in them, of those with a letter: two words with
        the same run sound like one said twice."""
        found: dict[str, list[Word]] = {}
        for word in words:
            for part in self._nature(word).parts:
                found.setdefault(part, []).append(word)
        return found

    @cached_property
    def closed_enders(self) -> list[Word]:
        """The words of the closed list that may stand last."""
        return sorted(word for word in self.closed_words if not self.leans(word))

    @cached_property
    def closed_marks(self) -> frozenset[Word]:
        """The punctuation of the closed list."""
        return frozenset(word for word in self.closed_words if self.is_mark(word))

    def text(self, word: Word) -> str:
        """A word as it is written."""
        letters = self.vocabulary.letters
        return "".join(letters[piece] for piece in word)

    def leans(self, word: Word) -> bool:
        """Whether a summary must not end with this word."""
        return self._nature(word).leans

    def is_mark(self, word: Word) -> bool:
        """Whether it is punctuation, which never follows punctuation."""
        return self._nature(word).mark

    def is_number(self, word: Word) -> bool:
        """Whether there is a digit in it."""
        return self._nature(word).number

    def repeatable(self, word: Word) -> bool:
        """Whether a summary may use this word any number of times."""
        return self._nature(word).repeatable

    def _nature(self, word: Word) -> _Nature:
        known = self._natures.get(word)
        if known is None:
            known = self._natures[word] = _nature(self.text(word))
        return known

    def denied(self, words: Sequence[Word]) -> dict[Word, frozenset[Word]]:
        """Words that stand only behind a denial, up to the next light word or mark, and by what."""
        found: dict[Word, set[Word]] = {}
        claimed: set[Word] = set()
        denial: Word | None = None
        for word in words:
            if self._nature(word).denies:
                denial = word
            elif self.leans(word):
                denial = None
            elif denial is None:
                claimed.add(word)
            else:
                found.setdefault(word, set()).add(denial)
        return {word: frozenset(by) for word, by in found.items() if word not in claimed}

    @cached_property
    def _natures(self) -> dict[Word, _Nature]:
        return {}

    def split(self, ids: Iterable[int]) -> list[Word]:
        """Ids cut before every piece that starts a word."""
        return self.vocabulary.split(ids)

    def bind(
        self, source: Sequence[int], budget: int, surface_facts: SurfaceFacts = _UNKNOWN
    ) -> SourceConstraints:
        """The rules for a summary of ``source`` with at most ``budget`` words.

        Args:
            source: ids without marks, whole words.
            surface_facts: how the source is written, where that is known.
        """
        places: dict[Word, list[int]] = {}
        words = self.split(source)
        for place, word in enumerate(words):
            places.setdefault(word, []).append(place)
        open_names = frozenset(
            word for word in places if self.text(word) in surface_facts.unfinished
        )
        numbers = {
            word: surface_facts.spellings.get(self.text(word), len(where))
            for word, where in places.items()
            if self.is_number(word)
        }
        return SourceConstraints(self, places, budget, open_names, numbers, self.denied(words))


@dataclass(frozen=True)
class _Nature:
    """What the rules know about a word from its letters."""

    leans: bool
    mark: bool
    number: bool
    denies: bool
    repeatable: bool
    parts: frozenset[str]


def _nature(text: str) -> _Nature:
    number = any(character.isdecimal() or character == "#" for character in text)
    silent = not number and not any(character.isalnum() for character in text)
    light = len(text) < 3 or text in _LIGHT or not text[0].isalpha()
    return _Nature(
        leans=text in LEANING or (silent and text != "%"),
        mark=silent and text not in _UNITS,
        number=number,
        denies=text in DENYING,
        repeatable=light and not number,
        parts=frozenset(part for part in _PART.findall(text) if any(map(str.isalpha, part))),
    )


@dataclass(frozen=True)
class _State:
    """Where a summary stands after some whole words.

    Attributes:
        spent: words that must not come next, since they were said often enough or just now, or
            what denies them was not.
        after_mark: whether the last word is punctuation.
        reached: place in the source of the last word, where order matters; -1 before the first.
        last_slot: whether the budget leaves one word.
        ender: of the words that may stand last and can still be said, the one that is possible
            longest in the order of the source; None if there is none.
    """

    spent: frozenset[Word]
    after_mark: bool
    reached: int
    last_slot: bool
    ender: Word | None


@dataclass(frozen=True)
class SourceConstraints:
    """The rules for the summary of one source.

    Attributes:
        places: where each word of the source stands in it, in order.
        open_names: words of the source after which a name goes on.
        numbers: how many different numbers of the source each of its words with digits stands for.
        denied: words that the source says only behind a denial, and behind which.
    """

    constraints: WordConstraints
    places: Mapping[Word, Sequence[int]]
    budget: int
    open_names: frozenset[Word] = frozenset()
    numbers: Mapping[Word, int] = field(default_factory=dict)
    denied: Mapping[Word, frozenset[Word]] = field(default_factory=dict)

    @cached_property
    def words(self) -> frozenset[Word]:
        """The words of the source."""
        return frozenset(self.places)

    def allowed(self, prefix: Sequence[int]) -> NDArray[np.int64]:
        """The pieces that may follow ``prefix`` (marks excluded); the end mark where fitting."""
        said = self.constraints.split(prefix)
        found = self._after(said) if said else self._starters(self._state([]))
        # A dead end can only come from a source without a single presentable word.
        return np.fromiter(found or {self.constraints.vocabulary.eos}, dtype=np.int64)

    def _after(self, said: list[Word]) -> set[int]:
        """What may follow words of which the last may be the beginning of a longer one."""
        current, before = said[-1], self._state(said[:-1])
        found = {
            word[len(current)]
            for word in self._beginning_with(current)
            if len(word) > len(current) and self._fits(word, before)
        }
        if self._known(current) and self._fits(current, before):
            if not self.unfit_to_end(current):
                found.add(self.constraints.vocabulary.eos)
            if not before.last_slot:
                found |= self._starters(self._state(said))
        return found

    @cached_property
    def _enders(self) -> list[Word]:
        """Words that a summary may end with: those without a place, then from the last place on."""
        # What is denied cannot be counted on: its denial may not have been said.
        claimed = (word for word in self.places if word not in self._denied)
        own = [word for word in claimed if not self.unfit_to_end(word)]
        own.sort(key=lambda word: self.places[word][-1], reverse=True)
        return [word for word in self.constraints.closed_enders if word not in self.places] + own

    @cached_property
    def _denied(self) -> Mapping[Word, frozenset[Word]]:
        """As ``denied``; a source that claims nothing at all is let off."""
        ends = (word for word in self.places if not self.unfit_to_end(word))
        return {} if all(word in self.denied for word in ends) else self.denied

    def unfit_to_end(self, word: Word) -> bool:
        """Whether a summary must not end with this word."""
        return self.constraints.leans(word) or word in self.open_names

    def _state(self, said: Sequence[Word]) -> _State:
        constraints = self.constraints
        counts: dict[Word, int] = {}
        reached = -1
        for word in said:
            counts[word] = counts.get(word, 0) + 1
            place = self._place_after(word, reached)
            reached = reached if place is None else place
        spent = {word for word, count in counts.items() if count >= self._limit(word)}
        if self.budget <= HEADLINE_WORDS:
            spent = spent.union(*(self._alike.get(word, ()) for word in counts))
        spent.update(word for word, by in self._denied.items() if by.isdisjoint(counts))
        return _State(
            spent=frozenset(spent.union(said[-1:])),
            after_mark=bool(said) and constraints.is_mark(said[-1]),
            reached=reached,
            last_slot=len(said) + 1 >= self.budget,
            ender=next((word for word in self._enders if word not in spent), None),
        )

    def _limit(self, word: Word) -> int:
        """How often a summary may say a word."""
        if self.constraints.repeatable(word):
            # Two of the same preposition make a headline clumsy, and a longer summary not.
            letters = any(map(str.isalpha, self.constraints.text(word)))
            once = self.budget <= HEADLINE_WORDS and letters
            return 1 if once else _ANY_NUMBER_OF_TIMES
        if not self.constraints.is_number(word):
            return 1
        # A headline says each number once; a longer summary as often as its source.
        places = len(self.places.get(word, ()))
        return max(1, self.numbers.get(word, places) if self.budget <= HEADLINE_WORDS else places)

    def _fits(self, word: Word, state: _State) -> bool:
        """Whether a known word may come next as a whole."""
        if word in state.spent or (state.after_mark and self.constraints.is_mark(word)):
            return False
        place = self._place_after(word, state.reached)
        if place is None:
            return False
        if not self.unfit_to_end(word):
            return True
        return self._can_end_after(place, state)

    def _can_end_after(self, place: int, state: _State) -> bool:
        """Whether the budget and the source leave a word to end with after the next one."""
        if state.last_slot or state.ender is None:
            return False
        return self._place_after(state.ender, place) is not None

    def _place_after(self, word: Word, reached: int) -> int | None:
        """The first place of a word behind another; ``reached`` itself where order is free."""
        places = self.places.get(word) if self.constraints.in_order else None
        if places is None:
            return reached
        return next((place for place in places if place > reached), None)

    def _known(self, word: Word) -> bool:
        return word in self.places or word in self.constraints.closed_words

    def _beginning_with(self, start: Word) -> Iterable[Word]:
        """Known words with the given beginning, which is not empty."""
        own = (word for word in self.places if word[: len(start)] == start)
        closed = (w for w in self.constraints.closed.get(start[0], []) if w[: len(start)] == start)
        return [*own, *closed]

    def _starters(self, state: _State) -> set[int]:
        """First pieces of the words that may come next."""
        constraints = self.constraints
        can_end = self._can_end_after(state.reached, state)
        own = self.words - state.spent
        doubtful = state.spent | self._bound
        if state.after_mark:
            own, doubtful = own - self._marks, doubtful | constraints.closed_marks
        if not can_end:
            own -= self._unfit
        if constraints.in_order:
            own = frozenset(word for word in own if self._fits(word, state))
        found = set(constraints.closed_starters[not can_end])
        for first in {word[0] for word in doubtful & constraints.closed_words}:
            if not any(self._fits(word, state) for word in constraints.closed[first]):
                found.discard(first)
        found.update(word[0] for word in own)
        return found

    @cached_property
    def _alike(self) -> dict[Word, set[Word]]:
        """For words with a part in common with others, those others."""
        found: dict[Word, set[Word]] = {}
        for part, own in self.constraints.by_part(self.places).items():
            together = {*own, *self.constraints.closed_parts.get(part, ())}
            for word in together if len(together) > 1 else ():
                found.setdefault(word, set()).update(together - {word})
        return found

    @cached_property
    def _marks(self) -> frozenset[Word]:
        """The punctuation of the source."""
        return frozenset(filter(self.constraints.is_mark, self.places))

    @cached_property
    def _unfit(self) -> frozenset[Word]:
        """The words of the source that cannot end a summary."""
        return frozenset(filter(self.unfit_to_end, self.places))

    @cached_property
    def _bound(self) -> frozenset[Word]:
        """Words of the closed list that this source restricts beyond what it restricts all."""
        return self.words if self.constraints.in_order else self.open_names
