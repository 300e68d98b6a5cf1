"""Where an English line may end: not before what its last words need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from summ.pipelines.line_joints import may_part
from summ.pipelines.line_measures import SPANS, counts_on, dates_another, dates_speech
from summ.pipelines.tagged_words import TaggedWords
from summ.text.languages.en import LEANING
from summ.text.languages.en_phrases import (
    ARGUED,
    ASKING,
    AUXILIARIES,
    BE,
    BOUND_PAIRS,
    CALLING,
    CLAUSE_STARTS,
    CLITICS,
    COMPLETE_ALONE,
    COMPLETE_PASSIVE,
    CONTROLLING,
    DETERMINERS,
    EMPHATIC,
    INFINITIVAL,
    INTERSECTIVE,
    MARKS,
    MODALS,
    NEVER_LAST,
    PARTICIPLES,
    PREPOSITIONS,
    PRONOUNS,
    SAME_PAST,
    SOFT_ADVERBS,
    WEEKDAYS,
)
from summ.text.languages.tables import table
from summ.text.verbs import is_plural

_PLACE_OR_TIME = table(
    "to in at after during since before from when as while near because amid despite this last "
    "next today yesterday ahead due thanks owing"
)
_BEHIND_END = table(
    "to by he she they it there so although though unless if and or due thanks owing being "
    "once you we i"
) | {'"', "("}
_BEHIND_ANY_END = PREPOSITIONS | CLAUSE_STARTS | SOFT_ADVERBS | WEEKDAYS | _BEHIND_END
_PARTICLES = table("up off out over down before behind about")
_SAME_PARTICIPLE = table("cut put hit set hurt shut spread beat")
# Behind an object these belong to the verb before it: *turned himself in*, *put a plan off*.
_SEPARABLE = table("in up out off over down away back on")
_BEHIND_PARTICLE = PREPOSITIONS | table("to of as , ; : .")
# Before these a participle or an adjective behind an article stands for its noun: *the injured*.
_BEHIND_NOUN = MARKS | PREPOSITIONS | CLAUSE_STARTS | AUXILIARIES | table("by and or of")
_STRESSING = EMPHATIC | INTERSECTIVE
# *the way in which* says nothing without its clause; *a system in which* does.
_RELATIONAL = table("way ways rate manner point extent degree speed case cases")
# An infinitive says which: *an attempt to stop it*.
_AIMS = table(
    "attempt bid effort ability chance desire willingness failure refusal opportunity permission"
)
# Behind their object these need the participle.
_CAUSING = table("had has have get gets got left leaves leave keeps kept saw sees wants wanted")
_JOINING = table("and but or that which who")
_POSSESSIVES = table("his her their its 's")
_STOPPING = table("stop stops stopped stopping prevent prevents prevented preventing")
_INCOMPLETE = table(
    "put set taken made given found left based aimed sworn accused charged asked able"
)
_BEFORE_GERUND = table("of by on for from without after before since while when despite")
_BETWEEN_TWO = table(
    "choice difference differences gap agreement deal talks relations ties link links match clash "
    "clashes row war battle border conflict balance distinction cooperation"
)
_EVERYWHERE = table("over around across of the")
_COMING = table("come comes came coming amount amounts amounted")
_SHOWING = table("depicts depict depicting depicted shows show showing showed")
_FIXED = {("no", "match", "for"), ("in", "talks", "with"), ("in", "talks", "to")}
_LONGEST_OBJECT = 5  # words
_HELPING = table("help helps helped helping")
_PUTTING = table("put puts putting")
_LEAVING = table("leave leaves left leaving")
_TAKING = table("take takes took taking taken bring brings brought bringing")
_ORDINALS = table("first second third fourth fifth latest last only youngest oldest")
_BEFORE_INFINITIVE = table("to will would can could may might must should not n't")


def hinders(tokens: Sequence[str], place: int) -> bool:
    """Whether *from* with a verb begins: *stop the economy from overheating*."""
    if tokens[place] != "from" or place + 1 >= len(tokens):
        return False
    return tokens[place + 1].endswith("ing")


@dataclass(frozen=True)
class LineEnds:
    """Decides for each word of a source."""

    words: TaggedWords

    def may_end(self, place: int) -> bool:
        """Whether a line may end with the word at a place."""
        token = self.words.tokens[place]
        expected = self.words.tokens[max(0, place - 1) : place + 1] == ("than", "expected")
        if token in MARKS - {"''", ")", '"'} or (token in NEVER_LAST and not expected):
            return False
        if token == '"' and self.words.tokens[max(0, place - 1)].endswith("ly"):
            return False
        if token in LEANING - _PARTICLES:
            return False
        return place + 1 == len(self.words.tokens) or (
            self._needs_nothing(place) and self._may_be_followed(place)
        )

    def _needs_nothing(self, place: int) -> bool:
        """Whether a word is complete without what follows it."""
        token, after = self.words.tokens[place], self.words.tokens[place + 1]
        further = self._further(place)
        behind_be = place > 0 and self.words.tokens[place - 1] in BE
        before = self.words.tokens[max(0, place - 3) : place]
        if self._belongs_to_next(place):
            return False
        # *prompts officials to ...*, *calls for the ministers to ...*, *is felt as far as ...*
        if after == "to" and further in self.words.verbs.base and self._wants_infinitive(place):
            return False
        if (after == "as" and behind_be) or (after == "(" and self.words.names[place]):
            return False
        if self._asks(place) and after in PREPOSITIONS | {"to", "as"}:
            return False
        if self._keeps_place(place):
            return False
        if after in PREPOSITIONS and further in {"which", "whom"}:
            return self._is_noun(place) and token not in _RELATIONAL
        if after in PREPOSITIONS and further in {"what", "whether", "how", "least"}:
            # *counts (on at least two)* lacks it, *has dropped Bo (for what he did)* does not
            return self.words.names[place] and further == "what"
        if after in {'"', "``"} and CALLING & set(self.words.tokens[max(0, place - 6) : place]):
            return False  # *called the plan ("a gift")*
        if self._begins_more(place):
            return False
        if token.endswith("ly") and (
            behind_be or after not in MARKS | PREPOSITIONS | CLAUSE_STARTS | {"by"}
        ):
            return False
        # *quangos financed (with ...)*
        reduced = token.endswith("ed") and after in {"with", "by", "at", "from"}
        if reduced and not behind_be and any(self.words.finite[: max(0, place - 1)]):
            return False
        if token in _PARTICLES and after == "by" and before and before[-1] in SAME_PAST:
            return False  # *communities set up (by the council)*
        if after == "to" and token in INFINITIVAL:
            return False  # *is expected (to sell it)*
        emerges = after == "as" and further in DETERMINERS and token in self.words.verbs.finite
        if emerges and token not in COMPLETE_ALONE and not self.words.names[place]:
            return False  # *has emerged (as the lowest bidder)*
        if self._is_closed(place) or (token in COMPLETE_ALONE and after in _PLACE_OR_TIME):
            return True
        helped = before and before[-1] in BE | AUXILIARIES
        if token in _INCOMPLETE or (token in self.words.verbs.passive and not helped):
            return False  # *cars equipped (with ...)*
        if not self._is_open_verb(place):
            return True
        if after == "to" and token not in self.words.verbs.base:
            return False  # *wants to*
        return token not in self.words.verbs.transitive and after in _PLACE_OR_TIME | WEEKDAYS

    def _belongs_to_next(self, place: int) -> bool:
        """Whether a word is half of something: *how good (it is)*, *thanks (to her)*."""
        tokens, verbs = self.words.tokens, self.words.verbs
        token, after = tokens[place], tokens[place + 1]
        before = tokens[place - 1] if place else ""
        if (before, token) == ("to", "later") or (token == "all" and after in _EVERYWHERE):
            return True
        if (token in _COMING and after == "to") or dates_another(self.words, place):
            return True  # *may come (to an end)*
        if before in {"how", "so", "too", "as"} or (after, token) in BOUND_PAIRS:
            return True
        if token == "once" and after not in MARKS:
            return True
        if token in _AIMS and after == "to" and self._further(place) in verbs.base:
            return True  # *in an attempt to stop it*
        if after == "to" and before in BE and not self._may_be_participle(place):
            return True  # *is hard to miss*
        if before in MODALS and after == "as" and token in verbs.base:
            return True  # *could transfer (as many as ten)*
        if before in MODALS and after in PREPOSITIONS and token not in verbs.base:
            return True  # *can border on*
        return self._separates(place) or self._describes(place) or dates_speech(self.words, place)

    def _further(self, place: int) -> str:
        """The second word behind a place; a full stop behind the end."""
        return [*self.words.tokens[place + 2 : place + 3], "."][0]

    def _begins_more(self, place: int) -> bool:
        """Whether what follows says what a word means: *hours after*, *the way it handles*."""
        token, after = self.words.tokens[place], self.words.tokens[place + 1]
        before = self.words.tokens[max(0, place - 1)]
        if token in SPANS and after in {"after", "before"}:
            return True
        dated = token in WEEKDAYS | SPANS | {"today", "yesterday"}
        verbal = dated or token.endswith(("ing", "ed")) or token in PARTICIPLES
        if after == "that" and (before in PREPOSITIONS or (verbal and before not in DETERMINERS)):
            return True  # *is warning that*, *had alleged that*, *with hopes that*
        if self._opens_aside(place):
            return True
        role = self.words.tokens[max(0, place - 2) : place] == ("as", "the")
        if role and after in {"with", "that", "where", "to"}:
            return True  # *beat them as the port (with the most ships)*
        if token in _HELPING and after in self.words.verbs.base:
            return True
        return token in {"way", "ways", "moment"} and after in PRONOUNS | DETERMINERS

    def _opens_aside(self, place: int) -> bool:
        """Whether an aside begins what a word joins: *drops that, in a room, (can hang)*."""
        tokens = self.words.tokens
        comma = next((k for k in range(place, 0, -1) if tokens[k] in MARKS), 0)
        return comma > 0 and tokens[comma] == "," and tokens[comma - 1] in _JOINING

    def _asks(self, place: int) -> bool:
        """Whether a word asks for a preposition: *is looking*, *at risk of returning*."""
        token, before = self.words.tokens[place], self.words.tokens[max(0, place - 1) : place]
        if token == "missing":
            return False  # *ten are missing (after a storm)*
        if token in ASKING or not token.endswith("ing") or not before:
            return token in ASKING
        verbal = before[0] in BE | {","} or token not in self.words.verbs.nounish
        return before[0] in _BEFORE_GERUND or (verbal and before[0] not in DETERMINERS)

    def _wants_infinitive(self, place: int) -> bool:
        """Whether an infinitive behind a place is what it is about: *the third firm to do so*."""
        for k in range(place - 1, max(-1, place - 7), -1):
            if self.words.tokens[k] == "to":
                return False  # it has one
            if self.words.names[k]:
                continue
            if self.words.tokens[k] in CONTROLLING | {"enough"}:
                return True
            of_this = not ({"of"} | PREPOSITIONS) & set(self.words.tokens[k:place])
            if self.words.tokens[k] in _ORDINALS and of_this:
                return True
        return False

    def _is_closed(self, place: int) -> bool:
        """Whether a mark ends the phrase behind a word."""
        token, after = self.words.tokens[place], self.words.tokens[place + 1]
        if after not in MARKS - {'"', "(", "``"}:
            return False
        passive = place > 0 and self.words.tokens[place - 1] in BE  # *is over, has been found,*
        list_of_objects = after == "," and token in self.words.verbs.transitive and not passive
        list_of_objects = list_of_objects and not self._is_noun(place)
        return self.words.names[place] or not list_of_objects

    def _keeps_place(self, place: int) -> bool:
        """Whether a preposition follows that a word needs: *put it (at ...)*, *a jump (in ...)*."""
        token, after = self.words.tokens[place], self.words.tokens[place + 1]
        further = self._further(place)
        if (token, after) == ("away", "from") or (after == "from" and self._takes_from(place)):
            return True
        if after in PREPOSITIONS and _PUTTING & set(self.words.tokens[max(0, place - 4) : place]):
            return True
        if (*self.words.tokens[max(0, place - 1) : place + 2],) in _FIXED:
            return True
        if token == "work" and after == "on" and self.words.tokens[place - 1] in _POSSESSIVES:
            return True
        near = set(self.words.tokens[max(0, place - _LONGEST_OBJECT) : place])
        if (after == "with" and _LEAVING & near) or (
            after == "to" and _TAKING & near and further not in self.words.verbs.base
        ):
            return True  # *left the team (with a gap)*, *took them (to war)*
        where = token in {"attack", "attacks"} and after in {"at", "in"}
        argued = {"at", "in", "on", "over", "for", "with", "against", "to"}
        if token in ARGUED and not where and after in argued:
            return True
        return after == "in" and further in {"to", "by", "for", ","} and token.endswith("ed")

    def _takes_from(self, place: int) -> bool:
        """Whether something is taken from somebody: *will not take money (from schools)*."""
        near = range(max(0, place - _LONGEST_OBJECT), place)
        return any(
            self.words.tokens[k] in _TAKING and self.words.tokens[k - 1] in _BEFORE_INFINITIVE
            for k in near
        )

    def _separates(self, place: int) -> bool:
        """Whether a particle follows that the verb before needs: *turned himself (in at ...)*."""
        after, further = self.words.tokens[place + 1], self._further(place)
        return after in _SEPARABLE and further in _BEHIND_PARTICLE

    def _describes(self, place: int) -> bool:
        """Whether a participle stands before its noun: *the alleged (blinding of seven)*."""
        token, after = self.words.tokens[place], self.words.tokens[place + 1]
        if not (token.endswith("ed") or token in _STRESSING) or not place:
            return False
        return self.words.tokens[place - 1] in DETERMINERS and after not in _BEHIND_NOUN

    def _is_open_verb(self, place: int) -> bool:
        """Whether a word is a verb in the active voice."""
        token, verbs = self.words.tokens[place], self.words.verbs
        before = self.words.tokens[place - 1] if place else ""
        after = self.words.tokens[place + 1]
        known = before in verbs.finite or before in verbs.base
        if token in _PARTICLES and known and after != "to":
            return False  # *breaks out*
        if before in {"'s", "'", "their", "its", "his", "her", "the"}:
            return False  # *the directors' pay*, *raises their pay*
        if token in verbs.nounish and before not in _BEFORE_INFINITIVE:
            return False
        if token in verbs.base and verbs.is_described(self.words.tokens, place):
            return False  # *a strong finish*
        helped = before in BE or (
            place > 1 and before.endswith("ly") and self.words.tokens[place - 2] in BE
        )
        participle = token not in verbs.base or token in verbs.passive or token in _SAME_PARTICIPLE
        if self.words.names[place] or (helped and participle):
            return False
        return token in verbs.base or token in verbs.finite or token in verbs.transitive

    def _may_be_followed(self, place: int) -> bool:
        """Whether what follows a word begins something else."""
        after, verbs = self.words.tokens[place + 1], self.words.verbs
        further = self._further(place)
        if self._goes_on(place):
            return False
        if after == "into":  # *are released (into the wild)*, but not *are turned (into flats)*
            passive = place > 0 and self.words.tokens[place - 1] in BE
            return passive and self.words.tokens[place] in COMPLETE_PASSIVE
        if after == "off":  # *crashed into the sea (off the coast)*
            gerund = self.words.tokens[place].endswith("ing")
            return further in DETERMINERS and self._is_noun(place) and not gerund
        if after in {"just", "only"} and (further in SPANS or self.words.numbers[place + 2]):
            return True
        if after in verbs.finite and after not in verbs.nounish and not after.endswith("ed"):
            return False
        if self.words.numbers[place] and place and self.words.tokens[place - 1] in {"and", "or"}:
            return after in MARKS  # *22 in Spain and 9 (in Portugal)*
        if counts_on(self.words, place):
            return False
        known = (
            after in _BEHIND_ANY_END or after in verbs.passive or self._participle_follows(place)
        )
        if self._is_closed(place) or known or after.endswith(("ed", "ly")):
            return True
        near = set(self.words.tokens[max(0, place - _LONGEST_OBJECT) : place])
        if _STOPPING & near or (_SHOWING & near and after.endswith("ing")):
            return False  # *to stop the bank (selling shares)*, *depicts a man (selling them)*
        if self.words.names[place] and self.words.tokens[max(0, place - 1)] in DETERMINERS:
            return False  # *its European (carmaking unit)*
        gerund = further in MARKS | {"of"}  # *drunken driving,*, *the recent killing of two*
        verb = after not in verbs.nounish or after in verbs.transitive
        return after.endswith("ing") and verb and not gerund

    def _goes_on(self, place: int) -> bool:
        """Whether what follows belongs to any word: *of*, *than*, its verb, a list."""
        token, after = self.words.tokens[place], self.words.tokens[place + 1]
        before = self.words.tokens[max(0, place - 1) : place]
        named = self.words.names[place] and self.words.names[place + 1]
        if after in CLITICS | {"of", "than"} or named or hinders(self.words.tokens, place + 1):
            return True
        participle = after.endswith("ed") or after in PARTICIPLES
        if participle and "one of" in " ".join(self.words.tokens[max(0, place - 5) : place]):
            return True  # *is one of four players (included in it)*
        if (after == "between" and token in _BETWEEN_TWO) or after in AUXILIARIES | BE - {"being"}:
            return True  # *a choice between*, and a word that is the subject of what follows
        if after in {"and", "or"} and not may_part(self.words, place):
            return True
        if after == "but" and before and before[0] in {"a", "an"}:
            return True  # *a dour but clinical match*
        if after == "being" and not (self.words.names[place] or self._is_noun(place)):
            return True  # *is soon being moved*
        return after == "," and self._begins_list(place)

    def _begins_list(self, place: int) -> bool:
        """Whether single words are listed before a noun: *close all land(, air and sea routes)*."""
        tokens, names = self.words.tokens, self.words.names
        near = tokens[place + 2 : place + 5]
        listed = len(near) == 3 and (near[1] in {"and", "or"} or near[1:] == (",", "and"))
        last = place + (4 if near[1:2] != (",",) else 5)
        if not listed or is_plural(tokens[place]) or any(names[place : last + 2]):
            return False
        return not (_BEHIND_NOUN | DETERMINERS) & set(tokens[last : last + 2])

    def _is_noun(self, place: int) -> bool:
        """Whether a word looks like a noun; few of them never follow an article."""
        token, verbs = self.words.tokens[place], self.words.verbs
        if token.endswith("ly") or token in SOFT_ADVERBS | {"soon", "then", "once"}:
            return False
        unknown = not verbs.knows(token) and len(token) > 4
        return (token in verbs.nounish or unknown) and not self._is_open_verb(place)

    def _may_be_participle(self, place: int) -> bool:
        token, words = self.words.tokens[place], self.words
        known = token in words.verbs.passive or token in PARTICIPLES | SAME_PAST | _SAME_PARTICIPLE
        return known or token.endswith("ed") or words.names[place]

    def _participle_follows(self, place: int) -> bool:
        """Whether a participle that looks like a past form follows: *the bill (put forward by)*."""
        after, further = self.words.tokens[place + 1], self._further(place)
        past = after in SAME_PAST | PARTICIPLES | _SAME_PARTICIPLE
        followed = further in PREPOSITIONS | _SEPARABLE | {"forward", "to"}
        # *had his licence withdrawn*
        caused = bool(_CAUSING & set(self.words.tokens[max(0, place - 5) : place]))
        return past and followed and not caused and any(self.words.finite[: place + 1])
