"""What a sentence may begin with instead, where its verb stands second (German, Dutch, Swedish).

*Nach langem Streit hat die Regierung ein Gesetz gebilligt*: what stands first only says when.  The
next part may stand there instead, and the verb behind it: *Die Regierung hat ein Gesetz gebilligt*.
So may what comes behind a colon, and what somebody said.  Nouns must be written with a capital, by
which the parts of a sentence are told.
"""

from __future__ import annotations

import re

from summ.text.folding import Folded, fold
from summ.text.languages.language import Language
from summ.text.noun_groups import MARKS, NounGroups

_FEWEST = 5  # words of a sentence that is left
_MOST_OF_SETTING = 25  # words that say when, where or why
_NEAR = 4  # words of a beginning, in which no pronoun may stand
_ADJECTIVE = ("e", "er", "es", "em", "nd", "ne")
_COLON = re.compile(r"(?<=[^\W\d]):\s+(?=[A-ZÄÖÜ0-9\"„])")


def other_beginnings(sentence: str, own: Language) -> list[str]:
    """Sentences that say part of one and begin elsewhere; none where it denies what would go.

    Args:
        sentence: without the mark at its end.
    """
    if not (own.verb_second and own.noun_capitals):
        return []
    found = []
    colons = list(_COLON.finditer(sentence))
    if len(colons) == 1:
        found.append(sentence[colons[0].end() :])
    said = _what_was_said(sentence, own)
    if said:
        found.append(said)
    for one in (sentence, *found):
        turned = _Beginning(fold(one), own).turned()
        if turned:
            found.append(turned)
    return [one for one in dict.fromkeys(found) if _stands_alone(one, own)]


def _stands_alone(sentence: str, own: Language) -> bool:
    """Whether a sentence has enough words and begins with no pronoun."""
    words = [word.lower() for word in sentence.split()]
    return len(words) >= _FEWEST and own.pronouns.isdisjoint(words[:_NEAR])


def _what_was_said(sentence: str, own: Language) -> str | None:
    """What follows *X said,*; its verb tells by its mood that somebody said so."""
    head, comma, rest = sentence.partition(", ")
    words = rest.split()
    if not comma or len(words) < _FEWEST or own.speech.isdisjoint(head.lower().split()):
        return None
    if ", " in rest:
        return None
    begins = words[0].lower() in own.articles or words[0][:1].isupper()
    if not begins or not own.negations.isdisjoint(head.lower().split()):
        return None
    return rest[:1].upper() + rest[1:] if own.reported.intersection(words) else None


