"""Groups of nouns in a language that writes nouns with a capital: where they and their phrases end.

No parser is needed: a noun, and with it a name, is told by its capital, an adjective by its ending.
"""

from __future__ import annotations

from dataclasses import dataclass

from summ.text.folding import Folded
from summ.text.languages.language import Language

DASHES = {"-", "--"}
BRACKETS = {"(": ")", "[": "]"}
MARKS = {",", ";", ":", ".", "!", "?", '"', *DASHES, *BRACKETS, *BRACKETS.values()}
MOST_OF_PHRASE = 9  # words
_MOST_OF_DESCRIPTION = 16  # words between an article and its noun
_LONG = 4  # letters; shorter words before a mark are parts of verbs: *lehnt ... ab*
_ENDINGS = ("e", "en", "em", "er", "es")  # of adjectives


@dataclass(frozen=True)
class NounGroups:
    """The nouns of one sentence.

    Attributes:
        source: the sentence, without the mark at its end.
        language: with ``noun_capitals``.
    """

    source: Folded
    language: Language

    @property
    def tokens(self) -> tuple[str, ...]:
        return self.source.tokens

    def verbs_close(self, place: int) -> bool:
        """Whether from a place on only verbs follow, up to the end of the clause."""
        size, end = len(self.tokens), place
        last = end + 1 == size or (end + 1 < size and self.tokens[end + 1] in MARKS)
        if last and self.tokens[end] in self.language.prepositions | self.language.articles:
            return True  # *lehnt ... ab*
        while end < size and self.tokens[end] not in MARKS | self.language.joints:
            token = self.tokens[end]
            verbal = token in self.language.auxiliaries or token not in self.language.function_words
            if not (self.source.surfaces[end].islower() and (verbal or token == "zu")):
                return False
            if end == place and len(token) > _LONG and not token.endswith(("t", "n")):
                return False  # an adverb
            end += 1
        return end > place

    def says_when(self, start: int, end: int) -> bool:
        """Whether a phrase says when: its first noun, or a year."""
        for place in range(start + 1, end):
            if self.tokens[place] in self.language.times:
                return True
            if self.is_noun(place) and not self.source.surfaces[place][:1].isdigit():
                return False
        return self.source.surfaces[end - 1][:1].isdigit()

    def is_adjective(self, place: int) -> bool:
        token, surface, own = self.tokens[place], self.source.surfaces[place], self.language
        return (
            surface.islower()
            and surface.isalpha()
            and token.endswith(_ENDINGS)
            and token not in own.stop_words | own.prepositions | own.auxiliaries
            and not token.startswith(tuple(own.qualifiers))
        )

    def ends(self, start: int, most: int = MOST_OF_PHRASE) -> list[int]:
        """Where a phrase may end: behind the nouns next to its preposition, or the next ones.

        Args:
            start: the place of the preposition.
            most: words of the phrase.
        """
        size, surfaces = len(self.tokens), self.source.surfaces
        ends: list[int] = []
        place = start + 1
        while place < size and place < start + most:
            token = self.tokens[place]
            if token in MARKS and token != ".":
                break
            if self.is_noun(place):
                while place + 1 < size and self._goes_on(place):
                    place += 1
                place = self._behind_bracket(place)
                ends.append(place + 1)
                if not self._continues(start, place + 1):
                    break
            elif self._leads_on(place, ends):
                pass  # *zum Druck von Büchern*
            elif not self._describes(token, surfaces[place]) or (
                self.language.verb_second and self._second_article(start, place)
            ):
                break
            place += 1
        return ends

    def _leads_on(self, place: int, ends: list[int]) -> bool:
        """Whether a preposition or *and* takes a phrase further."""
        own, token = self.language, self.tokens[place]
        if ends[-1:] == [place]:
            return token in own.prepositions | own.joints
        joined = own.verb_second and self.tokens[place - 1] in own.joints
        return joined and ends[-1:] == [place - 1] and token in own.prepositions

    def _behind_bracket(self, place: int) -> int:
        """The last place of a noun with what stands in brackets behind it."""
        rest = self.tokens[place + 1 : place + 5]
        if self.language.verb_second and rest[:1] == ("(",) and ")" in rest:
            return place + 1 + rest.index(")")
        return place

    def _continues(self, start: int, place: int) -> bool:
        """Whether a phrase may go on behind one of its nouns."""
        own = self.language
        token = self.tokens[place] if place < len(self.tokens) else ""
        if token in own.genitives | own.prepositions:
            return True
        if not own.verb_second or place + 1 >= len(self.tokens):
            return False
        if token in own.joints:  # *zwischen Bahn und Bus*
            return self.is_noun(place + 1) or self.tokens[place + 1] in (
                own.articles | own.prepositions | own.quantities
            )
        return self.is_genitive(place)

    def is_genitive(self, place: int) -> bool:
        """Whether an adjective alone says whose: *die Zahl rechter Gewalttaten*."""
        ending = self.tokens[place].endswith("er") and self.is_noun(place + 1)
        return ending and self.is_adjective(place) and not self._describes_a_noun(place)

    def _describes_a_noun(self, place: int) -> bool:
        """Whether a word belongs to an article before a phrase: *ein in Oster gebauter Kahn*."""
        own = self.language
        for before in range(place - 1, max(-1, place - _MOST_OF_DESCRIPTION), -1):
            if self.tokens[before] in MARKS | own.auxiliaries:
                return False
            article = self.tokens[before] in own.articles - own.prepositions
            if article and self.tokens[before + 1] in own.prepositions:
                return True
        return False

    def _second_article(self, start: int, place: int) -> bool:
        """Whether a clause begins: *, von der nun das Institut berichtet*."""
        own, token = self.language, self.tokens[place]
        if self.is_noun(place - 1):
            return False
        begun = place
        while begun > start + 1 and not (
            self.is_noun(begun - 1) or self.tokens[begun - 1] in own.prepositions
        ):
            begun -= 1
        return token in own.adverbs or (
            token in own.articles and not own.articles.isdisjoint(self.tokens[begun:place])
        )

    def _goes_on(self, place: int) -> bool:
        """Whether the noun at a place goes on with the next word, as names do."""
        own, following = self.language, self.tokens[place + 1 : place + 3]
        if following[0] in own.particles and len(following) == 2:
            return self.source.surfaces[place + 2][:1].isupper()
        if self.tokens[place] in own.particles:
            return True
        if not self.is_noun(place + 1):
            return False
        if (
            own.verb_second
            and self.tokens[place].endswith("es")
            and self.tokens[place - 1] in (own.genitives)
        ):
            return False  # *nach Angaben der Justiz seines Landes | Pläne*
        counted = own.verb_second and self.source.surfaces[place + 1][:1].isdigit()
        if counted and len(following) == 2 and self.source.surfaces[place + 2][:1].isupper():
            return False  # *im Hafen | 200 Boote*
        if place and self.tokens[place - 1] in own.quantities:
            return True  # *zu fünf Jahren Haft*
        # Behind *am Montag* another part begins; not in *Ende Juni 2015*.
        dated = following[0] in own.times or self.source.surfaces[place + 1][:1].isdigit()
        return dated or following[0] == "." or self.tokens[place] not in own.times

    def is_noun(self, place: int) -> bool:
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
        return token in self.language.function_words | self.language.quantities or (
            surface.islower() and token.endswith(_ENDINGS)
        )
