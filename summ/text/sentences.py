"""Sentence splitting: sentencex on paragraphs, with line breaks read the way people write them.

No text is lost: whitespace apart, the sentences joined are the input.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import sentencex

from summ.text.languages.language import language as language_of
from summ.text.words import count_words, cut_to_words, is_unsegmented

# A paragraph with a line longer than this is not wrapped by hand: its line breaks end sentences.
_WRAPPED_LINE = 100
# sentencex needs quadratic time in the number of quotation marks that are never closed, so it is
# given this many characters at once; a sentence longer than this is cut.
_PORTION = 10_000
_LONGEST_ABBREVIATION = 20  # characters
_ORDINAL = re.compile(r"\d{1,2}\.")  # "am 3. Oktober"
# Enough characters to recognise a script by.
_SAMPLE = 1000
_BULLET = re.compile(r"(?:[-*+•‣◦–—·]|\(?\d{1,3}[.)])\s")
# Ends of sentences that sentencex does not know: the marks of Khmer, Tibetan, Burmese and Ethiopic;
# in Thai and Lao a space between two long runs of letters;
_LONG_RUN = 15  # characters; shorter ones are names, numbers and their units
_SOUTHERN = "\u0e00-\u0eff"
# and in Chinese text that is typed with Western marks, a full stop between its characters.
_HAN = "\u3400-\u9fff"
_OWN_END = re.compile(
    "(?<=[\u17d4\u17d5\u0f0d\u0f0e\u104b\u1362\u1367])\\s*(?=[^\\s\u17d4\u17d5\u0f0d\u0f0e”»])"
    f"|(?<=[{_SOUTHERN}]{{{_LONG_RUN}}})\\s+(?=[{_SOUTHERN}]{{{_LONG_RUN}}})"
    f"|(?<=[{_HAN}\\])）][.!?])\\s*(?=[{_HAN}（(“《])"
)
# Where a sentence that is too long is cut, if it can be.
_CLAUSE_END = re.compile("[，、；：,;:、]")

_SCRIPTS = (
    (re.compile("[\u3040-\u30ff]"), "ja"),
    (re.compile("[\u3400-\u9fff]"), "zh"),
    (re.compile("[\u0e00-\u0e7f]"), "th"),
    (re.compile("[\u0900-\u097f]"), "hi"),
    (re.compile("[\u0600-\u06ff]"), "ar"),
    (re.compile("[\u0400-\u04ff]"), "ru"),
    (re.compile("[\u0370-\u03ff]"), "el"),
    (re.compile("[\uac00-\ud7af]"), "ko"),
)


def split_sentences(
    text: str, *, language: str | None = None, longest: int | None = None
) -> list[str]:
    """The sentences of a text, in order, each with its whitespace collapsed.

    A blank line always ends a sentence, and so does any line break in a paragraph whose lines
    are not wrapped by hand, and the one before an item of a list.

    Args:
        text: any length; split paragraph by paragraph in linear time.
        language: ISO 639-1 code, for its punctuation and abbreviations; by default guessed from the
            script of each paragraph, English for Latin letters.
        longest: cut a sentence of more words than this into stretches of at most this many (text
            without punctuation would otherwise be one endless sentence).
    """
    sentences: list[str] = []
    for paragraph in _paragraphs(text):
        code = language or guess_language(paragraph)
        for segment in _rejoined(_segments(paragraph, code), code):
            for part in [segment] if segment.isascii() else _OWN_END.split(segment):
                sentence = " ".join(part.split())
                if sentence:
                    sentences.extend(_stretches(sentence, longest))
    return sentences


def guess_language(text: str) -> str:
    """The likeliest language of the text's script (ISO 639-1); ``en`` when it is Latin."""
    sample = text[:_SAMPLE]
    if sample.isascii():
        return "en"
    counted = [(len(script.findall(sample)), language) for script, language in _SCRIPTS]
    most = max(counts for counts, _ in counted)
    letters = sum(character.isalpha() for character in sample)
    if most * 4 < letters or most == 0:
        return "en"
    # Japanese mixes kana with more numerous Chinese characters: a few kana decide.
    if counted[0][0] * 10 > letters:
        return "ja"
    return next(language for counts, language in counted if counts == most)


