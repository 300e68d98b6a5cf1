"""Things that a sentence begins with as if they were known."""

import pytest

from summ.text.taken_as_known import taken_as_known


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("The pumps were sold.", {"pump", "wer"}),
        ("The old pump was sold.", {"old", "pump"}),
        ("“The pump is old,” she said.", {"pump", "is"}),
        ("Reporting its results, the airline lost money.", {"airlin", "lost"}),
        ("The 28-year-old sold pumps.", {"28", "year", "old", "sold"}),
        ("The history of pumps is long.", set()),
        ("The man who came sold pumps.", set()),
        ("The Humber bridge was sold.", set()),
        ("The pump Anna sold is old.", set()),
        ("A pump was sold.", set()),
        ("Pumps, fires, the rain and the frost.", set()),
        ("", set()),
    ],
)
def test_a_noun_behind_the_is_taken_as_known(sentence, wanted):
    assert taken_as_known(sentence) == wanted
