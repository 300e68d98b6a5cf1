import pytest

from summ.text.first_words import first_words


@pytest.mark.parametrize(
    ("text", "words", "head"),
    [
        ("The winner Ann Bo has seen her book Small Island win a prize", 9, "seen her book"),
        ("Norwick and Dalby will play the final six minutes of their match", 8, "will play"),
        ("A baker of Dalby has a plan to improve the old roads", 8, "has a plan"),
        ("A baker of Dalby has quickly opened two shops here", 6, "of Dalby"),
        ("In Dalby only the", 4, "only the"),  # four words stay, whatever they are
        ("; and so it went on and on", 5, "so it went"),
    ],
)
def test_nothing_hangs_at_the_end(text, words, head):
    assert first_words(text, words).endswith(head)
