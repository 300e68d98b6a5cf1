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
        ("As a result, the pump was sold.", "en", True),
        ("In this way the pump was sold.", "en", True),
        ("In this paper we sell pumps.", "en", False),
        ("Some of them were sold.", "en", True),
        ("The two pumps were sold.", "en", True),
        ("The pump was also sold.", "en", True),
        ("Later, the pump was sold.", "en", True),
        ("In 1985 she left the board.", "en", True),
        ("Born in Hull, he sold pumps.", "en", True),
        ("When Ann came, she sold the pump.", "en", False),  # the clause says who
        ("The pump is old, she said.", "en", True),
        ("The pump is old, the owner said.", "en", False),
        ("Er verließ den Vorstand im Mai.", "de", True),
        ("Der Vorstand trat im Mai zusammen.", "de", False),
        ("Her er en sætning.", "da", False),  # its pronouns are not known
        ("...", "en", False),
    ],
)
def test_its_beginning_tells(sentence, code, wanted):
    assert points_back(sentence, code) is wanted
