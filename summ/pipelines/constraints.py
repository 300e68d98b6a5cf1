"""What a summary that is shown to people may look like, word by word.

Drawing piece by piece can put pieces of different words together, say a word twice, or stop
after a preposition.  These constraints look at whole words and leave the policy only such pieces
that keep a good summary within reach:

- every word stands in the source or in the closed list, and content words of that list only if the
  source has their stem: no invented names, events or numbers, no half words;
- no content word twice (in a headline, no word of letters, and none that is part of another:
  *greek* beside *greek-american*), no number more often than in the source, no word and no
  punctuation twice in a row;
- no word that the source says only where it denies it (*no deaths*, *refused to sell*) without that
  denial before it;
- no end after a preposition, article, conjunction or punctuation mark, nor inside a name; the
  last word within the budget is planned for, so that nothing has to be cut;
- for a model whose settings say so, the words of the source in the order of the source.

They restrict decoding only; training sees the policy as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from summ.pipelines.closed_list import ClosedList
from summ.pipelines.denials import negated_words
from summ.pipelines.headline import LONGEST_HEADLINE_WORDS
from summ.pipelines.lexicon import Lexicon, Word
from summ.text.surface import SurfaceFacts
from summ.text.vocabulary import Vocabulary

_ANY_NUMBER_OF_TIMES = 1_000
_UNKNOWN = SurfaceFacts()


@dataclass(frozen=True)
class WordConstraints:
    """The constraints that hold for all sources of one model.

    Attributes:
        vocabulary: whose pieces a summary consists of.
        shortlist: pieces that any summary may use; with None the closed list is empty.
        in_order: whether words of the source keep the order of the source.
        function_words: the words of the closed list that any source may be summarized with; others
            only where the source has their stem.  None allows all.
    """

    vocabulary: Vocabulary
    shortlist: tuple[int, ...] | None
    in_order: bool = False
    function_words: frozenset[str] | None = None

    @cached_property
    def lexicon(self) -> Lexicon:
        """The words of the vocabulary."""
        return Lexicon(self.vocabulary)

    @cached_property
    def closed(self) -> ClosedList:
        """The words that any summary may use."""
        return ClosedList.of(self.lexicon, self.shortlist)

    def bind(
        self, source: Sequence[int], budget: int, surface_facts: SurfaceFacts = _UNKNOWN
    ) -> SourceConstraints:
        """The constraints on a summary of ``source`` with at most ``budget`` words.

        Args:
            source: ids without marks, whole words.
            surface_facts: how the source is written, where that is known.
        """
        lexicon, words = self.lexicon, self.lexicon.split(source)
        places: dict[Word, list[int]] = {}
        for place, word in enumerate(words):
            places.setdefault(word, []).append(place)
        return SourceConstraints(
            lexicon,
            self._closed_for(places),
            places,
            budget,
            open_names=frozenset(w for w in places if lexicon.text(w) in surface_facts.unfinished),
            numbers={
                word: surface_facts.spellings.get(lexicon.text(word), len(where))
                for word, where in places.items()
                if lexicon.nature(word).number
            },
            negated=negated_words(words, lexicon),
            order=SourceOrder(places) if self.in_order else None,
        )

    def _closed_for(self, words: Iterable[Word]) -> ClosedList:
        """The words that a summary of these may use besides them."""
        if self.function_words is None:
            return self.closed
        return self.closed.said_by(map(self.lexicon.text, words), self.function_words)


@dataclass(frozen=True)
class SourceOrder:
    """The order of a source, for summaries that keep it.

    Attributes:
        places: where each word of the source stands in it, ascending.
    """

    places: Mapping[Word, Sequence[int]]

    def after(self, word: Word, reached: int) -> int | None:
        """The first place of a word behind ``reached``; None if it has none there.

        A word that is not of the source has no place and stays where ``reached`` is.
        """
        places = self.places.get(word)
        if places is None:
            return reached
        return next((place for place in places if place > reached), None)


@dataclass(frozen=True)
class _State:
    """Where a summary stands after some whole words.

    Attributes:
        spent: words that must not come next: they were said often enough or just now, or the
            negation that licenses them was not said.
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
    """The constraints on the summary of one source: an automaton over pieces.

    Attributes:
        lexicon: of the vocabulary.
        closed: words that the summary may use besides those of the source.
        places: where each word of the source stands in it, ascending.
        budget: the most words of the summary.
        open_names: words of the source after which a name goes on.
        numbers: how many different numbers of the source each of its words with digits stands for.
        negated: words that occur only where they are denied, and by what; see ``negated_words``.
        order: of the source, if the summary must keep it.
    """

    lexicon: Lexicon
    closed: ClosedList
    places: Mapping[Word, Sequence[int]]
    budget: int
    open_names: frozenset[Word] = frozenset()
    numbers: Mapping[Word, int] = field(default_factory=dict)
    negated: Mapping[Word, frozenset[Word]] = field(default_factory=dict)
    order: SourceOrder | None = None

    @cached_property
    def words(self) -> frozenset[Word]:
        """The words of the source."""
        return frozenset(self.places)

    @property
    def headline(self) -> bool:
        """Whether the summary is so short that it must say no word twice."""
        return self.budget <= LONGEST_HEADLINE_WORDS

    def unfit_to_end(self, word: Word) -> bool:
        """Whether a summary must not end with this word."""
        return self.lexicon.nature(word).leans or word in self.open_names

    def allowed(self, prefix: Sequence[int]) -> NDArray[np.int64]:
        """The pieces that may follow ``prefix`` (marks excluded); the end mark where fitting."""
        said = self.lexicon.split(prefix)
        found = self._after(said) if said else self._starters(self._state([]))
        # A dead end can only come from a source without a single presentable word.
        return np.fromiter(found or {self.lexicon.vocabulary.eos}, dtype=np.int64)

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
                found.add(self.lexicon.vocabulary.eos)
            if not before.last_slot:
                found |= self._starters(self._state(said))
        return found

    # After some whole words.

    def _state(self, said: Sequence[Word]) -> _State:
        counts: dict[Word, int] = {}
        reached = -1
        for word in said:
            counts[word] = counts.get(word, 0) + 1
            place = self._place_after(word, reached)
            reached = reached if place is None else place
        spent = {word for word, count in counts.items() if count >= self._limit(word)}
        if self.headline:
            spent = spent.union(*(self._alike.get(word, ()) for word in counts))
        spent.update(word for word, by in self._negated.items() if by.isdisjoint(counts))
        return _State(
            spent=frozenset(spent.union(said[-1:])),
            after_mark=bool(said) and self.lexicon.nature(said[-1]).mark,
            reached=reached,
            last_slot=len(said) + 1 >= self.budget,
            ender=next((word for word in self._enders if word not in spent), None),
        )

    def _limit(self, word: Word) -> int:
        """How often a summary may say a word."""
        nature = self.lexicon.nature(word)
        if nature.repeatable:
            # Two of the same preposition make a headline clumsy, and a longer summary not.
            letters = any(map(str.isalpha, self.lexicon.text(word)))
            return 1 if self.headline and letters else _ANY_NUMBER_OF_TIMES
        if not nature.number:
            return 1
        # A headline says each number once; a longer summary as often as its source.
        places = len(self.places.get(word, ()))
        return max(1, self.numbers.get(word, places) if self.headline else places)

    def _fits(self, word: Word, state: _State) -> bool:
        """Whether a known word may come next as a whole."""
        if word in state.spent or (state.after_mark and self.lexicon.nature(word).mark):
            return False
        place = self._place_after(word, state.reached)
        if place is None:
            return False
        return not self.unfit_to_end(word) or self._can_end_after(place, state)

    def _can_end_after(self, place: int, state: _State) -> bool:
        """Whether the budget and the source leave a word to end with after the next one."""
        if state.last_slot or state.ender is None:
            return False
        return self._place_after(state.ender, place) is not None

    def _place_after(self, word: Word, reached: int) -> int | None:
        """See ``SourceOrder.after``; ``reached`` itself where order is free."""
        return reached if self.order is None else self.order.after(word, reached)

    # Which words there are.

    def _known(self, word: Word) -> bool:
        return word in self.places or word in self.closed.words

    def _beginning_with(self, start: Word) -> Iterable[Word]:
        """Known words with the given beginning, which is not empty."""
        own = (word for word in self.places if word[: len(start)] == start)
        closed = (w for w in self.closed.by_first.get(start[0], []) if w[: len(start)] == start)
        return [*own, *closed]

    def _starters(self, state: _State) -> set[int]:
        """First pieces of the words that may come next."""
        can_end = self._can_end_after(state.reached, state)
        own = self.words - state.spent
        doubtful = state.spent | self._bound
        if state.after_mark:
            own, doubtful = own - self._marks, doubtful | self.closed.marks
        if not can_end:
            own -= self._unfit
        if self.order is not None:
            own = frozenset(word for word in own if self._fits(word, state))
        found = set(self.closed.starters(last=not can_end))
        for first in {word[0] for word in doubtful & self.closed.words}:
            if not any(self._fits(word, state) for word in self.closed.by_first[first]):
                found.discard(first)
        found.update(word[0] for word in own)
        return found

    # Sets of words that are worked out once a source.

    @cached_property
    def _enders(self) -> list[Word]:
        """Words that a summary may end with: those without a place, then from the last place on."""
        # What is negated cannot be counted on: its negation may not have been said.
        asserted = (word for word in self.places if word not in self._negated)
        own = [word for word in asserted if not self.unfit_to_end(word)]
        own.sort(key=lambda word: self.places[word][-1], reverse=True)
        return [word for word in self.closed.enders if word not in self.places] + own

    @cached_property
    def _negated(self) -> Mapping[Word, frozenset[Word]]:
        """As ``negated``; nothing where the source asserts no word that could end a summary."""
        ends = (word for word in self.places if not self.unfit_to_end(word))
        return {} if all(word in self.negated for word in ends) else self.negated

    @cached_property
    def _alike(self) -> dict[Word, set[Word]]:
        """For words with a part in common with others, those others."""
        found: dict[Word, set[Word]] = {}
        for part, own in self.lexicon.by_part(self.places).items():
            together = {*own, *self.closed.by_part.get(part, ())}
            for word in together if len(together) > 1 else ():
                found.setdefault(word, set()).update(together - {word})
        return found

    @cached_property
    def _marks(self) -> frozenset[Word]:
        """The punctuation of the source."""
        return frozenset(word for word in self.places if self.lexicon.nature(word).mark)

    @cached_property
    def _unfit(self) -> frozenset[Word]:
        """The words of the source that cannot end a summary."""
        return frozenset(filter(self.unfit_to_end, self.places))

    @cached_property
    def _bound(self) -> frozenset[Word]:
        """Words of the closed list that this source restricts beyond what it restricts all."""
        return self.open_names if self.order is None else self.words
