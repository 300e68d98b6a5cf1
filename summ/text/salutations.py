"""Greetings and courtesies of English letters: what they say is not what a letter says."""

from __future__ import annotations

import re

_SALUTATION = re.compile(
    r"\s*(?:(?:Hi|Hello|Hey|Dear)(?: [^\s,.:!?]+){0,4}"
    r"|Good (?:morning|afternoon|evening|day)(?: [^\s,.:!?]+){0,3})[,:!.]\s+(?=\w)"
)
_COURTESY = re.compile(
    r"(?:Thank you|Thanks|Many thanks|Sorry|Apologies|I hope (?:you|this)|Hope (?:you|this)"
    r"|Best regards|Kind regards|Please find attached|Have a (?:nice|good|great))\b"
)


def without_salutation(text: str) -> str:
    """The text without *Dear Ms Roe,* at its beginning; itself if nothing else would remain."""
    match = _SALUTATION.match(text)
    if match is None:
        return text
    rest = text[match.end() :]
    return rest[:1].upper() + rest[1:]


def is_courtesy(sentence: str) -> bool:
    """Whether a sentence thanks, greets or excuses."""
    return _COURTESY.match(sentence) is not None
