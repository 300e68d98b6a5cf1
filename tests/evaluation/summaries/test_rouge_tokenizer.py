"""The words of ROUGE: rouge-score's own on ASCII, something sensible everywhere else."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.stem.porter import PorterStemmer
from rouge_score import tokenize as reference

from summ.evaluation.summaries.rouge_tokenizer import RougeTokenizer, words_of

ASCII = st.text(st.characters(max_codepoint=127))


@given(ASCII)
def test_ascii_words_are_those_of_rouge_score(text: str) -> None:
    assert words_of(text) == reference.tokenize(text, None)


@given(st.lists(st.from_regex(r"[A-Za-z]{1,9}(ing|ed|s|ies|ational)?", fullmatch=True)))
def test_stems_are_those_of_rouge_score(words: list[str]) -> None:
    text = " ".join(words)
    expected = reference.tokenize(text, PorterStemmer())
    tokenizer = RougeTokenizer(stem=True)
    assert tokenizer.tokenize(text) == expected
    assert tokenizer.tokenize(text) == expected  # now from memory


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Élysée café", ["élysée", "café"]),
        ("Москва, 9 мая", ["москва", "9", "мая"]),
        ("日本銀行は", ["日", "本", "銀", "行", "は"]),
        ("GDP增长3%", ["gdp", "增", "长", "3"]),
        ("한국 은행", ["한국", "은행"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("กรุงเทพ", ["ก", "รุ", "ง", "เ", "ท", "พ"]),
        ("العربية ٣", ["العربية", "٣"]),
        ("snake_case", ["snake", "case"]),
        ("co\u00adop\u200berate é", ["cooperate", "é"]),
        ("🙂 — …", []),
    ],
)
def test_words_in_other_scripts(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@given(st.text())
def test_any_text_gives_words_that_stay_words(text: str) -> None:
    words = words_of(text)
    assert all(words)
    assert words_of(" ".join(words)) == words


@given(st.text())
def test_composed_and_decomposed_letters_are_the_same(text: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert words_of(composed) == words_of(decomposed)


def test_other_alphabets_are_not_stemmed_by_english_rules() -> None:
    assert RougeTokenizer(stem=True).tokenize("étions running") == ["étions", "run"]
