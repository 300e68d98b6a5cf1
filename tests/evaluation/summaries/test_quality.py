"""What ROUGE does not see, on texts small enough to count by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from summ.evaluation.summaries.faithfulness import unsupported_names, unsupported_numbers
from summ.evaluation.summaries.pairs import Texts
from summ.evaluation.summaries.quality import agreement, quality

SOURCE = (
    "The Federal Bureau of Investigation said China had arrested five U.S. citizens and 1,200 "
    "others, Jean-Claude Juncker's spokesman told Reuters in 2019."
)


def test_rates_are_those_counted_by_hand() -> None:
    found = quality(
        ["the cat sat on the mat", "a dog", "", "cat of"],
        ["the cat sat on a mat", "a cat ran by", "x y", "cat and dog"],
    )
    # 6 + 1 + 0 + 1 of 10 words; "the" is repeated; two thirds of 3 novel bigrams ...
    assert found.copy_rate == pytest.approx(8 / 10)
    assert found.novel_ngrams is not None
    assert found.novel_ngrams[0] == pytest.approx(2 / 10)
    # Bigrams: 5 + 1 + 0 + 1; new are "the mat", "a dog", "cat of"; "on the" is new too.
    assert found.novel_ngrams[1] == pytest.approx(4 / 7)
    assert found.repeat_rate == pytest.approx(1 / 4)
    assert found.repeat_rate_content == 0
    assert found.repeated_words == pytest.approx(1 / 10)
    assert found.compression_ratio == pytest.approx((6 / 6 + 2 / 4 + 0 / 2 + 2 / 3) / 4)
    assert found.dangling_rate == pytest.approx(1 / 4)
    assert found.empty_rate == pytest.approx(1 / 4)
    assert found.lengths == {6: 1, 2: 2, 0: 1}


def test_a_repeated_content_word_is_told_from_a_repeated_article() -> None:
    found = quality(["the cat and the dog", "cat bites cat", "one two"])
    assert found.repeat_rate == pytest.approx(2 / 3)
    assert found.repeat_rate_content == pytest.approx(1 / 3)


def test_without_sources_there_is_nothing_to_copy_from() -> None:
    found = quality(["a cat"])
    assert found.copy_rate is None and found.compression_ratio is None
    assert found.hallucination_rate is None and found.novel_ngrams is None
    assert found.to_dict()["copy_rate"] is None


def test_an_empty_source_has_no_compression_ratio() -> None:
    assert quality(["a", "a b"], ["", "a b c d"]).compression_ratio == pytest.approx(0.5)
    assert quality(["a"], [""]).compression_ratio is None


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_a_copy_is_all_copied_and_supported(texts: list[str]) -> None:
    found = quality(texts, texts)
    assert found.copy_rate == 1
    assert found.hallucination_rate == 0


@given(st.lists(st.tuples(st.text(), st.text()), min_size=1, max_size=4))
def test_every_rate_is_a_share(pairs: list[tuple[str, str]]) -> None:
    found = quality([summary for summary, _ in pairs], [source for _, source in pairs])
    rates = [
        found.copy_rate,
        found.repeat_rate,
        found.repeat_rate_content,
        found.repeated_words,
        found.hallucination_rate,
        found.dangling_rate,
        *(found.novel_ngrams or ()),
    ]
    assert all(rate is not None and 0 <= rate <= 1 for rate in rates)
    assert found.repeat_rate_content <= found.repeat_rate


@pytest.mark.parametrize(
    ("summary", "numbers"),
    [
        ("China arrested 1200 and 5 others", []),
        ("China arrested six", ["6"]),
        ("arrested in 2020", ["2020"]),
        ("three hundred and 1,201", ["1201", "3"]),
        ("one man arrested", []),
        ("#,### arrested in ####", []),
        ("## arrested", ["##"]),
    ],
)
def test_numbers_that_the_source_does_not_hold(summary: str, numbers: list[str]) -> None:
    assert sorted(unsupported_numbers(summary, SOURCE)) == numbers


def test_a_masked_source_supports_any_number_of_its_shape() -> None:
    assert unsupported_numbers("12 die", "## people died") == []
    assert unsupported_numbers("123 die", "## people died") == ["123"]


@pytest.mark.parametrize(
    ("summary", "names"),
    [
        ("FBI says China holds Americans", ["Americans"]),
        ("the Chinese hold Juncker", []),
        ("Beijing holds US citizens", []),
        ("talks with Beijing and the CIA", ["Beijing", "CIA"]),
        ("spokesman for Jean-Claude Juncker", []),
        ("China Arrests Five United Kingdom Citizens Abroad", []),
        ("china holds citizens of france", []),
        ("told Reuters's man in Paris.", ["Paris"]),
        ("It said so. Paris is far", []),
        ("hit by UNK in china", []),
    ],
)
def test_names_that_the_source_does_not_hold(summary: str, names: list[str]) -> None:
    assert unsupported_names(summary, SOURCE) == names


@pytest.mark.parametrize(
    ("summary", "dangles"),
    [
        ("talks held in", True),
        ("talks held in the", True),
        ("Talks stall AND", True),
        ("leaders of,", True),
        ("plant shuts down", False),
        ("talks in ####", False),
        ("talks", False),
        ("", False),
    ],
)
def test_summaries_that_break_off(summary: str, dangles: bool) -> None:
    assert quality([summary]).dangling_rate == dangles


def test_agreement_is_spearmans() -> None:
    generator = np.random.default_rng(0)
    a = generator.normal(size=40)
    b = a + generator.normal(size=40)
    table = agreement({"a": a, "b": b, "still": np.ones(40)})
    assert table["a"]["b"] == pytest.approx(stats.spearmanr(a, b).statistic)
    assert table["a"]["a"] == pytest.approx(1)
    assert table["a"]["still"] is None
    a_with_gap = a.copy()
    a_with_gap[3] = np.nan
    expected = stats.spearmanr(np.delete(a, 3), np.delete(b, 3)).statistic
    assert agreement({"a": a_with_gap, "b": b})["a"]["b"] == pytest.approx(expected)


def test_references_of_gigaword_copy_half_and_rarely_break_off(gigaword: Texts) -> None:
    """Our own count (RECIPES: references copy 45 %, by whitespace words)."""
    found = quality([line[0] for line in gigaword.references], gigaword.sources)
    assert found.copy_rate == pytest.approx(0.472, abs=0.001)
    assert found.dangling_rate < 0.015
