"""Stems of English words: enough to see that *announces* is said by *announced*."""

from __future__ import annotations

_ENDINGS = ("ings", "ing", "ers", "er", "ies", "ied", "es", "ed", "s", "y", "e")
_SHORTEST = 3


def stem(word: str) -> str:
    """A lower-case word without the ending of a plural, a tense or an agent.

    As in the first step of Porter (1980), endings go one after the other while three letters
    remain,
    and of a doubled consonant one stays; so that different words share a stem only where one could
    be the other's form.
    """
    changed = True
    while changed:
        changed = False
        for ending in _ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
                word = word[: -len(ending)]
                changed = True
                break
        if len(word) > _SHORTEST and word[-1] == word[-2] and word[-1] not in "aeiouls":
            word = word[:-1]
            changed = True
    return word
