"""Chats and transcripts: turns without time stamps, each with its speaker where it needs one.

Forms of WhatsApp, Slack, Discord, Teams, Zoom and IRC, and plain ``Name: text``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?(?:\s?[APap]\.?[Mm]\.?)?"
_DAY = (
    r"(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|(?:Today|Yesterday|[A-Z][a-z]{2,8})(?: at)?(?: \d{1,2})?)"
)
_STAMP = rf"(?:{_DAY},?[ T]\s*)?{_CLOCK}(?:\s?Z)?"
_SPEAKER = r"(?:~\s?)?(?P<speaker>\+?[^\W_][^:<>\[\]\n]{0,39}?)"
# The stamp and the speaker before what is said in the same line.
_INLINE = tuple(
    re.compile(rule)
    for rule in (
        rf"\s*[\[(]{_STAMP}[\])]\s*(?:-\s*)?<?[@+&]?{_SPEAKER}(?:>|:)\s+(?P<said>.*)",
        rf"\s*{_STAMP}\s*(?:[-\u2013|]\s*)?<[@+&~ ]?{_SPEAKER}>:?\s+(?P<said>.*)",
        rf"\s*{_STAMP}\s*(?:[-\u2013|]\s*)?(?:From )?{_SPEAKER}"
        r"(?: to \w+)?\s?:\s+(?P<said>.*)",
        rf"\s*{_SPEAKER}\s*[\[(]{_STAMP}[\])]\s*:\s*(?P<said>.*)",
    )
)
# The same in a line of their own; what is said follows.
_ALONE = tuple(
    re.compile(rule)
    for rule in (
        rf"\s*{_SPEAKER}\s*(?:[\u2014\u2013-]\s*|\s)[\[(]?{_STAMP}[\])]?\s*:?",
        rf"\s*[\[(]{_STAMP}[\])]\s*{_SPEAKER}\s*:?",
    )
)
_EVENT = re.compile(
    rf"\s*(?:[\[(]?{_STAMP}[\])]?)\s*(?:-\s)?(?:(?:-!-|\*{{1,3}}|-->|<--|={{2,}}).*"
    r"|[^:]*(?:joined|left|added|removed|created (?:the )?group|changed (?:the|this)"
    r"|end-to-end encrypted|Ende-zu-Ende-verschlüsselt"
    r"|pinned|started a call|missed (?:voice|video) call|was added|is now known as|has quit).*|)\s*"
)
_NOTHING = re.compile(
    r"[<\[(\u200e\u200f]*(?:(?:media|image|video|audio|sticker|gif|document|contact card|photo|bild"
    r"|medien)"
    r"(?: \w+)? (?:omitted|weggelassen)|medien ausgeschlossen"
    r"|diese nachricht wurde gelöscht|(?:this|you deleted this) message(?: was deleted)?"
    r"(?: by .{1,40})?"
    r"|messages and calls are end-to-end encrypted.*"
    r"|deleted|null|edited|\d+ repl(?:y|ies)(?:\W.*)?|attachment.*)[>\])\s.]*|[\W_]*"
    r"|\s*(?::[\w+-]+:\s*\d*\s*)+"
    r"|(?:hi|hey|hello|good morning|hallo|guten morgen|moin|salut|hola)"
    r"(?: (?:all|everyone|everybody|team|folks|there|zusammen|\u00e0 tous))?[\s!.,]*",
    re.IGNORECASE,
)
_TURN = re.compile(
    r"\s*(?P<speaker>[^\W\d_][\w.'’\-]*(?: [^\W\d_][\w.'’\-]*){0,2}):\s+(?P<said>\S.*)"
)
# Without its speaker, a turn with one of these would say something else.
_NEEDS_SPEAKER = re.compile(
    r"\b(?:i|i'm|i've|i'll|i'd|im|me|my|mine|we|we're|we've|we'll|us|our|ours|ich|wir|mir|mich|uns|mein\w*"
    r"|je|nous|mon|ma|yo|nosotros)\b",
    re.IGNORECASE,
)
_EMOJI = re.compile(r"(?<!\S):[a-z][\w+-]+:(?!\S)\s*")
_DIRECTIONS = "\u200e\u200f\u202a\u202c\ufeff"  # marks that phones put at the ends of a line
_FEWEST = 2
_FEWEST_PLAIN = 4  # turns of a transcript without stamps


@dataclass(frozen=True)
class Turn:
    """What one speaker says at a time.

    Attributes:
        speaker: empty where nobody is named.
    """

    speaker: str
    said: str

    @property
    def text(self) -> str:
        """What is said, behind its speaker where it needs one."""
        said = _EMOJI.sub("", self.said).strip() or self.said
        if self.speaker and _NEEDS_SPEAKER.search(said.replace("’", "'")):
            return f"{self.speaker}: {said}"
        return said


def chat_turns(lines: list[str]) -> list[Turn] | None:
    """The turns of a chat, without those that hold no words; None if the lines are no chat."""
    lines = [line.strip(_DIRECTIONS) for line in lines]
    inline = [_first_match(_INLINE, line) for line in lines]
    alone = [
        None if found else _first_match(_ALONE, line)
        for line, found in zip(lines, inline, strict=True)
    ]
    stamped = sum(map(bool, inline)) + sum(map(bool, alone))
    written = sum(bool(line.strip()) for line in lines)
    if stamped >= _FEWEST and 3 * stamped >= written:
        return _joined(lines, inline, alone)
    return _plain_turns(lines)


def _joined(
    lines: list[str], inline: list[re.Match[str] | None], alone: list[re.Match[str] | None]
) -> list[Turn]:
    turns: list[Turn] = []
    for line, here, before in zip(lines, inline, alone, strict=True):
        if _EVENT.fullmatch(line):
            continue
        if here:
            turns.append(Turn(here["speaker"].strip(), here["said"].strip()))
        elif before:
            turns.append(Turn(before["speaker"].strip(), ""))
        elif not turns:
            turns.append(Turn("", line.strip()))
        elif not _NOTHING.fullmatch(line.strip()):
            last = turns.pop()
            turns.append(Turn(last.speaker, f"{last.said} {line.strip()}".strip()))
    return [turn for turn in turns if not _NOTHING.fullmatch(turn.said)]


def _plain_turns(lines: list[str]) -> list[Turn] | None:
    """The turns of a transcript whose every line begins with one of a few speakers."""
    written = [line for line in lines if line.strip()]
    found = [_TURN.fullmatch(line) for line in written]
    speakers = [match["speaker"] for match in found if match]
    if len(speakers) < max(_FEWEST_PLAIN, 0.8 * len(written)):
        return None
    if len(set(speakers)) < 2 or 2 * len(set(speakers)) > len(speakers):
        return None
    turns: list[Turn] = []
    for line, match in zip(written, found, strict=True):
        if match:
            turns.append(Turn(match["speaker"], match["said"].strip()))
        elif turns:
            last = turns.pop()
            turns.append(Turn(last.speaker, f"{last.said} {line.strip()}"))
        else:
            turns.append(Turn("", line.strip()))
    return [turn for turn in turns if not _NOTHING.fullmatch(turn.said)]


def _first_match(rules: tuple[re.Pattern[str], ...], line: str) -> re.Match[str] | None:
    return next((found for rule in rules if (found := rule.fullmatch(line))), None)
