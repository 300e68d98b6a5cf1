"""What an English line may leave out of its source, and where it may end.

From one word of the source to the next that is kept, only such steps are allowed as keep names,
numbers, objects and denials together; they begin and end where phrases do.  All of it is decided
from the words, before the network is asked which step is likely.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from summ.pipelines.line_ends import LineEnds, hinders
from summ.pipelines.lost_partners import CLAUSES, TEMPORAL, loses_governor, loses_partner
from summ.pipelines.names import offices
from summ.pipelines.noun_skips import counts, disagrees, is_bare_plural, points
from summ.text.folding import Folded, begins_sentence
from summ.text.languages.en import LEANING
from summ.text.languages.en_phrases import (
    ARGUED,
    ASKING,
    AUXILIARIES,
    BE,
    BOUND_PAIRS,
    CLAUSE_STARTS,
    CLITICS,
    DETERMINERS,
    HEDGES,
    MARKS,
    NUMBERS,
    OPENERS,
    PREPOSITIONS,
    PRONOUNS,
    RELATIVES,
    SAYING,
    SOFT_ADVERBS,
    SUBORDINATORS,
    WEEKDAYS,
)
from summ.text.languages.tables import table
from summ.text.reported_speech import is_reporter
from summ.text.verbs import VerbLexicon

_SCOPE_ENDS = table("; : -- but who which")
_HOLDERS = (DETERMINERS | PREPOSITIONS | LEANING | table("to of and or per several")) - {"that"}
_RELATIVE = RELATIVES - {"whom"}
_GIVING = table("issued presented provided supplied equipped credited faced tasked confronted")
_CONJUNCTIONS = table("as while when because although though")
_CURRENCIES = table("dollar euro yen pound sterling franc rupee yuan rouble ruble peso krona")
# With these a sentence goes on behind a phrase that was left out.
_GOES_ON = PREPOSITIONS | table("to after as and but when while because amid not")
_BEFORE_ADVERBS = AUXILIARIES | BE  # what leaves adverbs out


@dataclass(frozen=True)
class Skips:
    """The steps and ends of one source.

    Attributes:
        source: canonical words, as its text writes them.
        verbs: of the language.
        common: words that are usually written in lower case.
    """

    source: Folded
    verbs: VerbLexicon
    common: frozenset[str]

    @property
    def tokens(self) -> tuple[str, ...]:
        """The canonical words."""
        return self.source.tokens

    @cached_property
    def names(self) -> list[bool]:
        return [
            surface[:1].isupper()
            and not (begins_sentence(self.source, place) and token in self.common)
            for place, (token, surface) in enumerate(
                zip(self.tokens, self.source.surfaces, strict=True)
            )
        ]

    @cached_property
    def numbers(self) -> list[bool]:
        return [
            token in NUMBERS - {"several"} or any(c == "#" or c.isdigit() for c in token)
            for token in self.tokens
        ]

    @cached_property
    def finite(self) -> list[bool]:
        """Where a finite verb stands."""
        certain = AUXILIARIES | BE - {"be", "been", "being"}
        surfaces = self.source.surfaces
        return [
            (token in certain and not self.names[place])
            or (
                token in self.verbs.finite
                and not self.names[place]
                and not (place and self.verbs.is_noun(surfaces, place))
            )
            or (place > 0 and self.verbs.is_present(surfaces, place))
            for place, token in enumerate(self.tokens)
        ]

    @cached_property
    def acts(self) -> list[bool]:
        """Where a verb of any form stands."""
        base, nounish = self.verbs.base, self.verbs.nounish
        return [
            self.finite[place] or (token in base and token not in nounish)
            for place, token in enumerate(self.tokens)
        ]

    @cached_property
    def _scopes(self) -> list[int]:
        """Of each word that denies or hedges, the last place it is heard at; -1 elsewhere."""
        tokens = self.tokens
        scopes = [-1] * len(tokens)
        for place, token in enumerate(tokens):
            if token not in HEDGES or self.names[place]:  # May is a month
                continue
            if token == "against" and _CURRENCIES & set(tokens[place + 1 : place + 4]):
                continue  # *rose against the euro*
            end = place
            while end + 1 < len(tokens) and tokens[end + 1] not in _SCOPE_ENDS:
                if token == "without" and tokens[end + 1] in MARKS:
                    break
                end += 1
            scopes[place] = end
        return scopes

    @cached_property
    def _quoted(self) -> list[bool]:
        """Where a quotation goes on."""
        opened, found = False, []
        for place, token in enumerate(self.tokens):
            if token in {'"', "``", "''"}:
                opened = token == "``" or (token == '"' and not opened)
                opened = opened and bool({'"', "''"} & set(self.tokens[place + 1 :]))
            found.append(opened)
        return found

    @cached_property
    def _behind_office(self) -> int:
        """Where the name begins behind the office that the source begins with; 0 if none does."""
        gone = offices(self.tokens, self.source.surfaces, self.verbs)
        return next(place for place in range(len(self.tokens)) if place not in gone)

    @cached_property
    def followers(self) -> list[list[int]]:
        """The places that may follow each place; the first row is of the beginning."""
        return [
            [there for there in self._reach(here) if there == here + 1 or self.allows(here, there)]
            for here in range(-1, len(self.tokens))
        ]

    def _reach(self, here: int) -> range:
        """The places behind one, or the next alone where nothing that can go begins: most words."""
        end = len(self.tokens)
        if 0 <= here < end - 2 and self.tokens[here] not in _BEFORE_ADVERBS:
            end = end if self._begins_phrase(here) else here + 2
        return range(here + 1, end)

    @cached_property
    def ends(self) -> list[bool]:
        """Whether a line may end with each word."""
        ends = LineEnds(self)
        return [ends.may_end(place) for place in range(len(self.tokens))]

    def pairs_marks(self, places: Sequence[int]) -> bool:
        """Whether brackets and quotation marks of a line come in pairs."""
        said = [self.tokens[place] for place in places]
        if said.count('"') % 2 or said.count("(") != said.count(")"):
            return False
        return said.count("``") == said.count("''")

    def allows(self, here: int, there: int) -> bool:
        """Whether the words between two places may be left out; ``here`` is -1 at the beginning."""
        landing = self.tokens[there]
        if landing in CLITICS or landing in {".", "?", "!", ")", "''"}:
            return False
        if any(self._scopes[place] >= there for place in range(here + 1, there)):
            return False
        if here < 0:
            return self._may_begin(there)
        if self._quoted[here]:
            return False  # words that somebody said stay as they were
        lone = self.tokens[here + 1 : there] == (",",)
        if lone and (any(self.finite[:here]) or "," in self.tokens[:here]):
            return False  # a mark costs no word, and the second of two goes with the first
        # What stands on both sides of a semicolon are sentences of their own.
        if landing == "," or ";" in self.tokens[here + 1 : there] or counts(self, there):
            return False
        if landing in PREPOSITIONS | {"to"} and loses_partner(self, here, there):
            return False
        if landing in {"in", "since"} and self.tokens[there - 1] == "time":
            return False  # *for the fourth time in five months*
        if (
            loses_governor(self, there)
            or disagrees(self, here, there)
            or (landing, self.tokens[there - 1]) in BOUND_PAIRS
        ):
            return False
        if self.finite[there] and self._has_pronoun(there):
            return False  # the verb is the pronoun's: *it would*, *who later became*
        if landing in SAYING and "," in self.tokens[here + 1 : there - 1]:
            return False  # *do not come(, the mayor Ann Bo) warned*
        if self._is_bound(here, there):
            return self._leaves_adverbs_out(here, there)
        return self._begins_phrase(here) and self._closes(here, there)

    def _has_pronoun(self, verb: int) -> bool:
        """Whether a verb's subject is the pronoun before it, adverbs between them apart."""
        before = verb - 1
        while before and self._is_adverb(before):
            before -= 1
        return self.tokens[before] in PRONOUNS - {"that", "there"} | {"us", "them", "him", "me"}

    def _is_adverb(self, place: int) -> bool:
        return self.tokens[place] in SOFT_ADVERBS | {"later", "then", "never", "once"} or (
            self.tokens[place].endswith("ly") and not self.names[place]
        )

    def _may_begin(self, there: int) -> bool:
        """Whether a line may begin within the sentence: behind an opener or an attribution."""
        tokens, before = self.tokens, self.tokens[there - 1]
        if there == self._behind_office:
            return True
        if tokens[there] in MARKS | {"and", "or", "but"}:
            return False
        if before == ",":
            if self._lists(there):
                return False
            # What goes is an opener, not the head of a list.
            return tokens[0] in OPENERS | CLAUSE_STARTS or tokens[0].endswith(("ing", "ly"))
        if before in {"said", "says", "say", "that"} and not is_reporter(" ".join(tokens[:there])):
            return False
        if before == "that":
            reported = tokens[there - 2] in {"reports", "report", "claims", "claim"}
            if reported and any(self.finite[: there - 2]):
                return False  # *Bo denied reports that*
            return there >= 2 and tokens[there - 2] in SAYING | WEEKDAYS
        if before in {"said", "says", "say"}:
            if self.finite[there] or tokens[there] in WEEKDAYS:
                return False  # *that the government said was minor*, *said Thursday he would*
            return not {".", "?", "!"} & set(tokens[there : there + 2])
        return before in {"--", ":"}

    def _is_bound(self, here: int, there: int) -> bool:
        """Whether a word holds on to the next one, as articles and halves of names do."""
        token, first = self.tokens[here], self.tokens[here + 1]
        names, numbers = self.names, self.numbers
        if token in _HOLDERS or token in AUXILIARIES | BE or first in CLITICS:
            return True
        if token in MARKS - {","} or numbers[here] or numbers[there - 1]:
            return True
        if (names[here] and names[here + 1]) or (names[there - 1] and names[there]):
            return True
        return names[here] and names[there] and token != ","

    def _leaves_adverbs_out(self, here: int, there: int) -> bool:
        """Whether only adverbs are skipped, behind an auxiliary."""
        if self.tokens[here] not in _BEFORE_ADVERBS:
            return False
        gap = self.tokens[here + 1 : there]
        return all(token.endswith("ly") or token in SOFT_ADVERBS for token in gap)

    def _begins_phrase(self, here: int) -> bool:
        """Whether what can be left out begins behind a word, and is not its object."""
        token, first = self.tokens[here], self.tokens[here + 1]
        aside = first in {",", "(", "--"}
        if hinders(self.tokens, here + 1) or points(self, here + 1):
            return False
        if token.endswith("ly") and (first.endswith("ed") or first in self.verbs.passive):
            return False  # *allegedly (killed by troops)*
        if first == "that" and token.endswith("ing"):
            return False  # *ensuring (that parents know)*
        if token in ARGUED and first in {"on", "for", "against", "to", "at"}:
            return False  # *a ban (on hunting)*
        if first in PREPOSITIONS and "put" in self.tokens[max(0, here - 3) : here]:
            return False  # *put Leeds (on the way back)*
        if first in _RELATIVE and is_bare_plural(self, here):
            return False  # *programs (that spy on people) are banned*
        adverb = first in SOFT_ADVERBS or first.endswith("ly")
        phrase = first in PREPOSITIONS | CLAUSE_STARTS
        if not (aside or adverb or phrase or first in WEEKDAYS or first.endswith("ing")):
            return False
        verb = token in self.verbs.finite or token in self.verbs.base
        if verb and not (aside or adverb or phrase):
            return False
        if not self._is_acting(here):
            return True
        passive = here > 0 and self.tokens[here - 1] in BE and token.endswith(("ed", "n"))
        needed = {"to"} if passive else (PREPOSITIONS | {"to"}) - TEMPORAL
        if passive and token in _GIVING:
            needed = {"to", "with"}  # *are issued (with cards)*
        return first not in needed

    def _is_acting(self, place: int) -> bool:
        """Whether a word is a verb or an adjective that may need what follows."""
        token, verbs = self.tokens[place], self.verbs
        if token in ASKING or (token == "match" and place and self.tokens[place - 1] == "no"):
            return True
        if place and self.tokens[place - 1] in BE and token.endswith("ing"):
            return True  # *are taking (over the show)*
        if self.names[place] or (token in verbs.nounish and not token.endswith("ed")):
            return False
        known = token in verbs.finite or token in verbs.base or token in verbs.transitive
        return known or self.finite[place]

    def _closes(self, here: int, there: int) -> bool:
        """Whether what is left out is a whole phrase, so that the sentence goes on behind it."""
        tokens, finite = self.tokens, self.finite
        first, before, landing = tokens[here + 1], tokens[there - 1], tokens[there]
        skipped = self.acts[here + 1 : there]
        aside = first in {",", "(", "--"}
        # *as he scored a try and made another*: the second verb goes with the first.
        joins = self._is_finite(there + 1) and not any(finite[here + 2 : there])
        if landing in {"and", "or", "but"} and not joins:
            return False
        if finite[there] and self._opens_clause(here + 1, there):
            return False
        if landing in _RELATIVE or (finite[there] and before in _RELATIVE):
            return False  # *a (service that) tells*, *Leeds, (says Bo), who*
        if finite[there] and "and" in tokens[here + 1 : there] and "," in tokens[:here]:
            return False  # *A, B (at home and C) are*
        if first == "(" and ")" in tokens[here + 1 : there - 1]:
            return False  # two brackets and what stands between them
        if before in {",", ")", "--"}:
            if self._lists(there):
                return False  # *adding news, interviews and music*
            clause = tokens[here + 2] in _RELATIVE or tokens[here + 2] in CLAUSE_STARTS
            return aside and (clause or not self._says_something(here + 1, there))
        # An aside that does not close goes on.
        if aside or before == "-" or (finite[here] and finite[there]):
            return False
        if not self._keeps_clauses_apart(here, there):
            return False
        if finite[there] and "," in tokens[here + 2 : there - 1]:
            return False
        # *replacing Ann Bo (as captain) will be hard*, not *hurt (as ten men) storm a hotel*
        role = first == "as" and not any(skipped) and not self.numbers[here + 2]
        if finite[there] and first in SUBORDINATORS and not role:
            return False
        if landing in PREPOSITIONS | {"to"} and (first == "to" or (finite[here] and first == "as")):
            return False
        if first == "as" and landing == "to":
            return False  # *will act (as an adviser) to the team*
        noun = landing in self.verbs.nounish and landing not in AUXILIARIES | BE
        if finite[there] and first == "to" and noun:
            return False  # *a system (to create website) addresses*
        if before in _HOLDERS or before in AUXILIARIES | BE or self._halves_clause(here, there):
            return False
        return finite[there] or landing in _GOES_ON

    def _opens_clause(self, start: int, verb: int) -> bool:
        """Whether a verb is that of a clause that begins before it: *grew (as Ann Bo) led an*."""
        opener = next((k for k in range(verb - 2, start, -1) if self.tokens[k] in CLAUSES), None)
        if opener is None or any(self.finite[opener + 1 : verb]):
            return False
        subject = self.tokens[opener + 1] in DETERMINERS or self.names[opener + 1]
        return subject and self.tokens[opener] in _CONJUNCTIONS

    def _lists(self, there: int) -> bool:
        """Whether another thing of a list follows: *interviews and music*."""
        rest = range(there, min(len(self.tokens), there + 6))
        end = next((k for k in rest if self.tokens[k] in MARKS or self.acts[k]), rest.stop)
        # *, interviews, and music*
        end += self.tokens[end : end + 1] == (",",) and self.tokens[end + 1 : end + 2] == ("and",)
        joint = next((k for k in range(there + 1, end) if self.tokens[k] in {"and", "or"}), None)
        return joint is not None and not any(self.finite[there : joint + 2])

    def _says_something(self, start: int, end: int) -> bool:
        """Whether a finite verb stands within a range; *, infected with it,* has a participle."""
        return any(self.finite[k] and not self.is_reduced(k) for k in range(start, end))

    def is_reduced(self, place: int) -> bool:
        """Whether a form in *-ed* may be a participle: *those employed there tested positive*."""
        token, after = self.tokens[place], self.tokens[place + 1 : place + 2]
        behind = PREPOSITIONS | {"there", "here"}
        passive = token in self.verbs.passive or after == ("by",)
        return token.endswith("ed") and passive and bool(behind & set(after))

    def _keeps_clauses_apart(self, here: int, there: int) -> bool:
        """Whether no subject is joined to the verb of another clause."""
        first, finite = self.tokens[here + 1], self.finite
        skipped = self.acts[here + 1 : there]
        if first in _RELATIVE:
            return finite[there] and any(skipped[1:]) and not self._has_two_verbs(here, there)
        if first in {"and", "but", "or"} and not finite[min(here + 2, there - 1)]:
            return False
        if not any(skipped):
            return True
        if finite[there] or first in {"and", "but", "to"}:
            return False
        # Behind a preposition verbs are participles, or the main verb goes with it.
        within = first in PREPOSITIONS - CLAUSE_STARTS and not any(finite[here + 1 : there])
        return within or first in CLAUSE_STARTS

    def _has_two_verbs(self, here: int, there: int) -> bool:
        """Whether the main verb goes with a relative clause: *that (opens now) may help those who*.

        A second verb that no new clause introduces is the main one.
        """
        said = [k for k in range(here + 1, there) if self.finite[k]]
        return any(
            second > first + 1
            and not (CLAUSES | PRONOUNS | SAYING | {"and", "or"}) & set(self.tokens[first:second])
            and self.tokens[second] in AUXILIARIES
            for first, second in pairwise(said)
        )

    def _halves_clause(self, here: int, there: int) -> bool:
        """Whether a clause would lose its subject, but not its verb: *as the deadline passed*."""
        if self.tokens[here + 1] not in _CONJUNCTIONS or any(self.finite[here + 1 : there]):
            return False
        rest = range(there + 1, len(self.tokens))
        end = next((k for k in rest if self.tokens[k] in MARKS), len(self.tokens))
        return any(self.finite[there + 1 : end])

    def _is_finite(self, place: int) -> bool:
        return place < len(self.tokens) and self.finite[place]
