"""Alignment of a summary with its source."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summ.text.alignment import align, support

SOURCE = "The mayor did not approve the plan for 14 new buses, the council said on Monday."


def kept(alignment) -> str:
    return "|".join(one.text.strip() for one in alignment.source if one.aligned)


def failing(alignment) -> list[tuple[str, str]]:
    return [(one.kind, one.word) for one in alignment.checks if not one.holds]


@given(st.text(max_size=60), st.text(max_size=30))
def test_the_stretches_of_a_text_are_the_text(source, summary):
    found = align(source, summary)
    assert "".join(one.text for one in found.source) == source
    assert "".join(one.text for one in found.summary) == summary


def test_every_choice_of_different_words_is_found_where_it_stands():
    words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"]
    for size in range(1, len(words) + 1):
        for chosen in combinations(words, size):
            found = align(" ".join(words), " ".join(chosen))
            marked = [word for one in found.source if one.aligned for word in one.text.split()]
            assert marked == list(chosen)


def test_runs_are_kept_whole_and_case_marks_and_genitives_do_not_count():
    found = align("Lomask's port, the port of ships, was closed.", "The port of lomask closed")
    assert kept(found) == "Lomask's|the port of|closed"


def test_a_word_in_another_order_is_found_too():
    assert kept(align("Rivers rose in the north", "North rivers rose")) == "Rivers rose|north"


def test_invented_words_and_numbers_are_told():
    found = align(SOURCE, "Mayor did not approve 15 trams")
    assert [one.text.strip() for one in found.summary if not one.aligned and one.text.strip()] == [
        "15",
        "trams",
    ]
    assert failing(found) == [("number", "15")]


@pytest.mark.parametrize("summary", ["Mayor approves the plan", "Mayor did approve the plan"])
def test_a_denial_that_is_left_out_before_a_kept_word_is_told(summary):
    assert failing(align(SOURCE, summary)) == [("negation", "not")]


@pytest.mark.parametrize(
    ("source", "summary"),
    [
        (SOURCE, "Mayor did not approve the plan"),
        (SOURCE, "The council said on Monday"),
        ("She didn’t sign it.", "She didn't sign"),
        ("No. The bridge stays open.", "The bridge stays open"),
    ],
)
def test_a_denial_that_stands_or_goes_with_its_words_is_no_error(source, summary):
    assert failing(align(source, summary)) == []


def test_characters_are_the_words_of_scripts_without_spaces():
    assert kept(align("今天北京下雨", "北京下雨")) == "北京下雨"


def test_support_is_the_share_of_telling_words():
    shares = support("The bridge was closed", ["A bridge closed", "The bridge is open", ""])
    assert shares == [1.0, 0.5, 0.0]
