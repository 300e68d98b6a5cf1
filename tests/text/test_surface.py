import pytest

from summ.text.folding import fold
from summ.text.surface import unfinished_names

COMMON = frozenset(
    {"the", "prime", "minister", "said", "on", "met", "in", "shares", "new", "of", "rose", "oil"}
    | {"a", "and", "prices", "rise", "cuts", "as", "former"}
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Inside a name, up to its last word.
        (
            "Yesterday Prime Minister Joe Clark met the press.",
            {"yesterday", "prime", "minister"} | {"joe"},
        ),
        ("The court in New York said so.", {"new"}),
        # A mark ends a name, and so does a word in lower case or a possessive.
        ("He met Joe, Clark and Bank of Japan in Oslo's Grand Hotel.", {"grand"}),
        # Known as the end of a name elsewhere, or as a plain word.
        ("They met Joe Clark and later Joe in a hotel.", set()),
        ("They met New Zealand and a new one.", set()),
        # A capital that is owed to the beginning of a sentence says nothing.
        ("Former Merkel aide. Shares Apple said.", set()),
        ("She said so. Merkel Angela rose.", {"merkel"}),
        # No capitals, nothing but capitals, or headline style: nothing is known.
        ("prime minister joe clark met the press", set()),
        ("PRIME MINISTER JOE CLARK MET THE PRESS", set()),
        ("Oil Prices Rise as Riyadh Cuts Shares", set()),
        ("", set()),
    ],
)
def test_words_inside_names(text: str, expected: set[str]) -> None:
    assert unfinished_names(fold(text), COMMON) == expected


def test_without_a_list_of_common_words_capitals_alone_decide() -> None:
    found = unfinished_names(fold("The Prime Minister met Joe Clark."), frozenset())
    assert found == {"the", "prime", "joe"}
