"""What a source denies: words that a summary must not say without their denial.

A *no* or *not* denies up to the next word that leans on its successor, or mark (*no deaths*).  A
verb of denial (*denied*, *refused*), a word for nothing or nearly nothing (*none*, *hardly*), and a
*no* that a clause completes (*no evidence that*, *no plans to*) deny to the end of their clause.
Denials behind what they deny (*the plan was rejected*) are not heard.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from summ.pipelines.lexicon import Lexicon, Word
from summ.text.languages.en import (
    AUXILIARIES,
    CLAUSE_OPENERS,
    COUNTED,
    DENIAL_PAIRS,
    DENIALS,
    NEGATIONS,
)

# What a denial of a noun reaches beyond: *no sign of a deal*, *no passengers were hurt*.
_CARRYING = {"of", "any", "a", "an"} | AUXILIARIES
_COMPLETING = {"that", "to", "whether"}
_FAILING = {"fail", "fails", "failed"}  # with an infinitive; *a failed bank* denies nothing
_QUOTES = {'"', "'", "`"}


def negated_words(words: Sequence[Word], lexicon: Lexicon) -> dict[Word, frozenset[Word]]:
    """Words that occur only where they are denied, with the denials that license each.

    Args:
        words: of the source, in its order.
    """
    found: dict[Word, set[Word]] = {}
    asserted: set[Word] = set()
    for word, denial in _denied(words, lexicon):
        if denial is None:
            asserted.add(word)
        elif not lexicon.nature(word).leans:
            found.setdefault(word, set()).add(denial)
    return {word: frozenset(by) for word, by in found.items() if word not in asserted}


def _denied(words: Sequence[Word], lexicon: Lexicon) -> Iterator[tuple[Word, Word | None]]:
    """Every word but the denials, with the denial in whose scope it stands."""
    texts = [lexicon.text(word) for word in words]
    denial: Word | None = None
    clause = False  # whether the denial holds to the end of its clause
    for place, (word, text) in enumerate(zip(words, texts, strict=True)):
        nature = lexicon.nature(word)
        if clause and (text in CLAUSE_OPENERS or (nature.mark and text not in _QUOTES)):
            denial, clause = None, False
        elif _denies(texts, place) and not (clause and text in NEGATIONS):
            denial, clause = word, text not in NEGATIONS
            continue
        elif denial is not None and not clause:
            if text in _COMPLETING:
                clause = True
            elif nature.leans and text not in _CARRYING:
                denial = None
        yield word, denial


def _denies(texts: Sequence[str], place: int) -> bool:
    """Whether the word at a place denies what follows it."""
    text, before = texts[place], texts[max(0, place - 1)]
    if text in DENIAL_PAIRS:
        return before in DENIAL_PAIRS[text]
    if text in COUNTED:
        return before not in COUNTED[text]
    if text in _FAILING:
        return texts[place + 1 : place + 2] == ["to"]
    return text in DENIALS
