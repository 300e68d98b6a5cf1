import pytest

from summ.families.shortener.model import load_shortener
from summ.pipelines.names import ages, given_names, offices, owners


@pytest.fixture(scope="module")
def verbs():
    return load_shortener().verbs


def split(sentence: str) -> tuple[list[str], list[str]]:
    surfaces = sentence.split()
    return [word.lower() for word in surfaces], surfaces


def left(sentence: str, gone: set[int]) -> str:
    return " ".join(w for number, w in enumerate(sentence.split()) if number not in gone)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Tony Arnvik opens a bridge", "Arnvik opens a bridge"),
        ("the plan of George W Arnvik is ready", "the plan of Arnvik is ready"),
        ("striker Thierry Arnvik and Tom Brandt win", "striker Arnvik and Brandt win"),
        ("Robert De Arnvik sings", "De Arnvik sings"),
        # Behind an office of people any first name is a given one.
        ("coach Torvald Arnvik resigns", "coach Arnvik resigns"),
        ("minister Vigdis Marit Arnvik resigns", "minister Arnvik resigns"),
        ("airline Torvald Arnvik fails", "airline Torvald Arnvik fails"),
        ("driver Torvald Arnvik Jr wins", "driver Torvald Arnvik Jr wins"),
        ("Chief Executive Torvald Arnvik resigns", "Chief Executive Arnvik resigns"),
        # A given name that stands last.
        ("George Michael sings", "George Michael sings"),
        # Whose name would not be known, whose would stay alone, whose is another's, too.
        ("Gordon Rose opens a bridge", "Gordon Rose opens a bridge"),
        ("Tom Brandt and Vigdis Arnvik win", "Tom Brandt and Vigdis Arnvik win"),
        ("Ann and Tom Arnvik win", "Ann and Tom Arnvik win"),
        ("Tom Arnvik and Ann Arnvik win", "Tom Arnvik and Ann Arnvik win"),
        ("the Tom Arnvik Foundation wins", "the Tom Arnvik Foundation wins"),
        ("Thomas Cook sells its ships", "Thomas Cook sells its ships"),
        ("tom arnvik wins", "tom arnvik wins"),
    ],
)
def test_headlines_call_people_by_their_last_names(verbs, sentence, expected):
    tokens, surfaces = split(sentence)
    assert left(sentence, given_names(tokens, surfaces, verbs)) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("singer Kim Arnvik resigns", "Kim Arnvik resigns"),
        ("Wing Kim Arnvik resigns", "Kim Arnvik resigns"),
        ("Star Kim Arnvik resigns", "Star Kim Arnvik resigns"),
        (
            "police are investigating the data services provider Arnvik",
            "police are investigating Arnvik",
        ),
        ("Norwegian record holder and radio pundit Kim Arnvik believes", "Kim Arnvik believes"),
        (
            "a duel of England and Leeds striker Kim Arnvik",
            "a duel of England and Leeds striker Kim Arnvik",
        ),
    ],
)
def test_who_somebody_is_can_go_before_the_name(verbs, sentence, expected):
    tokens, surfaces = split(sentence)
    assert left(sentence, offices(tokens, surfaces, verbs)) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Leeds 's Tom Arnvik wins", "Tom Arnvik wins"),
        ("Leeds says the country 's growth slows", "Leeds says growth slows"),
        # What it is would be another.
        ("Leeds 's Big Tom wins", "Leeds 's Big Tom wins"),
        ("he is the country 's best coach", "he is the country 's best coach"),
        ("he is the country 's oldest coach", "he is the country 's oldest coach"),
        ("he met a country 's coach", "he met a country 's coach"),
    ],
)
def test_whose_somebody_is_can_go(sentence, expected):
    tokens, surfaces = split(sentence)
    assert left(sentence, owners(tokens, surfaces)) == expected


def test_ages_can_go_before_names():
    for sentence, expected in (
        ("Ten-year-old Kim wins", "Kim wins"),
        ("ten-year-old horses win", "ten-year-old horses win"),
    ):
        assert left(sentence, ages(*split(sentence))) == expected
