"""Which phrases the rest of a sentence needs, where its verb stands second (German).

A finite verb stands second and its other parts last: *hat ... in eine Wohnung gezogen*.  What
stands right before those belongs most closely to the verb, and what stands behind a noun to that.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from summ.text.noun_groups import MARKS, NounGroups


@dataclass(frozen=True)
class VerbNeeds:
    """What the verb of a sentence needs, and what explains its nouns.

    Attributes:
        groups: of the sentence.
        bold: whether what stands behind an object may go even where the verb may need it.
    """

    groups: NounGroups
    bold: bool = False

    def explained(self, start: int, end: int) -> bool:
        """Whether what follows a phrase explains it, or the phrase completes what is before it."""
        own, token = self.groups.language, self.groups.tokens[end]
        if self._is_range(start, end):
            return True
        if (
            self.groups.tokens[start - 1] in own.times
            and self.groups.tokens[start] in own.counted_from
        ):
            return True  # *neun Jahre nach dem Rücktritt*
        if (
            self.groups.tokens[:start] == self.groups.tokens[:1]
            and self.groups.tokens[0] in own.adverbs
        ):
            return True  # *Schon vor dem Fest ...*
        if end + 1 < len(self.groups.tokens) and self.groups.is_genitive(end):
            return True
        if not own.joints.isdisjoint(self.groups.tokens[start:end]) and not self._may_follow(end):
            return True
        if token not in own.prepositions | own.attached or self.groups.says_when(start, end):
            return False
        following = next(iter(self.groups.ends(end)), end)
        if following > end and self.groups.says_when(end, following):
            return False
        held = own.prepositions.intersection(self.groups.tokens[start:end])
        light = held <= own.settings | own.attached | own.counted_from and (
            self.groups.tokens[start] in own.settings
            or not own.free.isdisjoint(self._beginnings(start))
        )
        return token in own.attached or not light

    def ends_range(self, start: int) -> bool:
        """Whether a phrase goes with the one before it: *von Montag | bis Mittwoch*."""
        return any(self._is_range(before, start) for before in range(max(0, start - 4), start))

    def _is_range(self, start: int, end: int) -> bool:
        """*von Montag | bis Mittwoch*, *in der Nacht | auf Montag*."""
        token, own = self.groups.tokens[end], self.groups.language
        return not own.ranges.isdisjoint(
            {f"{self.groups.tokens[at]}-{token}" for at in (start, end - 1)}
        )

    def _may_follow(self, place: int) -> bool:
        """Whether what stands at a place may follow *in Wien und Graz*: no verb of a statement."""
        own, token = self.groups.language, self.groups.tokens[place]
        small = MARKS | own.prepositions | own.articles | own.adverbs
        return token in small or self.groups.is_noun(place) or self.groups.verbs_close(place)

    def goes_with_verb(self, start: int, end: int) -> bool:
        """Whether a phrase is one that its verb needs, by where it stands.

        Of the parts between a finite verb and what closes the clause, the last belongs most closely
        to the verb: *in eine Wohnung gezogen*, *stößt auf Kritik*.
        """
        own = self.groups.language
        if not own.verb_second or self.groups.says_when(start, end):
            return False
        held = own.prepositions.intersection(self.groups.tokens[start:end])
        light = held <= own.settings | own.attached | own.counted_from
        if light and not own.free.isdisjoint(self._beginnings(start)):
            return False
        if self.bold and self.groups.verbs_close(end) and self.behind_object(start):
            return False
        if self.groups.verbs_close(end):
            attached = self.groups.tokens[start] in own.attached - own.owners
            return not (attached and self.behind_object(start))
        if end < len(self.groups.tokens) and self.groups.tokens[end] not in MARKS | own.joints:
            return False
        free = own.settings | (own.attached if self.groups.is_noun(start - 1) else frozenset())
        return not light or self.groups.tokens[start] not in free

    def _beginnings(self, start: int) -> set[str]:
        """The first word of a phrase, and the first two."""
        return {self.groups.tokens[start], "-".join(self.groups.tokens[start : start + 2])}

    def behind_object(self, start: int) -> bool:
        """Whether a phrase follows an object, which it may belong to: *hat Klage gegen ...*."""
        own = self.groups.language
        if not self.groups.is_noun(start - 1) or not self._begins_with_subject:
            return False
        groups, begun = self.groups, start - 1
        while begun and (groups.is_noun(begun) or groups.is_adjective(begun)):
            begun -= 1
        token = groups.tokens[begun]
        if (
            token in own.articles | own.function_words | own.quantities
            and token not in own.auxiliaries
        ):
            begun -= 1
        held = groups.tokens[begun] not in own.prepositions | own.genitives | own.attached
        return held and not own.auxiliaries.isdisjoint(groups.tokens[:start])

    @cached_property
    def _begins_with_subject(self) -> bool:
        own = self.groups.language
        return (
            self.groups.tokens[0] not in own.prepositions | own.adverbs | own.clauses - own.articles
        )
