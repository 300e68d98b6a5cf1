"""Typos: every slip of every word is as likely as any other."""

from collections import Counter

import pytest

from summ.text.typos import with_typo


def test_a_typo_is_one_of_the_three_slips_of_one_word() -> None:
    """Of "an oven": place 1 is the only one whose pair leaves the last letter alone."""
    found = Counter(with_typo("an oven", (n % 10) / 10, n // 10 / 30) for n in range(300))
    assert found == {"an oevn": 100, "an oen": 100, "an ovven": 100}


def test_all_places_of_all_words_are_equally_likely() -> None:
    found = Counter(with_typo("tulips at noon", (n + 0.5) / 500, 0.0) for n in range(500))
    typed = ("tluips at noon", "tuilps at noon", "tulpis at noon", "tulips at noon")
    assert found == dict.fromkeys(typed, 125)


@pytest.mark.parametrize("text", ["", "at the end", "1999 12,000 b-52s"])
def test_a_text_of_short_words_stays(text: str) -> None:
    assert with_typo(text, 0.9, 0.9) == " ".join(text.split())
