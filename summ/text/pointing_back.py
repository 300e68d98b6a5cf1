"""Sentences that begin with a word for what the sentence before them said: *He*, *But*, *These*.

Alone they do not tell whom or what they are about.
"""

from __future__ import annotations

import re

from summ.text.languages.en import POINTING_BACK
from summ.text.languages.language import language

_FIRST_WORD = re.compile(r"[\W_]*(\w+)")
# *It was agreed to ...* means nothing said before, *this report* the text itself.
_NOT_BACK = re.compile(
    r"[\W_]*(?:it (?:is|was|has been|will be) (?:\w+ )?\w+ (?:that|to)\b"
    r"|this (?:paper|work|article|study|report|thesis|survey|document|guide|page|book)\b)",
    re.IGNORECASE,
)


def points_back(sentence: str, code: str) -> bool:
    """Whether a sentence begins with a pronoun or a connective that needs the one before it.

    Args:
        sentence: in its own case.
        code: of the language (ISO 639-1).  Of one whose pronouns are not known, no sentence does.
    """
    found = _FIRST_WORD.match(sentence)
    if found is None or (code == "en" and _NOT_BACK.match(sentence)):
        return False
    words = POINTING_BACK if code == "en" else language(code).pronouns
    return found[1].lower() in words
