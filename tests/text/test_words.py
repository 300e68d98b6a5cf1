"""Counting and cutting words, in scripts with and without spaces."""

import re
import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from summ.text.folding import fold
from summ.text.scripts import MARKS, UNSEGMENTED
from summ.text.words import count_words, cut_to_words, is_unsegmented

MIXED = st.text(st.sampled_from([*"abé1.,-  \n\u3000", "中", "文", "か", "ไ", "한", "。"]))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        (" two\twords\n", 2),
        ("naïve café", 2),
        ("한국어 문장", 2),
        ("今天天气很好", 6),
        ("iPhone 发布了", 4),
        ("ประเทศไทย", 9),
    ],
)
def test_counts(text, count):
    assert count_words(text) == count


@given(st.text())
def test_text_with_spaces_counts_as_python_splits(text):
    if not is_unsegmented(text):
        assert count_words(text) == len(text.split())


@given(MIXED, st.integers(0, 12))
@example("111ไ", 2)
def test_a_cut_is_the_longest_beginning_within_the_limit(text, limit):
    cut = cut_to_words(text, limit)
    collapsed = " ".join(text.split())
    assert collapsed.startswith(cut)
    assert count_words(cut) <= limit
    if cut != collapsed:
        # One more character, the space before it aside, would be one word too many.
        more = collapsed[: len(cut) + 1 + (collapsed[len(cut)] == " ")]
        assert count_words(more) > limit or count_words(cut) == limit


@pytest.mark.parametrize(
    ("text", "characters"),
    [
        ("བོད་ཡིག", ["བོ", "ད", "་", "ཡི", "ག"]),  # Tibetan
        ("ภาษาที่", ["ภ", "า", "ษ", "า", "ที่"]),  # Thai
        ("ພາສາ", ["ພ", "າ", "ສ", "າ"]),  # Lao
        ("ខ្មែរ", ["ខ្", "មែ", "រ"]),  # Khmer
        ("မြန်မာ", ["မြ", "န်", "မာ"]),  # Burmese
        ("汉语", ["汉", "语"]),  # Chinese
        ("ひらカタ々ｶﾀ", [*"ひらカタ々ｶﾀ"]),  # Japanese
        ("한국어 문장", ["한국어", "문장"]),  # Korean writes spaces
    ],
)
def test_counting_and_folding_read_the_same_scripts(text: str, characters: list[str]) -> None:
    """Marks count, so that no count exceeds the limit, but are never parted from their letters."""
    assert fold(text).tokens == tuple(characters)
    joined = is_unsegmented(text)
    assert count_words(text) == (sum(map(len, characters)) if joined else len(characters))
    cut = [cut_to_words(text, limit) for limit in range(len(characters[0]), count_words(text) + 1)]
    beginnings = {("" if joined else " ").join(characters[:n]) for n in range(len(characters) + 1)}
    assert set(cut) <= beginnings


def test_the_marks_are_those_of_unicode() -> None:
    script, mark = re.compile(f"[{UNSEGMENTED}]"), re.compile(f"[{MARKS}]")
    every = (chr(code) for code in range(sys.maxunicode + 1))
    marks = {c for c in every if script.match(c) and unicodedata.category(c)[0] == "M"}
    assigned = {chr(code) for code in range(0x10000) if mark.match(chr(code))}
    assert marks <= assigned
    assert all(unicodedata.category(c) == "Cn" for c in assigned - marks)  # of a later Unicode
