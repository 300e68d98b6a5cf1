"""English: every word is one that decoding and evaluation can meet, and the sets are nested."""

from summ.text.folding import fold
from summ.text.languages import en

SETS = {name: value for name, value in vars(en).items() if isinstance(value, frozenset)}


def test_words_are_spelled_as_folding_spells_them():
    halves = {"s", "t", "d", "ll", "re", "ve", "m"}  # evaluation cuts contractions at the mark
    for name, words in SETS.items():
        for word in words - halves:
            assert fold(word).text == word, name


def test_what_breaks_off_leans_and_what_leans_may_be_repeated():
    assert en.BREAKING_OFF < en.LEANING < en.REPEATABLE
    assert en.LEANING < en.FUNCTION_WORDS
    # A particle ends a sound headline (shuts down, calls off), though none of ours.
    assert "off" in en.LEANING - en.BREAKING_OFF


def test_an_abbreviation_keeps_its_full_stop():
    for word in en.ABBREVIATIONS.replace("\\", "").split("|"):
        assert fold(f"we saw {word}. smith").text == f"we saw {word}. smith"
