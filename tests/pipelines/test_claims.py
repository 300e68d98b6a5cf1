import pytest

from summ.families.shortener.model import load_shortener
from summ.pipelines.claims import overclaims
from summ.pipelines.ordered_search import OrderedSearcher


@pytest.fixture(scope="module")
def searcher() -> OrderedSearcher:
    return OrderedSearcher(load_shortener())


@pytest.mark.parametrize(
    ("sentence", "line", "more"),
    [
        ("Bakers will close the firm if it fails to pay.", "Bakers will close the firm", True),
        ("Sales grew at a faster rate than the bank said.", "Sales grew at a faster rate", True),
        (
            "Norwick opens its first shops in Dalby on Monday.",
            "Norwick opens its first shops",
            True,
        ),
        ("The port will not open before Monday.", "The port will not open", True),
        # Somebody's opinion as a fact; what *but* takes back.
        ("The mayor should go now, bakers have said.", "The mayor should go now", True),
        ("Bakers say the mayor should go now, too.", "Bakers say the mayor should go", False),
        ("The mayor should go now, and so he did.", "The mayor should go now", False),
        ("The port may be large but it is empty.", "The port may be large", True),
        ("The port is large but it is empty.", "The port is large", False),
        ("Ann Bo promised to come but did not go.", "Ann Bo promised to come", True),
        ("Norwick wasted its money, the Tories suggest.", "Norwick wasted its money", True),
        ("Norwick wasted its money, bakers suggest.", "Norwick wasted its money", False),
        ("Bakers claim that Norwick wasted its money.", "Norwick wasted its money", True),
        ("Norwick opens its first shops in Dalby on Monday.", "Norwick opens its shops", False),
        ("Sales grew at a faster rate this year in Dalby.", "Sales grew at a faster rate", False),
        (
            "Norwick opens its first shops in Dalby on Monday.",
            "Norwick opens its first shops in Dalby",
            False,
        ),
        ("The port will open before Monday.", "The port will open", False),
        (
            "Dalby secured its first win in the cup for two years.",
            "Dalby secured its first win in the cup",
            True,
        ),
    ],
)
def test_a_line_claims_no_more_than_its_sentence(searcher, sentence, line, more):
    source = searcher.read(sentence)
    places = source.find(line)
    assert places is not None
    assert overclaims(source, places) == more
