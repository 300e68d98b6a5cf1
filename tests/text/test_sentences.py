"""Sentence splitting: borders where people see them, and never a lost letter."""

import pytest
import sentencex
from hypothesis import given, settings
from hypothesis import strategies as st

from summ.text.sentences import guess_language, split_sentences
from summ.text.words import count_words


def without_spaces(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", []),
        (" \n\t\n ", []),
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Dr. Smith left. He ran.", ["Dr. Smith left.", "He ran."]),
        ("A heading\n\nThe text begins.", ["A heading", "The text begins."]),
        ("A line that\nwas wrapped. Next.", ["A line that was wrapped.", "Next."]),
        ("Things:\n- one\n- two", ["Things:", "- one", "- two"]),
        (f"Title\n{'long ' * 30}\nEnd", ["Title", ("long " * 30).strip(), "End"]),
        ("Aha.\r\n\r\nBoth of\rthem. Come.", ["Aha.", "Both of them.", "Come."]),
        (
            "stocks fell #.## points . the dollar rose to ##,###.## .",
            ["stocks fell #.## points .", "the dollar rose to ##,###.## ."],
        ),
        ("今天好。我们走！", ["今天好。", "我们走！"]),
        ("今天\n好。", ["今天好。"]),
        ("पहला वाक्य। दूसरा वाक्य।", ["पहला वाक्य।", "दूसरा वाक्य।"]),
    ],
)
def test_borders(text, sentences):
    assert split_sentences(text) == sentences


BITS = [
    *".!?\"'“”«»()\n\r\t \x85\u2028",
    "\n\n",
    "- ",
    "1. ",
    "Mr. ",
    "word",
    "Ünï",
    "中文。",
    "ไทย",
]


@given(st.lists(st.sampled_from(BITS) | st.text(max_size=5), max_size=60).map("".join))
@settings(deadline=None)
def test_no_letter_is_lost(text):
    sentences = split_sentences(text)
    assert without_spaces("".join(sentences)) == without_spaces(text)
    assert all(sentence == " ".join(sentence.split()) != "" for sentence in sentences)


@given(
    st.lists(st.sampled_from([*BITS, "w " * 30, "字" * 30]), max_size=30).map("".join),
    st.integers(1, 20),
)
@settings(deadline=None)
def test_no_sentence_is_longer_than_allowed(text, longest):
    sentences = split_sentences(text, longest=longest)
    assert without_spaces("".join(sentences)) == without_spaces(text)
    assert all(1 <= count_words(sentence) <= longest for sentence in sentences)


@pytest.mark.parametrize("unit", ["word ", "x", "“ He said. ", "« a. ", "a\n", "字", "?! ", "\n "])
def test_huge_texts_are_split_in_portions(unit, monkeypatch):
    """sentencex is quadratic in open quotation marks: it must never see much, nor twice."""
    handed: list[int] = []
    segment = sentencex.segment

    def counted(language: str, text: str) -> list[str]:
        handed.append(len(text))
        return segment(language, text)

    monkeypatch.setattr(sentencex, "segment", counted)
    text = (unit * 400_000)[:400_000]
    sentences = split_sentences(text, longest=50)
    assert without_spaces("".join(sentences)) == without_spaces(text)
    assert max(handed, default=0) <= 20_000
    assert sum(handed) <= 2 * len(text)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Plain English.", "en"),
        ("Café crème", "en"),
        ("", "en"),
        ("Он сказал, что да.", "ru"),
        ("今天天气很好", "zh"),
        ("今日は天気が良い", "ja"),
        ("ประเทศไทย", "th"),
        ("The word 中文 in English text.", "en"),
        ("Ελληνικά", "el"),
    ],
)
def test_language_by_script(text, language):
    assert guess_language(text) == language


def test_a_sentence_runs_over_the_end_of_a_wide_line():
    wide = f"The harbour board said that it wants to shut the {'old ' * 12}port, and the town"
    assert split_sentences(f"{wide}\nagreed. The ferry stops.") == [
        f"{wide} agreed.",
        "The ferry stops.",
    ]
    assert split_sentences(f"{wide}\nAgreed.") == [wide, "Agreed."]


def test_chinese_with_western_marks_and_without_half_words():
    assert split_sentences("水位上涨.大桥关闭.用时3.5小时.") == [
        "水位上涨.",
        "大桥关闭.",
        "用时3.5小时.",
    ]
    text = "水位上涨到三米，大桥关闭两个星期，学生放假"
    assert split_sentences(text, longest=18) == ["水位上涨到三米，大桥关闭两个星期，", "学生放假"]


def test_a_number_before_a_word_with_content_ends_no_german_sentence():
    text = "Im 19. Jahrhundert kam er. Er war 12. Seine Mutter lebte am 3. Oktober noch."
    assert split_sentences(text, language="de") == [
        "Im 19. Jahrhundert kam er.",
        "Er war 12.",
        "Seine Mutter lebte am 3. Oktober noch.",
    ]
