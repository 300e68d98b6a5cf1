import pytest

from summ.families.shortener.model import load_shortener
from summ.text.annotated_sentence import AnnotatedSentence
from summ.text.reported_speech import intentions
from summ.text.shortenings import without


@pytest.fixture(scope="module")
def verbs():
    return load_shortener().verbs


@pytest.mark.parametrize(
    ("sentence", "shorter"),
    [
        ("The mayor has said he will close the bridge", "The mayor will close the bridge"),
        ("Norwick says that it plans to sell rails", "Norwick plans to sell rails"),
        ("The band said they are willing to tour", "The band are willing to tour"),
        ("Norwick Steel said it has acquired a mill", "Norwick Steel has acquired a mill"),
        ("Norwick Steel said it agreed to buy a mill", "Norwick Steel agreed to buy a mill"),
        # What somebody says of anything but his own deeds stays what he says.
        ("The suspect said he was not at home", None),
        ("The mayor said she is innocent", None),
        ("Norwick Steel said it was innocent", None),
        ("Norwick Steel said it has not acquired a mill", None),
        ("The mayor said it would rain in May", None),
        ("The mayor closed the bridge and said he will resign", None),
    ],
)
def test_what_somebody_will_do_needs_no_attribution(verbs, sentence, shorter):
    words = sentence.split()
    found = [" ".join(without(words, one)) for one in intentions(AnnotatedSentence(words, verbs))]
    assert found == ([] if shorter is None else [shorter])
