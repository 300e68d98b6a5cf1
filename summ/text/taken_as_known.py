"""Things that an English sentence begins with as if they were known: *The fossil is ...*.

Such a sentence is clear behind one that told of them: *A fossil of a small mammal was found*.
"""

from __future__ import annotations

import re

from summ.text.languages.tables import table
from summ.text.stems import stem

# At the beginning, or behind what stands before the subject: *Reporting its results, the airline*.
_THE = re.compile(r"(?:[^,\"“]{3,90}, t|[\W_]*T)he ((?:[a-z\d][\w-]*(?: |$)){1,3})")
# *The history of scorpions* says itself which history, *the man who came* which man.
_TELLS_ITSELF = table("of for that which who whose where between to")
_MOST = 2  # words that may be the noun: *the grand opera*
_TERM = re.compile(r"\w+")


def taken_as_known(sentence: str) -> frozenset[str]:
    """Stems of the noun that a sentence begins with behind *the*, and of a word beside it.

    None where a name (*the Windows scheme*) or what follows tells which thing is meant.

    Args:
        sentence: in its own case.
    """
    found = _THE.match(sentence)
    if found is None:
        return frozenset()
    following = sentence[found.end(1) :].split(maxsplit=1)[:1]
    words = found[1].split()
    if _TELLS_ITSELF.intersection([*words, *following]):
        return frozenset()
    if len(words) == 1 and following and following[0][:1].isupper():
        return frozenset()
    return frozenset(map(stem, _TERM.findall(" ".join(words[:_MOST]))))
