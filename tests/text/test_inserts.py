import pytest

from summ.families.shortener.model import load_shortener
from summ.text.annotated_sentence import AnnotatedSentence
from summ.text.inserts import bracketed, dashed, office_length


@pytest.fixture(scope="module")
def read():
    verbs = load_shortener().verbs
    return lambda text: AnnotatedSentence(text.split(), verbs)


@pytest.mark.parametrize(
    ("sentence", "office"),
    [
        ("Norwegian Prime Minister Ines Bo cancels all exercises", "Norwegian Prime Minister"),
        ("The new President of Ruritania Ines Bo is sworn in", "The new President of Ruritania"),
        ("The President of Ruritania is sworn in", None),
        ("President Bo cancels all exercises", None),  # one word may be no whole name
        ("The President of the Football Association has resigned", None),
        ("Prime Minister Ines Bo and King Olaf met in Lima", None),
        ("Ines Bo cancels all exercises", None),
    ],
)
def test_an_office_stands_before_a_name(read, sentence, office):
    length = office_length(read(sentence))
    assert (None if length is None else " ".join(sentence.split()[:length])) == office


def test_brackets_and_dashes_are_found_whole(read):
    words = "One in ten adults - some 22 million people - owns a boat (or two)"
    assert list(dashed(read(words))) == [(4, 10)]
    assert list(bracketed(read("Norwick Steel (NWS) was sold"))) == [(2, 3)]
