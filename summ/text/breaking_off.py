"""Breaking a sentence off: where nothing can shorten it and it does not fit, its beginning.

An ellipsis says that it goes on.  It ends with a clause if it can, else between two words; where
no spaces are written, at those ends of words that can be known without a dictionary: spaces,
changes of script, function words, the kana behind which another word's characters begin, and in
Chinese between characters that seldom stand side by side.
"""

from __future__ import annotations

import re

from summ.text.chinese_words import word_ends
from summ.text.scripts import MARKS
from summ.text.words import count_words, cut_to_words, is_unsegmented

_CLAUSE_END = re.compile(
    r"[,;:،؛，、；：·\u2013\u2014](?=\s|$)|[，、；：၊\u0f0d]|(?<=[\u0e00-\u0e7f])\s(?=[\u0e00-\u0e7f])"
)
_LIST_MARK = "、"  # of Chinese; in Japanese it ends clauses
_LEAST_CLAUSE = 0.4  # of the words that a clause must fill to be worth its end
_TRAILING = ' ,;:،؛，、；：·၊\u200b\u0f0d-\u2013\u2014(“"«„「『（'
_ELLIPSIS = "…"
_HIRAGANA, _KATAKANA = r"\u3041-\u309f", r"\u30a0-\u30ff\uff66-\uff9f"
_HAN = r"\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
_SOUTHERN = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
_OTHER = r"0-9A-Za-z\u00c0-\u024f\uff10-\uff5a"
# The empty places where a word surely ends.
_WORD_END = re.compile(
    rf"(?=\s|\u200b)|(?<=[{_HIRAGANA}])(?=[{_HAN}{_KATAKANA}])|(?<=[{_KATAKANA}])(?=[{_HAN}])"
    rf"|(?<=[{_HAN}])(?=[{_KATAKANA}])|(?<=[{_SOUTHERN}])(?=[{_OTHER}])"
    rf"|(?<=[{_OTHER}])(?=[{_SOUTHERN}])|(?<=[”」』》）)])(?=\w)|(?<=\u0f0b)"
)
# Places inside a syllable: before a mark or a final consonant (Burmese), behind a sign that stacks
# the next consonant (Burmese, Khmer) or a vowel written before its consonant (Thai, Lao).
_INSIDE = re.compile(
    rf"(?=[{MARKS}\u0300-\u036f\u200d])|(?=[\u1000-\u102a][\u1039\u103a])"
    r"|(?<=[\u1039\u17d2\u200d\u0e40-\u0e44\u0ec0-\u0ec4])"
)
_ANY_HAN, _KANA = re.compile(f"[{_HAN}]"), re.compile(f"[{_HIRAGANA}{_KATAKANA}]")
_LONG_FUNCTION_WORD = 4  # characters; shorter ones also stand inside other words


def break_off(sentence: str, words: int, function_words: frozenset[str] = frozenset()) -> str:
    """The beginning of a sentence within so many words; the sentence itself if it fits.

    Args:
        sentence: without line breaks.
        words: the most, at least 1 (characters in scripts without spaces).
        function_words: of the language; where no spaces are written, a word ends before a long one.
    """
    if count_words(sentence) <= words:
        return sentence
    # Where characters are words, the ellipsis is one.
    room = words - 1 if is_unsegmented(sentence) and words > 1 else words
    head = cut_to_words(sentence, room)
    if not _CLAUSE_END.match(sentence, len(head)):
        least = _LEAST_CLAUSE * words
        clauses = _clause_ends(sentence, head)
        if clauses and count_words(head[: clauses[-1]]) >= least:
            head = head[: clauses[-1]]
        elif is_unsegmented(sentence):
            ends = [end for end in _word_ends(sentence, function_words) if end <= len(head)]
            if ends and count_words(head[: ends[-1]]) >= least:
                head = head[: ends[-1]]
            else:
                head = head[: _syllable_end(sentence, len(head))]
    head = head.rstrip(_TRAILING) or head
    return head if count_words(head + _ELLIPSIS) > words else head + _ELLIPSIS


def _clause_ends(sentence: str, head: str) -> list[int]:
    """Where clauses end within the head of a sentence; half a list of Chinese is none."""
    found = _CLAUSE_END.finditer(head)
    listed = _LIST_MARK if _is_chinese(sentence) else ""
    return [one.start() for one in found if one.group() != listed]


def _is_chinese(sentence: str) -> bool:
    """Whether a sentence has Chinese characters and no kana."""
    return _ANY_HAN.search(sentence) is not None and not _KANA.search(sentence)


def _syllable_end(sentence: str, end: int) -> int:
    """The last place up to ``end`` that is not inside a syllable; ``end`` if there is none."""
    return next((place for place in range(end, 0, -1) if not _INSIDE.match(sentence, place)), end)


def _word_ends(sentence: str, function_words: frozenset[str]) -> list[int]:
    """Places behind which another word begins, in order."""
    ends = {found.start() for found in _WORD_END.finditer(sentence)}
    if _is_chinese(sentence):
        ends.update(word_ends(sentence))
    long = [re.escape(word) for word in function_words if len(word) >= _LONG_FUNCTION_WORD]
    if long:
        ends |= {found.start() for found in re.finditer("|".join(sorted(long)), sentence)}
    return sorted(ends - {0})
