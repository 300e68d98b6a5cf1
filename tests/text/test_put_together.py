"""Tokenised texts put together: what somebody would write, with the same tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summ.text.folding import fold, is_tokenised
from summ.text.put_together import put_together

SENTENCES = [
    (
        "japan 's bank cut its rate by #.## percent , officials said .",
        "japan's bank cut its rate by 5.55 percent, officials said.",
    ),
    (
        "`` we do n't know , '' the firm -lrb- acme corp. -rrb- said ; it 'll ask .",
        "\"we don't know,\" the firm (acme corp.) said; it'll ask.",
    ),
    ("shares of acme corp. .", "shares of acme corp."),
    ("He paid $ 40 for the 3rd room # 5 .", "He paid $40 for the 3rd room # 5."),
    ('he said " no " and " yes " .', 'he said "no" and "yes".'),
]


@pytest.mark.parametrize(("tokenised", "written"), SENTENCES)
def test_it_is_what_somebody_would_write(tokenised, written):
    assert is_tokenised(tokenised) and not is_tokenised(written)
    assert put_together(fold(tokenised)) == written


MARKS = ["'s", ",", "``", "''", "-lrb-", "-rrb-", "$", "%", ";", ":", "n't"]
WORDS = [*MARKS, *["the", "bank", "##.#", "did", "said", "#", "u.s.", "old", "rates"]]


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12))
def test_no_word_is_lost_or_moved(words):
    source = fold(" ".join([*words, ","]))
    letters = [token for token in source.tokens if token.isalpha() or "#" in token]
    found = put_together(source)
    start = 0
    for letter in letters:
        start = found.index(letter.replace("#", "5"), start) + len(letter)


def test_some_of_its_words():
    source = fold("the bank 's rate , now #.# percent , fell .")
    assert put_together(source, [0, 1, 2, 3, 5, 6, 7]) == "the bank's rate now 5.5 percent"
