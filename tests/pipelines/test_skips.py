import pytest

from summ.families.shortener.model import ShortenerModel, load_shortener
from summ.pipelines.skips import Skips
from summ.text.folding import fold


@pytest.fixture(scope="module")
def model() -> ShortenerModel:
    return load_shortener()


def skips(model: ShortenerModel, text: str) -> Skips:
    return Skips(fold(text), model.verbs, model.vocabulary.common)


def allows(model: ShortenerModel, text: str, gap: str) -> bool:
    """Whether a stretch of a text, written between two bars, may be left out."""
    before, inside, _ = gap.split("|")
    here = len(fold(before).tokens) - 1
    return skips(model, text).allows(here, here + len(fold(inside).tokens) + 1)


@pytest.mark.parametrize(
    "gap",
    [
        "The mayor |from Harwick |has opened a bridge",
        "The mayor|, who was elected in May,| has opened it",
        "The mayor has |also |opened a bridge",
    ],
)
def test_phrases_may_go(model, gap):
    assert allows(model, gap.replace("|", ""), gap)


@pytest.mark.parametrize(
    "gap",
    [
        "The club did |not |sign the striker",  # a denial
        "The minister |denied that he would |resign",
        "Mayor Jane |Doe |opened a bridge",  # half a name
        "They arrested |three |men",  # a number without its noun
        "Police charged |a baker |with murder",  # an object
        "The |old |bridge has closed",  # a word within its phrase
        "The company |and the union have agreed |on pay",  # half a subject
    ],
)
def test_what_belongs_together_stays(model, gap):
    assert not allows(model, gap.replace("|", ""), gap)


@pytest.mark.parametrize(
    ("text", "fit", "unfit"),
    [
        (
            "The mayor opened a bridge on Monday.",
            {"bridge", "monday"},
            {"the", "on", "opened"},
        ),
        ("Prime Minister Jane Doe has met the queen.", {"queen"}, {"prime", "jane", "has", "met"}),
        ("The bank cut the jobs of 300 people.", {"people"}, {"jobs", "300", "of", "cut"}),
        ("The mayor wants to build a bridge.", {"bridge"}, {"wants", "to", "build"}),
    ],
)
def test_a_line_ends_where_a_phrase_does(model, text, fit, unfit):
    found = skips(model, text)
    words = [surface.lower() for surface in found.source.surfaces]
    ends = {word for word, end in zip(words, found.ends, strict=True) if end}
    assert fit <= ends
    assert not unfit & ends
