"""Whether an English line claims more than its sentence does."""

from __future__ import annotations

from collections.abc import Sequence, Set
from itertools import pairwise

from summ.pipelines.ordered_search import OrderedSource
from summ.text.languages.en import DENIALS
from summ.text.languages.en_phrases import CONDITIONS, SAYING
from summ.text.languages.tables import table

# Without one of these words a claim says more than its sentence did.
_UNLESS_KEPT = CONDITIONS - {"until", "without", "except"}
_COMPARED = table("more less fewer worse better higher lower faster slower")
_SINGLED_OUT = table("first last only biggest largest worst highest lowest fastest oldest youngest")
_CLAIMING = table("claims claimed claim")
_OPINIONS = table("should must ought needed")
_PARTISANS = table(
    "tories labour conservatives democrats republicans opposition critics campaigners"
)
_ARGUING = table("argues argued urged according insists insisted suggest")
_SPANS = table("years months weeks decades century centuries matches games seasons")
_SCOPE = table("in of since for to")
_NEAR = 3  # words behind *but*
_LONGEST_NOUN = 3  # words behind a superlative


def overclaims(source: OrderedSource, places: Sequence[int]) -> bool:
    """Whether a line loses a condition, a comparison, a scope or whose opinion its sentence is.

    *They will close the firm (if it fails)*, *grew at a faster rate (than reported)*, *opens its
    first shops (in the north)*, *should resign(, he says)*.
    """
    tokens, kept = source.folded.tokens, set(places)
    said = {tokens[place] for place in places}
    lost = set(tokens[places[0] :]) - said
    # *will not close before 2020* is not *will not close*.
    until = bool({"before", "until"} & lost) and bool({"not", "n't", "never"} & said)
    if _UNLESS_KEPT & lost or until or _loses_claim(tokens, said):
        return True
    if _loses_speaker(said, lost) or _concedes(tokens, places):
        return True
    return any(
        (tokens[place] in _COMPARED and _loses_than(tokens, kept, place))
        or (tokens[place] in _SINGLED_OUT and _loses_scope(tokens, kept, place))
        for place in places
    )


def _loses_claim(tokens: Sequence[str], said: Set[str]) -> bool:
    """Whether what somebody claims stands as a fact: *(he claims that) the bank failed*."""
    return any(
        one in _CLAIMING and two == "that" and one not in said for one, two in pairwise(tokens)
    )


def _loses_speaker(said: Set[str], lost: Set[str]) -> bool:
    """Whether an opinion stands as a fact: *the bank should close, (its rival says)*."""
    reported = (SAYING | _ARGUING) & lost and not (SAYING | _ARGUING) & said
    return bool(reported and (_OPINIONS & said or _PARTISANS & lost))


def _concedes(tokens: Sequence[str], places: Sequence[int]) -> bool:
    """Whether *but* takes back what a line says: *it may be big (but it is empty)*, *he promised
    to come (but did not)*.
    """
    behind = tokens[places[-1] + 1 : places[-1] + 2 + _NEAR]
    if "but" not in behind[:2]:
        return False
    return "may" in {tokens[place] for place in places} or bool(DENIALS & set(behind))


def _loses_than(tokens: Sequence[str], kept: set[int], place: int) -> bool:
    """Whether a comparative is kept without what it compares with."""
    than = next((k for k in range(place + 1, len(tokens)) if tokens[k] == "than"), None)
    return than is not None and than not in kept


def _loses_scope(tokens: Sequence[str], kept: set[int], place: int) -> bool:
    """Whether it goes where, or for how long, something was the first."""
    end = place
    while end + 1 in kept:
        end += 1
    near = end - place <= _LONGEST_NOUN and end + 1 < len(tokens)
    return (near and tokens[end + 1] in _SCOPE) or _loses_span(tokens, kept, place)


def _loses_span(tokens: Sequence[str], kept: set[int], place: int) -> bool:
    """Whether it goes for how long something was the first: *(for nearly four years)*."""
    return any(
        tokens[k] in {"for", "since", "in"} and k not in kept and _SPANS & set(tokens[k : k + 5])
        for k in range(place + 1, len(tokens))
    )
