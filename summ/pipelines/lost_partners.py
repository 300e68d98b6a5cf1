"""What a preposition or an infinitive loses where a line leaves out the words before it."""

from __future__ import annotations

from summ.pipelines.tagged_words import TaggedWords
from summ.text.languages.en_phrases import (
    CLAUSE_STARTS,
    CONTROLLING,
    DETERMINERS,
    INFINITIVAL,
    MARKS,
    PLANS,
    PREPOSITIONS,
    RELATIVES,
    SUBORDINATORS,
    WEEKDAYS,
)
from summ.text.languages.tables import table

TEMPORAL = table("after before during since amid")
_FIRST = table("first second third fourth fifth last latest youngest oldest only")
CLAUSES = SUBORDINATORS | RELATIVES


def loses_partner(words: TaggedWords, here: int, there: int) -> bool:
    """Whether a preposition would lose the word that it goes with.

    *on charges of working (with a gang)*, *and was sentenced to a year (in prison)*, *signed
    on Sunday a pact (on trade)*.

    Args:
        here: the last place before what is left out.
        there: the place of the preposition, behind it.
    """
    tokens, verbs = words.tokens, words.verbs
    before = tokens[there - 1]
    if there > here + 2 and before.endswith("ing"):
        return True
    if tokens[here + 1].endswith("ing") and _is_gerund(words, here + 1) and before not in MARKS:
        return True  # *cuts (sparing parents the tax) on incomes*
    bound = before not in MARKS and before in verbs.nounish
    if tokens[there] == "to" and bound and tokens[there + 1] not in verbs.base:
        return True  # *(after a defeat) to Leeds*
    if before in verbs.base and tokens[there - 2] == "to":
        return True  # *(and the power to push) through a plan*
    # *(when he took the country) to war*, *(after their exit at Leeds) on Sunday*
    clause = tokens[here + 1] in CLAUSES and any(words.finite[here + 2 : there])
    if before not in MARKS and (clause or tokens[here + 1] in TEMPORAL):
        return True
    if "and" in tokens[max(here + 1, there - 3) : there - 1]:
        return True  # *at home and love (between us)*
    if any(tokens[k].endswith("ing") and tokens[k - 1] == "by" for k in (there - 2, there - 3)):
        return True  # *(by taking advice) from her coach*
    return any(
        (tokens[k] == "and" and (words.acts[k + 1] or _is_participle(words, k + 1)))
        or (tokens[k] in WEEKDAYS and tokens[k + 1] in DETERMINERS and words.finite[here])
        for k in range(here + 1, there - 1)
    )


def loses_governor(words: TaggedWords, there: int) -> bool:
    """Whether an infinitive loses the word that it belongs to: *(for plotting) to kill*."""
    tokens, before = words.tokens, words.tokens[there - 1]
    if tokens[there] != "to":
        return False
    if _FIRST & set(tokens[max(0, there - 4) : there]):
        return True  # *(becoming the first Spaniard) to win it*
    if before in PLANS | INFINITIVAL | CONTROLLING or words.acts[there - 1]:
        return True
    gerund = tokens[there - 2] in PREPOSITIONS or before not in words.verbs.nounish
    return before.endswith("ing") and gerund


def _is_gerund(words: TaggedWords, place: int) -> bool:
    """Whether a gerund stands here, and no noun or preposition in *-ing*."""
    token = words.tokens[place]
    return token not in words.verbs.nounish and token not in PREPOSITIONS | CLAUSE_STARTS


def _is_participle(words: TaggedWords, place: int) -> bool:
    token = words.tokens[place]
    return token in words.verbs.passive or token.endswith("ed")