class _Beginning:
    """The first place of a sentence, its verb, and the part that may stand first instead."""

    def __init__(self, source: Folded, own: Language) -> None:
        self._source, self._own = source, own
        self._tokens, self._surfaces = source.tokens, source.surfaces
        self._groups = NounGroups(source, own)

    def turned(self) -> str | None:
        """The sentence without what stands first; None if that may not go."""
        size = len(self._tokens)
        verb = self._verb()
        if verb is None:
            return None
        small = self._after_small_words(verb + 1)
        start = self._after_settings(small)
        end = self._end_of_part(start)
        gone = self._tokens[:verb] + self._tokens[small:start]
        if end is None or not self._own.negations.isdisjoint(gone):
            return None
        order = [*range(start, end), *range(verb, small), *range(end, size)]
        return self._written(order)

    def _written(self, order: list[int]) -> str:
        """The words in another order, the first with a capital."""
        parts: list[str] = []
        for before, place in zip([-2, *order], order, strict=False):
            glued = self._source.glued[place] and place == before + 1
            parts.append(("" if glued or not parts else " ") + self._surfaces[place])
        text = "".join(parts)
        return text[:1].upper() + text[1:]

    def _verb(self) -> int | None:
        """The place of the verb behind a part that says when, where or why."""
        own, tokens = self._own, self._tokens
        if not tokens:
            return None
        if tokens[0] in own.adverbs and self._is_verb(1):
            return 1
        lead = (
            1 if tokens[0] in own.adverbs and tokens[1:2] and tokens[1] in own.counted_from else 0
        )
        measure = next(
            (place for place, token in enumerate(tokens[:5]) if token in own.times), None
        )
        if measure and own.prepositions.isdisjoint(tokens[:measure]):
            if self._is_verb(measure + 1):
                return measure + 1
            lead = measure + 1
        if lead < len(tokens) and tokens[lead] in own.settings | own.counted_from:
            for end in self._groups.ends(lead, _MOST_OF_SETTING):
                verb = self._behind(end)
                if verb is not None:
                    return verb
        if tokens[0] in own.clauses - own.articles:
            return self._behind_comma(1)
        return None

    def _behind(self, end: int) -> int | None:
        """The verb at the end of a part, or behind a clause that explains it."""
        if self._is_verb(end):
            return end
        explains = self._tokens[end : end + 1] == (",",) and not self._own.clauses.isdisjoint(
            self._tokens[end + 1 : end + 2]
        )
        return self._behind_comma(end + 1) if explains else None

    def _behind_comma(self, start: int) -> int | None:
        commas = (place for place in range(start, len(self._tokens)) if self._tokens[place] == ",")
        return next((comma + 1 for comma in commas if self._is_verb(comma + 1)), None)

    def _is_verb(self, place: int) -> bool:
        """Whether the verb of a statement may stand at a place: a noun's part follows."""
        own = self._own
        if place + 1 >= len(self._tokens):
            return False
        token, surface = self._tokens[place], self._surfaces[place]
        small = own.prepositions | own.function_words | own.genitives | own.joints | own.clauses
        if token not in own.auxiliaries and (
            not surface.isalpha()
            or not surface.islower()
            or token in small | own.adverbs | own.negations
            or (token.endswith(_ADJECTIVE) and not token.endswith("te"))
        ):
            return False
        start = self._after_settings(self._after_small_words(place + 1))
        return self._end_of_part(start) is not None

    def _after_settings(self, place: int) -> int:
        """Behind phrases that say when, where or why."""
        own = self._own
        while (
            self._tokens[place : place + 1]
            and self._tokens[place] in own.settings | own.counted_from
        ):
            ends = [
                end
                for end in self._groups.ends(place)
                if end < len(self._tokens)
                and (
                    self._tokens[end]
                    in own.settings | own.counted_from | own.articles | own.quantities
                    or self._is_noun(end)
                )
            ]
            if not ends:
                break
            # Behind *am Montag* another part begins; not behind *nach Angaben der Polizei*.
            place = ends[0] if self._groups.says_when(place, ends[0]) else ends[-1]
        return place

    def _after_small_words(self, place: int) -> int:
        """Behind words that keep their place behind the verb: *sich*, adverbs."""
        small = self._own.adverbs | self._own.reflexives
        while self._tokens[place : place + 1] and self._tokens[place] in small:
            place += 1
        return place

    def _end_of_part(self, start: int) -> int | None:
        """Where the part that begins at a place ends; None if that cannot be told."""
        tokens, own = self._tokens, self._own
        if start >= len(tokens):
            return None
        end = self._end_of_noun(start)
        while end is not None and end < len(tokens):
            if tokens[end] == "(" and ")" in tokens[end:]:
                end = tokens.index(")", end) + 1
            elif tokens[end] in own.genitives | own.joints or self._is_genitive(end):
                end = self._end_of_noun(end + (tokens[end] in own.joints))
            elif tokens[end] in own.postpositions:
                end += 1
                break
            else:
                break
        if end is None or end >= len(tokens) or tokens[end] in MARKS:
            return None
        return None if tokens[end] in own.attached else end

    def _is_genitive(self, place: int) -> bool:
        """Whether an adjective alone says whose: *die Zahl rechter Gewalttaten*."""
        ending = self._tokens[place].endswith("er") and self._surfaces[place].islower()
        return ending and self._is_noun(place + 1)

    def _end_of_noun(self, start: int) -> int | None:
        """Behind the nouns of a group with its article and adjectives."""
        place, tokens = start, self._tokens
        while place < len(tokens) and not self._is_noun(place):
            token = tokens[place]
            article = token in self._own.articles | self._own.quantities
            described = self._surfaces[place].islower() and token.endswith(("e", "en", "er", "es"))
            if token in self._own.prepositions or not (article or described) or place > start + 4:
                return None
            if token in self._own.function_words and not article:
                return None
            place += 1
        begun = place
        while place < len(tokens) and self._is_noun(place):
            place += 1
        if place == begun:
            return None
        several = place - begun > 1
        return None if several and self._groups.verbs_close(place) else place

    def _is_noun(self, place: int) -> bool:
        return place < len(self._tokens) and (
            self._surfaces[place][:1].isupper() or self._surfaces[place][:1].isdigit()
        )
