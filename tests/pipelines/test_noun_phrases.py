import pytest

from summ.families.shortener.model import load_shortener
from summ.pipelines.noun_phrases import adverbs, people, quantities, restrictions


@pytest.fixture(scope="module")
def verbs():
    return load_shortener().verbs


def left(sentence: str, gone: set[int]) -> str:
    return " ".join(w for number, w in enumerate(sentence.split()) if number not in gone)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("rebels kidnap a group of tourists", "rebels kidnap tourists"),
        ("a number of young people protest", "young people protest"),
        ("rebels kidnap a group of one", "rebels kidnap a group of one"),
        ('offers from " a number of firms "', 'offers from " a number of firms "'),
        ("a series of the mayor 's", "a series of the mayor 's"),
    ],
)
def test_a_group_of_things_is_the_things(sentence, expected):
    assert left(sentence, quantities(sentence.split())) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("trust is simultaneously eroding", "trust is eroding"),
        ("displaced people are seriously hurt", "displaced people are hurt"),
        # Without these a claim would say more, or nothing.
        ("the bridge is nearly closed", "the bridge is nearly closed"),
        ("he was reportedly killed", "he was reportedly killed"),
        ("a privately held firm", "a privately held firm"),
        ("sales fell more slowly now", "sales fell more slowly now"),
        ("sales fell slowly", "sales fell slowly"),
        ("Bo promised to comply but fell", "Bo promised to comply but fell"),
        ("Bo began to slowly open bridges", "Bo began to open bridges"),
    ],
)
def test_adverbs_of_manner_can_go(verbs, sentence, expected):
    assert left(sentence, adverbs(sentence.split(), verbs)) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("the mayor opens a new bridge", "the mayor opens a bridge"),
        ("the mayor of New Harwick", "the mayor of New Harwick"),
        ("a bridge that is new and green", "a bridge that is new and green"),
        ("a very young mayor", "a very young mayor"),
        ("a decades-long dispute", "a dispute"),
        ("the city-owned airport", "the airport"),
        # These make it another thing, or say how much.
        ("left-leaning voters", "left-leaning voters"),
        ("anti-cheating rules", "anti-cheating rules"),
        ("a higher-than-expected profit", "a higher-than-expected profit"),
        ("Ann Bo-Harding wins", "Ann Bo-Harding wins"),
        ("the own goal of Harwick", "the own goal of Harwick"),
    ],
)
def test_adjectives_that_only_tell_more_can_go(sentence, expected):
    surfaces = sentence.split()
    tokens = [word.lower() for word in surfaces]
    assert left(sentence, restrictions(tokens, surfaces)) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("ten people are killed and four others are hurt", "ten are killed and four are hurt"),
        ("## people were injured", "## were injured"),
        ("ten people are happy", "ten people are happy"),
        ("many people are killed", "many people are killed"),
    ],
)
def test_a_number_of_victims_needs_no_people(sentence, expected):
    assert left(sentence, people(sentence.split())) == expected
