"""Sentences that need the one before them: *But ...*, *As a result, ...*, *In 1985 he ...*.

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
    r"|(?:in |by |for )?this (?:paper|work|article|study|report|thesis|survey|document|guide|page"
    r"|book|year|month|week|morning|afternoon|evening|summer|winter|autumn|spring|season)\b)",
    re.IGNORECASE,
)
_PHRASES = re.compile(
    r"[\W_]*(?:as a (?:result|consequence)\b|in (?:addition|contrast|turn|return|response|reply"
    r"|fact|the (?:end|process)"
    r"|(?:this|that|the same|the other|such|other|both|all|either|each) \w+)\b"
    r"|for (?:example|instance|this|that)\b|on the (?:other hand|contrary)\b"
    r"|at (?:this|that|the same|the) (?:time|moment|point|stage)\b"
    r"|(?:after|before|because of|due to|despite|besides|with|since|until|by|from|during)"
    r" (?:this|that|these|those|then)\b|\w+ of (?:these|those|them|it|which)\b"
    r"|the (?:two|three|four|five|latter|former|others?|same|rest|remaining)\b"
    r"|(?:finally|later|earlier|afterwards?|eventually|soon|similarly|consequently|subsequently"
    r"|additionally|accordingly|again|other|elsewhere)\b"
    r"|(?:\S+ ){1,5}(?:therefore|also|however|nevertheless|thus)\b)",
    re.IGNORECASE,
)
# *In 1985 he ...*, *Born at the palace, he ...*; a clause before it may say who he is.
_LATE_SUBJECT = re.compile(
    r"(?!(?:when|while|if|as|because|since|although|though|once|unless|whenever|where)\b)"
    r"(?:(?:in|on|at|by|from|during|after|before|until) [\w ]{2,30},? |[^,\"“]{3,80}, )"
    r"(?:he|she|they|it)\b",
    re.IGNORECASE,
)
_SPEAKER = re.compile(r"[,”\"] (?:he|she|they|it) (?:says?|said|added|adds|told|explained|wrote)\b")


def points_back(sentence: str, code: str) -> bool:
    """Whether a sentence begins with what needs the one before it, or says *she* of its speaker.

    Args:
        sentence: in its own case.
        code: of the language (ISO 639-1).  Of one whose pronouns are not known, no sentence does;
            of others than English, the first word decides.
    """
    found = _FIRST_WORD.match(sentence)
    if found is None:
        return False
    if code != "en":
        return found[1].lower() in language(code).pronouns
    if _NOT_BACK.match(sentence):
        return False
    late = _PHRASES.match(sentence) or _LATE_SUBJECT.match(sentence) or _SPEAKER.search(sentence)
    return found[1].lower() in POINTING_BACK or late is not None
