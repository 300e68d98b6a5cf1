"""What a sentence can do without, in a language that writes spaces: by a short list of its words.

Brackets; clauses and additions between commas; phrases that a preposition begins; adverbs.  No
parser is needed: a language's file (``summ/text/languages``) names the words that begin them.  A
network then decides which of them a line leaves out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from summ.text.folding import Folded
from summ.text.languages.language import Language

_DASHES = {"-", "--"}
_BRACKETS = {"(": ")", "[": "]"}
_MARKS = {",", ";", ":", ".", "!", "?", '"', *_DASHES, *_BRACKETS, *_BRACKETS.values()}
_MOST_BRACKETED, _MOST_OF_PHRASE = 20, 9  # words
_LEAST_CLAUSE = 3


@dataclass(frozen=True)
class LoosePhrases:
    """The phrases of one sentence, as stretches of its words.

    Attributes:
        source: the sentence, without the mark at its end.
        language: with ``prepositions`` and ``clauses``.
    """

    source: Folded
    language: Language

    @property
    def tokens(self) -> tuple[str, ...]:
        return self.source.tokens

    @cached_property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Where each begins and ends, the first word never among them; none holds a denial.

        They may touch and overlap; what is left out may be several of them.
        """
        found = {*self._enclosed(), *self._clauses(), *self._additions(), *self._adverbs()}
        for start, token in enumerate(self.tokens):
            if token in self.language.prepositions:
                found.update((start, end) for end in self._ends_of_phrase(start))
        return tuple(
            sorted(
                (start, end)
                for start, end in found
                if 0 < start < end and self.language.negations.isdisjoint(self.tokens[start:end])
            )
        )

    def may_end(self, place: int) -> bool:
        """Whether a line may end with a word, if what follows it can go."""
        token = self.tokens[place]
        own = self.language
        return token not in _MARKS - {")", '"'} and not (
            token in own.prepositions or token in own.function_words
        )

    def _enclosed(self) -> list[tuple[int, int]]:
        """Brackets, and what stands between two dashes."""
        found = []
        for start, token in enumerate(self.tokens):
            rest = self.tokens[start + 1 : start + 1 + _MOST_BRACKETED]
            closing = {_BRACKETS[token]} if token in _BRACKETS else None
            if token in _DASHES and not self.source.glued[start]:
                closing = _DASHES
            length = next((n for n, one in enumerate(rest) if closing and one in closing), None)
            if length:
                found.append((start, start + length + 2))
        return found

    def _clauses(self) -> list[tuple[int, int]]:
        """Clauses between commas, the commas with them, and those with which a sentence ends."""
        found = []
        commas = [place for place, token in enumerate(self.tokens) if token == ","]
        for start in commas:
            if not self._begins_clause(start + 1):
                continue
            for comma in commas:
                if comma > start + _LEAST_CLAUSE and self._ends_clause(comma, start):
                    found.append((start, comma + 1))
            # Behind *he said*, the last clause is what was said.
            said = self.language.speech & set(self.tokens[:start])
            size = len(self.tokens)
            if size > start + _LEAST_CLAUSE and self._ends_clause(size, start) and not said:
                found.append((start, size))
        return found

    def _begins_clause(self, place: int) -> bool:
        own, rest = self.language, self.tokens[place : place + 2]
        if not rest:
            return False
        if rest[0] in own.prepositions and len(rest) == 2 and rest[1] in own.clauses:
            return True  # *, in dem ...*
        return rest[0] in own.clauses or rest[0] in own.additions or rest[0] in own.speech

    def _ends_clause(self, end: int, start: int) -> bool:
        """Whether a clause may end before a place; with capitals for nouns, as verbs end one."""
        own = self.language
        if self.tokens[start + 1] in own.additions | own.speech or not own.noun_capitals:
            return True
        return self.source.surfaces[end - 1][:1].islower()

    def _additions(self) -> list[tuple[int, int]]:
        """What comes behind a semicolon, a dash, or a comma and a conjunction, to the end."""
        size, found = len(self.tokens), []
        for place, token in enumerate(self.tokens[:-1]):
            joined = token == "," and self.tokens[place + 1] in self.language.conjunctions
            dash = token in _DASHES and not self.source.glued[place]
            second = (
                token in self.language.joints
                and self.tokens[place + 1] in self.language.auxiliaries
            )
            if token == ";" or joined or dash or second:
                found.append((place, size))
        return found

    def _adverbs(self) -> list[tuple[int, int]]:
        return [
            (place, place + 1)
            for place, token in enumerate(self.tokens)
            if token in self.language.adverbs and self.tokens[place - 1] not in _MARKS
        ]

    def _ends_of_phrase(self, start: int) -> list[int]:
        """Where a phrase that a preposition begins may end."""
        before = self.tokens[start - 1]
        # Behind a colon or a dash another sentence begins, with its verb in the second place.
        if before in self.language.prepositions | self.language.heads | _MARKS - {",", ")", '"'}:
            return []
        following = self.source.surfaces[start + 1 : start + 2]
        if self.tokens[start] in self.language.amounts and following and following[0][:1].isdigit():
            return []
        if self.language.noun_capitals:
            return [end for end in self._noun_ends(start) if self._lands_well(start, end)]
        size = len(self.tokens)
        ends = []
        for end in range(start + 2, min(size, start + _MOST_OF_PHRASE) + 1):
            last = self.tokens[end - 1]
            if last in _MARKS:
                break
            if last in self.language.stop_words or last in self.language.prepositions:
                continue
            landing = self.tokens[end] if end < size else "."
            if (landing in _MARKS or landing in self.language.stop_words) and self._lands_well(
                start, end
            ):
                ends.append(end)
        return ends

    def _lands_well(self, start: int, end: int) -> bool:
        """Whether a sentence can go on at a place without the phrase before it."""
        own, rest = self.language, self.tokens[end : end + 2]
        if not rest:
            return True
        if rest[0] in own.genitives or (rest[0] in own.joints and rest[-1] not in own.auxiliaries):
            return False
        if rest[0] == ",":  # of a list
            return rest[-1] in own.clauses | own.additions | own.speech | own.conjunctions
        # Two words before a verb go with it: *ums Leben gekommen*.
        bare = own.noun_capitals and end == start + 2 and end + 1 == len(self.tokens)
        return not (bare and self.source.surfaces[end].islower())

    def _noun_ends(self, start: int) -> list[int]:
        """The same where nouns have capitals: behind the first group of them, or the next ones."""
        size, surfaces = len(self.tokens), self.source.surfaces
        ends: list[int] = []
        place = start + 1
        while place < size and place < start + _MOST_OF_PHRASE:
            token = self.tokens[place]
            if token in _MARKS and token != ".":
                break
            if self._is_noun(place):
                while place + 1 < size and self._is_noun(place + 1):
                    place += 1
                ends.append(place + 1)
                following = self.tokens[place + 1] if place + 1 < size else ""
                if following not in self.language.genitives | self.language.prepositions:
                    break
            elif ends and ends[-1] == place and token in self.language.prepositions:
                pass  # *zum Druck von Büchern*
            elif not self._describes(token, surfaces[place]):
                break
            place += 1
        return ends

    def _is_noun(self, place: int) -> bool:
        surface = self.source.surfaces[place]
        return (
            surface[:1].isupper()
            or surface[:1].isdigit()
            or (surface == "." and self.source.surfaces[place - 1].isdigit())
        )

    def _describes(self, token: str, surface: str) -> bool:
        """Whether a word may stand between a preposition and its noun."""
        if token in self.language.prepositions:
            return False  # *im vom Krieg zerstörten Haus*
        return token in self.language.function_words or (
            surface.islower() and token.endswith(("e", "en", "em", "er", "es"))
        )


