"""Sentences that need the one before them."""

import pytest

from summ.text.pointing_back import points_back


@pytest.mark.parametrize(
    ("sentence", "code", "wanted"),
    [
        ("She left the board in May.", "en", True),
        ("“But nobody asked us,” the owner said.", "en", True),
        ("Butter is dearer than ever.", "en", False),
        ("It was agreed to buy a pump.", "en", False),
        ("It was agreed on Monday.", "en", True),
        ("This report is about pumps.", "en", False),
        ("This pump is old.", "en", True),
        ("The board met in May.", "en", False),
        ("Er verließ den Vorstand im Mai.", "de", True),
        ("Der Vorstand trat im Mai zusammen.", "de", False),
        ("Her er en sætning.", "da", False),  # its pronouns are not known
        ("...", "en", False),
    ],
)
def test_the_first_word_tells(sentence, code, wanted):
    assert points_back(sentence, code) is wanted
