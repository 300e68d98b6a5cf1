"""Minutes of meetings: what was said, without who came, when it ended and when the next one is."""

from __future__ import annotations

import re

_IGNORE = re.IGNORECASE
_ABOUT = re.compile(
    r"(?:present|in attendance|attendees|attending|participants|apologies(?: for absence)?|absent"
    r"|regrets|chair(?:ed by)?|minutes(?: taken)? by|minute[- ]taker|note[- ]taker|secretary|date"
    r"|time|place|venue|location|next meeting|distribution|cc|anwesend\w*|teilnehmer\w*"
    r"|(?:un)?entschuldigt|(?:protokoll|schrift)(?:ant(?:in)?|führer(?:in)?|führung)?|vorsitz\w*|ort"
    r"|datum|zeit|beginn|ende|nächster? (?:termin|sitzung)|présente?s?|absent[es]*(?: excusés?)?"
    r"|excusés?|secrétaire(?: de séance)?|prochaine (?:réunion|séance)|asistentes|ausentes"
    r"|secretari[oa]|fecha|lugar|próxima (?:reunión|sesión)|presenti|assenti|segretari[oa]"
    r"|aanwezig|afwezig|notulist)\s*:\s*\S.*"
    r"|minutes|protokoll|niederschrift|compte[- ]rendu|procès-verbal|acta|verbale|notulen"
    r"|(?:the )?(?:meeting|session) (?:was )?(?:closed|opened|ended|began|started|adjourned"
    r"|called to order)\b[^.]{0,40}\d[^.]{0,12}\.?",
    _IGNORE,
)
_FEWEST = 2


def without_meeting(lines: list[str]) -> list[str]:
    """The lines without those about the meeting itself, if at least two are."""
    about = [_ABOUT.fullmatch(line.strip()) is not None for line in lines]
    if sum(about) < _FEWEST:
        return lines
    kept = ["" if gone else line for line, gone in zip(lines, about, strict=True)]
    return kept if any(map(str.strip, kept)) else lines


# Sentences of running minutes that say the same.
_MEETING = re.compile(
    r"(?:\d+[.)]\s*)?(?:the )?minutes of .*"
    r"\b(?:approved|accepted|adopted|confirmed|read|signed)\b.*"
    r"|.*\b(?:opened|closed|adjourned) the (?:meeting|session)\b.*"
    r"|.*\bheld its \S+ (?:\S+ )?(?:meeting|session)\b.*"
    r"|.*\bmet on \d.*\b(?:present|represented)\W*"
    r"|[\w-]+ (?:\w+ )?(?:members|households|residents|people|parents|delegates) "
    r"(?:were (?:present|represented)|attended)\W*"
    r"|(?:the |our )?next (?:meeting|session) (?:is|was|will be|takes)\b.*"
    r"|(?:present|in attendance|apologies(?: for absence)?|absent)\s*:.*"
    # German, French, Spanish.
    r"|.*\b(?:begrüßt|eröffnet|schließt)\w* (?:die|den) (?:anwesende|sitzung|versammlung)\w*\b.*"
    r"|.*\bbeschlussfähigkeit\b.*|die nächste sitzung\b.*\d.*"
    r"|.*\b(?:ouvre|lève|clôt) la (?:séance|réunion)\b.*|.*\bla séance est (?:ouverte|levée)\b.*"
    r"|(?:ouverture|clôture) de (?:la )?(?:séance|réunion)\W*|begrüßung\W*"
    r"|.*\b(?:abre|levanta|cierra) la (?:sesión|reunión)\b.*",
    _IGNORE,
)
_DECISION = re.compile(
    r"\b(?:(?:was|were|has been) (?:approved|rejected|adopted|agreed|carried|postponed|elected)"
    r"|(?:it was|they|committee|council|board|group|meeting|members) (?:\w+ly )?"
    r"(?:decided|agreed|resolved|voted|approved|rejected|adopted|chose)"
    r"|beschließ(?:t|en)|beschl(?:oss|ossen)|einstimmig|genehmigt|abgelehnt|angenommen"
    r"|(?:le conseil|le comité|l'assemblée|la commission|le bureau)\b.{0,40}\b"
    r"(?:décide|adopte|approuve|rejette|vote)|à l'unanimité|(?:se )?(?:acuerda|aprueba|rechaza)n?"
    r"|por unanimidad)\b",
    _IGNORE,
)


def is_about_meeting(sentence: str) -> bool:
    """Whether a sentence of minutes says nothing but that and when people met."""
    return _MEETING.fullmatch(sentence.strip()) is not None


def states_decision(sentence: str) -> bool:
    """Whether a sentence of minutes says what was decided."""
    return _DECISION.search(sentence) is not None
