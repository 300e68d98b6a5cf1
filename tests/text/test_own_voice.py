"""Quotations in which somebody speaks of himself."""

import pytest

from summ.text.own_voice import is_own_voice


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("“I sold the pump,” said Ann.", True),
        ('"Our pump is old," said Ann.', True),
        ("“The pump is old,” said Ann.", False),
        ("We sold the pump.", False),  # the text's own voice
    ],
)
def test_a_mark_and_a_pronoun_tell(sentence, wanted):
    assert is_own_voice(sentence) is wanted
