import pytest

from summ.text.salutations import is_courtesy, without_salutation


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Hi all, the move waits.", "The move waits."),
        ("Dear Ms Roe, it will not arrive.", "It will not arrive."),
        ("Good morning everyone, the lift stands still.", "The lift stands still."),
        ("Dear old Harwick has a new bridge.", "Dear old Harwick has a new bridge."),
        ("Hello, dolly", "Dolly"),
        ("Hi all,", "Hi all,"),
    ],
)
def test_a_salutation_goes_and_nothing_else(text, rest):
    assert without_salutation(text) == rest


def test_courtesies_are_known():
    assert is_courtesy("Thank you for your order of 12 chairs.")
    assert not is_courtesy("Thankfully nobody was hurt.")
