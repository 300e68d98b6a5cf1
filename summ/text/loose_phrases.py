"""What a sentence can do without, in a language that writes spaces: by a short list of its words.

Brackets; clauses and additions between commas; phrases that a preposition begins; adverbs.  No
parser is needed: a language's file (``summ/text/languages``) names the words that begin them.  A
network then decides which of them a line leaves out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from summ.text.descriptions import descriptions
from summ.text.folding import Folded
from summ.text.languages.language import Language
from summ.text.noun_groups import BRACKETS, DASHES, MARKS, MOST_OF_PHRASE, NounGroups
from summ.text.verb_needs import VerbNeeds

_MOST_BRACKETED = 20  # words
_LEAST_CLAUSE = 3


@dataclass(frozen=True)
class LoosePhrases:
    """The phrases of one sentence, as stretches of its words.

    Attributes:
        source: the sentence, without the mark at its end.
        language: with ``prepositions`` and ``clauses``.
        bold: whether what stands behind a noun may go even where a verb may need it.
    """

    source: Folded
    language: Language
    bold: bool = False

    @property
    def tokens(self) -> tuple[str, ...]:
        return self.source.tokens

    @cached_property
    def groups(self) -> NounGroups:
        """The nouns of the sentence."""
        return NounGroups(self.source, self.language)

    @cached_property
    def _needs(self) -> VerbNeeds:
        return VerbNeeds(self.groups, self.bold)

    @cached_property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Where each begins and ends, the first word never among them; none holds a denial.

        They may touch and overlap; what is left out may be several of them.
        """
        found = {*self._enclosed(), *self._clauses, *self._additions(), *self._adverbs()}
        if self.language.verb_second:
            found |= descriptions(self.groups)
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
        return token not in MARKS - {")", '"'} and not (
            token in own.prepositions or token in own.function_words
        )

    def _enclosed(self) -> list[tuple[int, int]]:
        """Brackets, and what stands between two dashes."""
        found = []
        for start, token in enumerate(self.tokens):
            rest = self.tokens[start + 1 : start + 1 + _MOST_BRACKETED]
            closing = {BRACKETS[token]} if token in BRACKETS else None
            if token in DASHES and not self.source.glued[start]:
                closing = DASHES
            length = next((n for n, one in enumerate(rest) if closing and one in closing), None)
            if length:
                found.append((start, start + length + 2))
        return found

    @cached_property
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
        if own.verb_second and not self._is_one_clause(start, end):
            return False
        return self.source.surfaces[end - 1][:1].islower()

    def _is_one_clause(self, start: int, end: int) -> bool:
        """Whether no statement goes on behind a comma in it, and it is no infinitive."""
        own = self.language
        if self.tokens[start + 1] in own.articles and "zu" in self.tokens[end - 3 : end]:
            return False  # *beschließt, die Brücke zu sperren*
        rest = self.tokens[end:]
        if rest and rest[0] in own.articles and "zu" in rest[-3:]:
            return False  # *der verdächtigt wird, die Tat geplant zu haben*
        inner = next(
            (place for place in range(start + 1, end - 1) if self.tokens[place] == ","), None
        )
        if inner is None:
            return True
        lead = self.tokens[inner + 1] in own.clauses | own.additions | own.conjunctions | own.speech
        return lead and self.source.surfaces[inner - 1].islower()

    def _additions(self) -> list[tuple[int, int]]:
        """What comes behind a semicolon, a dash, or a comma and a conjunction, to the end."""
        size, found = len(self.tokens), []
        for place, token in enumerate(self.tokens[:-1]):
            joined = token == "," and self.tokens[place + 1] in self.language.conjunctions
            dash = token in DASHES and not self.source.glued[place]
            if dash and self.language.verb_second:
                dash = len(DASHES.intersection(self.tokens[place + 1 :])) == 0
            second = (
                token in self.language.joints
                and self.tokens[place + 1] in self.language.auxiliaries
            )
            told = self.language.verb_second and (self._lists(place) or self._adds(place))
            if token == ";" or joined or dash or second or told:
                found.append((place, size))
        return found

    def _lists(self, place: int) -> bool:
        """Whether a colon is here that lists or explains."""
        return self.tokens[place] == ":" and self.source.surfaces[place + 1][:1].islower()

    def _adds(self, place: int) -> bool:
        """Whether *and* and a second verb stand here: *und schließt die Botschaft*."""
        own, rest = self.language, self.tokens[place + 1 : place + 3]
        if self.tokens[place] not in own.joints or len(rest) < 2:
            return False
        verb = self.source.surfaces[place + 1].islower() and rest[0].endswith(("t", "te", "ten"))
        small = own.function_words | own.prepositions | own.adverbs
        return (
            verb
            and rest[0] not in small
            and (rest[1] in own.articles | own.prepositions | own.adverbs | own.times)
        )

    def _adverbs(self) -> list[tuple[int, int]]:
        return [
            (place, place + 1)
            for place, token in enumerate(self.tokens)
            if token in self.language.adverbs and self.tokens[place - 1] not in MARKS
        ]

    def _ends_of_phrase(self, start: int) -> list[int]:
        """Where a phrase that a preposition begins may end."""
        before = self.tokens[start - 1]
        # Behind a colon or a dash another sentence begins, with its verb in the second place.
        if before in self.language.prepositions | self.language.heads | MARKS - {",", ")", '"'}:
            return []
        if self.language.verb_second and self._needs.ends_range(start):
            return []
        following = self.source.surfaces[start + 1 : start + 2]
        if self.tokens[start] in self.language.amounts and following and following[0][:1].isdigit():
            return []
        if self.language.noun_capitals:
            nouns = self.groups.ends(start)
            clauses = [self._clause_at(end) for end in nouns] if self.language.verb_second else []
            nouns += [clause[1] for clause in clauses if clause]
            return [
                end
                for end in nouns
                if self._lands_well(start, end) and not self._needs.goes_with_verb(start, end)
            ]
        size = len(self.tokens)
        ends = []
        for end in range(start + 2, min(size, start + MOST_OF_PHRASE) + 1):
            last = self.tokens[end - 1]
            if last in MARKS:
                break
            if last in self.language.stop_words or last in self.language.prepositions:
                continue
            landing = self.tokens[end] if end < size else "."
            if (landing in MARKS or landing in self.language.stop_words) and self._lands_well(
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
        if own.verb_second and self._needs.explained(start, end):
            return False
        if rest[0] == ",":  # of a list
            if rest[-1] in own.clauses and own.verb_second:
                return rest[-1] not in own.articles and self._clause_at(end) is not None
            return rest[-1] in own.clauses | own.additions | own.speech | own.conjunctions
        # Two words before a verb go with it: *ums Leben gekommen*.
        bare = own.noun_capitals and end == start + 2 and end + 1 == len(self.tokens)
        bare = bare and not (self.bold and self._needs.behind_object(start))
        return not (bare and self.source.surfaces[end].islower())

    def _clause_at(self, start: int) -> tuple[int, int] | None:
        """The shortest clause that begins with the comma at a place."""
        return min((span for span in self._clauses if span[0] == start), default=None)


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
