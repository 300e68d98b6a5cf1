"""A lexicon of verbs that a corpus teaches: no labels, no parser.

Finite verbs often follow *he, she, they, who, ...*, bare ones *will, would, could, ...*; nouns
follow articles and prepositions, participles follow *was* and *been*.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise

from summ.text.languages.en_phrases import (
    ADVERBS,
    AUXILIARIES,
    BE,
    COMPLETE_ALONE,
    DETERMINERS,
    FALSE_VERBS,
    HEADLINE_VERBS,
    INTRANSITIVE,
    IRREGULAR_PAST,
    MODALS,
    NUMBERS,
    OBJECTS,
    PREPOSITIONS,
    PRONOUNS,
    RELATIVES,
    SAME_PAST,
    SAYING,
    SUBORDINATORS,
)
from summ.text.languages.tables import table

_MARKS = ".,;:!?\"'“”‘’()[]"
_NO_VERBS = table("of to and or but than up out so")
_SUBORDINATE = RELATIVES - {"whom"} | table("when while after because as if")
_ACTING = INTRANSITIVE | COMPLETE_ALONE  # no participles: *slumped to a defeat*
_OPENING = table("as while when because although though if")
_CLAUSE_JOINTS = SUBORDINATORS | RELATIVES | table("and but or if that it he she they there")
_VERB_GROUP = AUXILIARIES | BE | table("not never also been have since now long")
_QUANTIFIERS = table("several many few most some other these those all various")
_SUBJECTS = table("he she it they we")
_COLLECTIVES = table("people police children crew")
_NEVER_BEFORE_PRESENT = (
    DETERMINERS | PREPOSITIONS | MODALS | AUXILIARIES | {"of", "to", "and", "or", "not"}
)
# How often a finite verb follows a pronoun, by whether it looks like a past form.
_SHARE = {True: 0.015, False: 0.04}
# Adjectives end so, and hardly any noun.
_ADJECTIVAL = ("able", "ible", "ous", "ful", "less", "ical")
_BEHIND_PRESENT = PREPOSITIONS | table("as when off out up down back new its")


def bare(word: str) -> str:
    """A word in lower case, without the marks around it."""
    return word.strip(_MARKS).lower().replace("’", "'")


@dataclass(frozen=True)
class VerbLexicon:
    """What a corpus says about words that may be verbs.

    Attributes:
        finite: words that are often finite verbs.
        base: words that are often infinitives.
        sure: finite verbs that are hardly ever something else.
        nounish: words that often follow an article or a preposition.
        active: past forms that hardly ever follow a form of *be*.
        passive: finite forms that often do, so that alone they may be participles.
        transitive: words that an object often follows.
    """

    finite: frozenset[str] = frozenset()
    base: frozenset[str] = frozenset()
    sure: frozenset[str] = frozenset()
    nounish: frozenset[str] = frozenset()
    active: frozenset[str] = frozenset()
    passive: frozenset[str] = frozenset()
    transitive: frozenset[str] = frozenset()

    @staticmethod
    def learn(sentences: Iterable[str]) -> VerbLexicon:
        """The lexicon of unlabelled sentences."""
        counts = _Counts()
        for sentence in sentences:
            counts.add(sentence)
        return counts.lexicon()

    @staticmethod
    def of(stored: Mapping[str, Sequence[str]]) -> VerbLexicon:
        """The lexicon that ``lists`` gave.

        Raises:
            KeyError, TypeError: it is another.
        """
        names = [field.name for field in fields(VerbLexicon)]
        for name in names:
            if not isinstance(stored[name], list) or not all(
                isinstance(word, str) for word in stored[name]
            ):
                raise TypeError(f"{name} must be a list of words")
        return VerbLexicon(**{name: frozenset(stored[name]) - FALSE_VERBS for name in names})

    def extended(self, other: VerbLexicon) -> VerbLexicon:
        """This lexicon with the verbs that only another one knows; what is known stays as it is.

        A form in *-s* must surely be a verb, since the plurals of nouns look the same.
        """
        known = self.finite | self.base
        finite = {word for word in other.finite if not word.endswith("s") or word in other.sure}
        new = (finite | other.base) - known
        added = {name: words & new for name, words in vars(other).items()}
        # An object may also seem to follow *twice* or *only*.
        added["transitive"] |= {word for word in other.transitive - known if word.endswith("ing")}
        return VerbLexicon(**{name: words | added[name] for name, words in vars(self).items()})

    def lists(self) -> dict[str, list[str]]:
        """The lexicon as JSON can hold it."""
        names = [field.name for field in fields(self)]
        return {name: sorted(vars(self)[name]) for name in names}

    def knows(self, low: str) -> bool:
        """Whether a word may be a verb: finite or an infinitive."""
        return low in self.finite or low in self.base

    def is_present(self, words: Sequence[str], place: int) -> bool:
        """Whether a verb in the present tense stands here: *kills nine*, *voters go to*."""
        if place == 0 or words[place][:1].isupper():
            return False
        low, before = bare(words[place]), bare(words[place - 1])
        if before == "and" and self._joins_present(words, place):
            return True
        if before in _NEVER_BEFORE_PRESENT or before.endswith("'s"):
            return False
        if words[place - 1].endswith(",") and place < 3:
            return False
        if self._is_base(low):
            if not self._has_plural_subject(words, place):
                return False
        elif not any(map(self._is_base, _stems(low))):
            return False
        after, further = ([*words[place + 1 : place + 3], "", ""])[:2]
        relative = bare(after) == "that" and low in self.nounish and low not in SAYING
        if relative and (self.knows(bare(further)) or bare(further) in AUXILIARIES):
            return False  # *attacks that try to*
        return self._may_precede(low, after, words[place - 1])

    def is_noun(self, words: Sequence[str], place: int) -> bool:
        """Whether a form that may be a present verb is a noun: *the transport plan is*."""
        low = bare(words[place])
        if _is_plural_behind_adjective(words, place):
            return True
        verb = low in self.base or low + "s" in self.finite
        both = verb and low in self.nounish and low not in SAME_PAST
        return both and not self._has_plural_subject(words, place)

    def _joins_present(self, words: Sequence[str], place: int) -> bool:
        """Whether a second verb in the present tense stands here: *kills two and injures ten*."""
        low, after = bare(words[place]), bare(words[place + 1]) if place + 1 < len(words) else ""
        if low in self.nounish or not any(map(self._is_base, {low} | _stems(low))):
            return False
        opens = after in DETERMINERS | OBJECTS | NUMBERS | {"at", "more"} or after[:1].isdigit()
        earlier = range(1, place - 1)
        return opens and any(self.is_present(words[: k + 2], k) for k in earlier)

    def _is_base(self, low: str) -> bool:
        return low in self.base or low in HEADLINE_VERBS

    def is_described(self, words: Sequence[str], place: int) -> bool:
        """Whether an article and an adjective stand before a word: *a strong finish* is no verb."""
        if place < 2 or bare(words[place - 2]) not in {"a", "an"}:
            return False
        before = bare(words[place - 1])
        return before.isalpha() and not is_plural(before)

    def _has_plural_subject(self, words: Sequence[str], place: int) -> bool:
        before = bare(words[place - 1])
        if words[place - 1].replace("’", "'").endswith(("'s", "'")):
            return False  # *the president's plan*, *the nations' plan*
        if names_several(before):
            return True
        if self.is_described(words, place):
            return False
        earlier = map(bare, words[:place])
        after = bare(words[place + 1]) if place + 1 < len(words) else ""
        if bare(words[place]) in HEADLINE_VERBS and after in DETERMINERS:
            # *Hundreds of people in Lyon demand the*, *Ann Bo and Kim Roe sign a*
            return is_plural(bare(words[0])) or "and" in words[:place]
        return bare(words[place]) not in self.nounish and any(map(is_plural, earlier))

    def _may_precede(self, low: str, after: str, subject: str) -> bool:
        """Whether a word may be a verb of the present tense between two others."""
        opens = bare(after)
        if opens in DETERMINERS | {"him", "them", "it", "more", "than", "all", "both"}:
            return True
        if after[:1].isdigit() or opens.endswith("ly"):
            return True
        if after[:1].isupper() or opens in NUMBERS or opens == "to":
            return low not in self.nounish or low in self.finite
        if subject[:1].isupper() and low.endswith("s") and low not in self.nounish:
            return True  # *Samsung suspends business*
        fits = opens in _BEHIND_PRESENT or not after or low in self.finite
        return low not in self.nounish and fits

    def main_verb(self, words: Sequence[str], lenient: bool = False) -> int | None:
        """The place of the first finite verb of the main clause; None if no word is surely one.

        A participle is no finite verb: *a man charged with murder* has none.

        Args:
            lenient: whether what may be a participle counts where nothing else does.
        """
        # *As homes sell, ...*, *Even as homes sell, ...*
        subordinate, doubtful, bracketed = bare(words[0]) in _OPENING, None, False
        aside = False
        opened = subordinate or (len(words) > 1 and bare(words[1]) in _SUBORDINATE)
        group = -1  # where the verb of a subordinate clause stands: *that would have closed*
        for place in range(1, len(words)):
            low = bare(words[place])
            if words[place - 1].endswith(";"):
                break  # what follows is a sentence of its own
            bracketed = bracketed or words[place].startswith("(")
            if bracketed:
                bracketed = ")" not in words[place]
                continue
            if subordinate and low.endswith("ed") and bare(words[place - 1]) in RELATIVES:
                subordinate = False  # *bodies that washed ashore*
                continue
            if group == place - 1 and bare(words[group]) in _VERB_GROUP:
                group = place
                continue
            if words[place - 1].endswith(","):
                # Behind an opening clause, or an aside with one: *Bo, the man who ran it, ...*
                if opened or (aside and subordinate):
                    subordinate = opened = False
                aside = True
            subordinate = subordinate or low in _SUBORDINATE
            finite = self._finiteness(words, place)
            if finite == _NOT:
                continue
            if subordinate:
                subordinate, group = False, place
            elif finite == _SURE and self._is_participle_before_verb(words, place):
                doubtful = place if doubtful is None else doubtful
            elif finite == _SURE:
                said = bare(words[place + 1]) if place + 1 < len(words) else ""
                attributes = bool({low, said} & (SAYING | {"shown"}))
                attributes = attributes and _says_comma(words, doubtful, place)
                return (doubtful if lenient else None) if attributes else place
            elif doubtful is None:
                doubtful = place
        return doubtful if lenient else None

    def _finiteness(self, words: Sequence[str], place: int) -> int:
        """How sure it is that a finite verb stands here."""
        word, low = words[place], bare(words[place])
        if low in {"may", "will"} and word[:1].isupper():  # a month, a name
            return _NOT
        if low in AUXILIARIES or (low.endswith("'s") and low[:-2] in PRONOUNS):
            return _SURE
        if _is_plural_behind_adjective(words, place):
            return _NOT
        if low not in self.finite or self.is_noun(words, place):
            return _SURE if self.is_present(words, place) else _NOT
        before = bare(words[place - 1])
        after = words[place + 1] if place + 1 < len(words) else "."
        if bare(after) in AUXILIARIES:
            return _NOT  # *confidential details have*
        if before in DETERMINERS | PREPOSITIONS | {"of", "to", "and"} or word[:1].isupper():
            return _NOT
        if before in {"be", "been", "being"}:
            return _NOT  # *a man being refused entry*
        participial = before.endswith("ing") and words[max(0, place - 2)].endswith(",")
        if low.endswith("ed") and participial and before not in self.nounish:
            return _NOT  # *, sparking renewed concern*
        if before in _SUBJECTS:
            return _SURE  # *he wanted to*
        if words[place - 1].endswith(","):
            asides = sum(word.endswith(",") for word in words[:place])
            alone = low.endswith("ed") and bare(after) not in PREPOSITIONS | {"by", "to", "as"}
            if asides > 1 and (
                alone or low in self.active or low in INTRANSITIVE | IRREGULAR_PAST | SAYING
            ):
                return _SURE  # *Ann Bo, the head of the firm, died*
            present = low.endswith("s") and low not in self.nounish
            return _SURE if present and self.is_present(words, place) else _NOT
        participle = low.endswith(("ed", "en", "wn")) or low in self.passive
        open_end = bare(after) in PREPOSITIONS | {"of", "to", "as", ""}
        acting = low in self.active or low in _ACTING
        if participle and open_end and not acting:
            return _DOUBTFUL
        if low.endswith("s") and low not in self.sure and not self.is_present(words, place):
            followed = bare(after) in DETERMINERS | {"to", "in"} or after[:1].isupper()
            return _SURE if followed else _NOT
        return _SURE

    def _is_participle_before_verb(self, words: Sequence[str], place: int) -> bool:
        """Whether a form in *-ed* has the verb behind it: *data gathered in a trial could help*."""
        after = bare(words[place + 1]) if place + 1 < len(words) else ""
        if not bare(words[place]).endswith("ed") or after not in PREPOSITIONS:
            return False
        for earlier, word in pairwise(words[place + 1 :]):
            low = bare(word)
            if low in AUXILIARIES:
                return True
            if low in self.finite and bare(earlier) not in DETERMINERS:
                return False
            if low in _CLAUSE_JOINTS or word.endswith((",", ";", ":")):
                return False
        return False

    def has_finite_verb(self, words: Sequence[str]) -> bool:
        """Whether any word is or may be a finite verb."""
        return any(
            bare(word) in AUXILIARIES or bare(word) in self.finite or self.is_present(words, place)
            for place, word in enumerate(words)
        )


_NOT, _DOUBTFUL, _SURE = range(3)


def _is_plural_behind_adjective(words: Sequence[str], place: int) -> bool:
    """Whether a form in *-s* is a noun for what stands before it: *questionable calls*."""
    if not place or not is_plural(bare(words[place])):
        return False
    before = bare(words[place - 1])
    if before in _QUANTIFIERS or before in NUMBERS:
        return True  # *several states*
    # *a series of national strikes*, but *the capital strikes*
    within = place > 1 and bare(words[place - 2]) in PREPOSITIONS | {"of"}
    return before.endswith(_ADJECTIVAL) or (within and before.endswith(("al", "ic", "ive")))


def _says_comma(words: Sequence[str], verb: int | None, said: int) -> bool:
    """Whether a clause goes before a comma and who says so: *Rains displaced many, police said*."""
    return verb is not None and any(word.endswith(",") for word in words[verb:said])


def _stems(low: str) -> set[str]:
    """What a form in *-s* may be the third person of; *bakers* is no form of *bake*."""
    if not low.endswith("s") or low.endswith("ss"):
        return set()
    return {low[:-1]} | ({low[:-2], low[:-3] + "y"} if low.endswith("es") else set())


def is_plural(low: str) -> bool:
    """Whether a bare word looks like a plural."""
    if low in AUXILIARIES | BE:
        return False
    return low.endswith("s") and not low.endswith(("ss", "us", "is"))


def names_several(low: str) -> bool:
    """Whether a bare word is a plural or takes the verb of one: *nurses*, *women*, *police*."""
    return low in _COLLECTIVES or low.endswith("men") or is_plural(low)


class _Counts:
    """How often words stand behind words of closed classes."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self.behind_pronoun: Counter[str] = Counter()
        self.behind_modal: Counter[str] = Counter()
        self.behind_article: Counter[str] = Counter()
        self.behind_be: Counter[str] = Counter()
        self.with_object: Counter[str] = Counter()

    def add(self, sentence: str) -> None:
        words = sentence.lower().replace("’", "'").split()
        lows = [word.strip(_MARKS) for word in words]
        self.seen.update(lows)
        for before, low_before, word in zip(words, lows, lows[1:], strict=False):
            if word in OBJECTS or word[:1].isdigit():
                self.with_object[low_before] += 1
            if low_before in BE:
                self.behind_be[word] += 1
            if before in PRONOUNS and before != "that":
                self.behind_pronoun[word] += 1
            elif low_before in MODALS:
                self.behind_modal[word] += 1
            elif before in DETERMINERS | PREPOSITIONS | {"of"}:
                self.behind_article[word] += 1

    def lexicon(self) -> VerbLexicon:
        common = {
            word
            for word, count in self.seen.items()
            if count >= 15 and word.isalpha() and not word.endswith("ly") and word not in ADVERBS
        }
        closed = PRONOUNS | DETERMINERS | PREPOSITIONS
        base = {w for w in common - closed if self._often(self.behind_modal, w, 0.02, 6)}
        finite = self._finite(common, base)
        return VerbLexicon(
            finite=frozenset(finite),
            base=frozenset(base),
            sure=frozenset(
                word
                for word in finite
                if self._often(self.behind_pronoun, word, 0.04)
                and self.behind_article[word] <= 0.06 * self.seen[word]
            ),
            nounish=frozenset(
                word
                for word, count in self.seen.items()
                if count >= 8 and self.behind_article[word] > 0.12 * count
            ),
            active=frozenset(
                word
                for word in finite
                if word.endswith("ed")
                and self.seen[word] >= 25
                and self.behind_be[word] <= 0.05 * self.seen[word]
                and self._often(self.behind_pronoun, word, 0.03)
            ),
            passive=frozenset(w for w in finite if self._often(self.behind_be, w, 0.05)),
            transitive=frozenset(w for w in common if self._often(self.with_object, w, 0.2)),
        )

    def _finite(self, common: set[str], base: set[str]) -> set[str]:
        closed = DETERMINERS | PREPOSITIONS | SUBORDINATORS | RELATIVES | AUXILIARIES | _NO_VERBS
        closed |= FALSE_VERBS
        forms = {
            word
            for word in common - base - closed
            if not word.endswith("ing")
            # *it acceptable*, *that notes*: what need not be a verb must do so more often.
            and self._often(self.behind_pronoun, word, _SHARE[word.endswith("ed")], 4)
        }
        # Past forms have names before them more than pronouns: *edged, heaped, withstood*.
        forms |= {
            word
            for word in common - base - closed
            if word.endswith("ed") and self._often(self.behind_pronoun, word, 0.005, 3)
        }
        forms |= IRREGULAR_PAST & self.seen.keys()
        # Some past forms are infinitives as well: *cut, beat, become*.
        same = {
            word
            for word in base
            if word.endswith(("t", "d", "e", "n", "k"))
            and self._often(self.behind_pronoun, word, 0.05)
        }
        return forms | same

    def _often(self, counts: Counter[str], word: str, share: float, least: int = 0) -> bool:
        return counts[word] >= max(least, share * self.seen[word])