def landings(size: int, spans: Sequence[tuple[int, int]]) -> list[list[int]]:
    """The places that may come next before each place, if stretches can go; ``size`` is the end."""
    jumps: dict[int, set[int]] = {}
    for start, end in spans:
        jumps.setdefault(start, set()).add(end)
    rows = []
    for there in range(size + 1):
        reached, todo = {there}, [there]
        while todo:
            for far in jumps.get(todo.pop(), ()):
                if far not in reached:
                    reached.add(far)
                    todo.append(far)
        rows.append(sorted(reached))
    return rows


def fullest_line(phrases: LoosePhrases, words: int) -> tuple[int, ...] | None:
    """The places of the line that leaves out fewest words and has at most so many; None if none.

    Of several the one that keeps what comes first.
    """
    size, glued = len(phrases.tokens), phrases.source.glued
    rows = landings(size, phrases.spans)
    # By the number of words so far, the best way to each place: what it keeps, and whence.
    best: list[dict[int, tuple[int, tuple[int, ...]]]] = [{} for _ in range(size + 1)]
    best[0][0] = (0, ())
    done: tuple[int, tuple[int, ...]] | None = None
    for place in range(size):
        count = not glued[place]
        for used, (kept, line) in best[place].items():
            if used + count > words:
                continue
            longer = (*line, place)
            ends = place + 1 == size or (size in rows[place + 1] and phrases.may_end(place))
            if ends and (done is None or kept + count > done[0]):
                done = (kept + count, longer)
            for there in rows[place + 1]:
                known = best[there].get(used + count)
                if there < size and (known is None or known[0] < kept + count):
                    best[there][used + count] = (kept + count, longer)
    return None if done is None else done[1]
