"""Subtitles (.srt, .vtt): what is said, without numbers, times, tags and sounds."""

from __future__ import annotations

import re

from summ.text.chats import Turn

_TIMES = re.compile(r"\s*(?:\d{1,3}:)?\d{1,2}:\d{2}[,.]\d{1,3}\s*-->.*")
_TAG = re.compile(r"</?[^<>\n]{1,80}>|\{\\?[^{}\n]{1,40}\}")
_VOICE = re.compile(r"<v(?:\.[\w.]+)?\s+([^<>]+)>")
_SOUND = re.compile(
    r"\[[^\]\n]*\]|\((?=[^a-z)]*\)|[^)]{0,40}(?:music|applause|laugh|sigh|cheer|noise|ing)\w*\))"
    r"[^)\n]*\)|[♪♫#*]+[^♪♫\n]*[♪♫]+|[♪♫]"
)
_SPEAKER = re.compile(
    r"\s*(?:[-–—]\s*)?(?:>>+\s*)?(?P<speaker>[A-Z][A-Z .'’\-0-9]{1,30}"
    r"|[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,2}):\s+(?P<said>.*)"
)
_NEW_TURN = re.compile(r"\s*(?:[-–—]\s*|>>+\s*)(?=\S)")
_CREDIT = re.compile(
    r".*\b(?:subtitles?|captions?|captioned|synced|sync|corrected|transcript(?:ion)?|translated)\b.{0,20}"
    r"\b(?:by|from)\b.*|.*(?:opensubtitles|addic7ed|www\.|https?://).*|(?:subtitles|captions)\W*",
    re.IGNORECASE,
)
_FEWEST_REPEATED = 3  # words
_SETTING = ("WEBVTT", "NOTE", "STYLE", "REGION")


def subtitle_text(text: str) -> str:
    """What is said, a paragraph a speaker, who is named where the words need it.

    Sentences run on over cues.  What a cue repeats of the one before (rolling captions) is left
    out.
    """
    turns: list[Turn] = []
    said: list[str] = []
    speaker = ""
    for line in _spoken_lines(text):
        named = _SPEAKER.fullmatch(line)
        if named and speaker and _name(named["speaker"]) == speaker:  # cues that repeat the name
            line, named = named["said"], None
        if named or _NEW_TURN.match(line):
            turns.append(Turn(speaker, " ".join(said)))
            said, speaker = [], _name(named["speaker"]) if named else ""
            line = named["said"] if named else _NEW_TURN.sub("", line)
        if said and not named:
            line = without_repeated(said[-1], line)
        if line.strip():
            said.append(line.strip())
    turns.append(Turn(speaker, " ".join(said)))
    return "\n\n".join(turn.text for turn in turns if turn.said)


def without_repeated(before: str, line: str) -> str:
    """What a line adds to the one before, where its beginning repeats the end of that.

    At least three words, or all of the line before.
    """
    old, new = before.split(), line.split()
    for count in range(min(len(old), len(new)), 0, -1):
        if old[-count:] == new[:count] and (count >= _FEWEST_REPEATED or count == len(old)):
            return " ".join(new[count:])
    return line


def _name(speaker: str) -> str:
    """A speaker's name, its capitals as in a sentence."""
    return speaker.title() if speaker.isupper() and len(speaker) > 3 else speaker


def _spoken_lines(text: str) -> list[str]:
    """The lines of all cues without tags and sounds."""
    kept: list[str] = []
    for block in re.split(
        r"\n[ \t]*\n", text.replace("\r\n", "\n").replace("\r", "\n").strip("\ufeff\n ")
    ):
        lines = [line.strip() for line in block.split("\n")]
        times = next((place for place, line in enumerate(lines) if _TIMES.fullmatch(line)), None)
        if times is None:
            if lines[0].startswith(_SETTING) or not kept or lines[0].isdigit():
                continue
            times = -1  # a blank line inside a cue
        for line in lines[times + 1 :]:
            if _TIMES.fullmatch(line):
                continue
            line = _SOUND.sub(" ", _TAG.sub("", _VOICE.sub(r"\1: ", line)))
            line = " ".join(line.split())
            if any(map(str.isalnum, line)) and not _CREDIT.fullmatch(line):
                kept.append(line)
    return kept