def _paragraphs(text: str) -> Iterator[str]:
    """Stretches that no sentence crosses, without line breaks inside."""
    lines: list[str] = []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        stripped = line.strip()
        if stripped:
            lines.append(stripped)
        elif lines:
            yield from _joined_lines(lines)
            lines = []
    if lines:
        yield from _joined_lines(lines)


def _joined_lines(lines: list[str]) -> Iterator[str]:
    """The lines of one paragraph: one stretch if wrapped by hand, else one a line or list item."""
    if any(len(line) > _WRAPPED_LINE for line in lines):
        yield from _run_on(lines)
        return
    start = 0
    for position in range(1, len(lines) + 1):
        if position == len(lines) or _BULLET.match(lines[position]):
            stretch = lines[start:position]
            yield ("" if is_unsegmented(stretch[0]) else " ").join(stretch)
            start = position


def _run_on(lines: list[str]) -> Iterator[str]:
    """Long lines, each a stretch unless a sentence plainly runs over its end."""
    stretch = lines[0]
    for before, line in itertools.pairwise(lines):
        wide = _WRAPPED_LINE / 2 < len(before) <= 2 * _WRAPPED_LINE
        if wide and line[0].islower() and (before[-1].isalpha() or before[-1] == ","):
            stretch = f"{stretch} {line}"
        else:
            yield stretch
            stretch = line
    yield stretch


def _segments(paragraph: str, language: str) -> Iterator[str]:
    """The sentences of one paragraph, split in portions of bounded length."""
    start, carried = 0, ""
    while start < len(paragraph):
        end = start + _PORTION
        if end < len(paragraph):
            space = paragraph.rfind(" ", start, end)
            end = space + 1 if space > start else end
        *whole, last = sentencex.segment(language, carried + paragraph[start:end])
        yield from whole
        # What follows the portion decides whether its last sentence ends here.
        if len(last) < _PORTION:
            carried = last
        else:
            yield last
            carried = ""
        start = end
    if carried:
        yield carried


def _rejoined(segments: Iterator[str], code: str) -> Iterator[str]:
    """The segments, those put together again that an abbreviation's full stop took apart."""
    waiting = ""
    for segment in segments:
        if waiting and len(waiting) < _PORTION and _goes_on(waiting, segment, code):
            waiting += segment
            continue
        if waiting:
            yield waiting
        waiting = segment
    if waiting:
        yield waiting


def _goes_on(before: str, after: str, code: str) -> bool:
    """Whether a sentence that seems to end with an abbreviation goes on."""
    last = before.rstrip()
    following = after.lstrip()[:1]
    if not last.endswith(".") or not following:
        return False
    token = last[-_LONGEST_ABBREVIATION:].split()[-1].lstrip("([{\"'“‘«„").lower()
    if token[-2:-1] == following == "#":  # the digits of a number: "#.## percent"
        return not after[:1].isspace()
    known = language_of(code)
    if _ORDINAL.fullmatch(token) and "#." in known.titles:
        next_word = after.split(maxsplit=1)[0].lower().rstrip(",")
        return following.isalpha() and next_word not in known.function_words
    if token in known.titles:
        return following.isalpha()
    return token in known.abbreviations and (following.islower() or following.isdigit())


def _stretches(sentence: str, longest: int | None) -> Iterator[str]:
    """The sentence, or parts of it of at most ``longest`` words."""
    if longest is None or count_words(sentence) <= longest:
        yield sentence
        return
    if is_unsegmented(sentence):
        start = 0
        while start < len(sentence):
            # A word of a spaced script is at most one unit but many characters: look ahead.
            part = cut_to_words(sentence[start : start + _PORTION], longest)
            if start + len(part) < len(sentence):
                ends = [mark.end() for mark in _CLAUSE_END.finditer(part)]
                part = part[: ends[-1]] if ends and 2 * ends[-1] > len(part) else part
            yield part
            start += len(part)
            start += sentence[start : start + 1] == " "
        return
    tokens = sentence.split()
    for first in range(0, len(tokens), longest):
        yield " ".join(tokens[first : first + longest])
