import pytest

from summ.families.shortener.model import load_shortener
from summ.pipelines.clause_checks import (
    awaits_infinitive,
    breaks_off,
    lacks_clause,
    lacks_complement,
    opens_only,
    runs_together,
    strays,
)
from summ.pipelines.ordered_search import OrderedSearcher


@pytest.fixture(scope="module")
def searcher() -> OrderedSearcher:
    return OrderedSearcher(load_shortener())


def _read(searcher, sentence, line):
    source = searcher.read(sentence)
    places = source.find(line)
    assert places is not None
    return source, searcher.skips(source), places


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("Harwick reported a drop were hit by the storm", True),
        ("Harwick reported a drop in profits", False),
        ("Harwick reported a drop as sales were hit", False),
    ],
)
def test_verbs_of_two_clauses_are_not_joined(searcher, line, wrong):
    sentence = "Harwick reported a drop in profits as sales of boats were hit by the storm."
    assert runs_together(*_read(searcher, sentence, line)) == wrong


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("Shares fell sharply on Monday after the firm", True),
        ("Shares fell sharply on Monday after the firm revealed", False),
        ("Shares fell sharply on Monday", False),
    ],
)
def test_a_clause_that_begins_has_its_verb(searcher, line, wrong):
    sentence = "Shares fell sharply on Monday after the firm revealed losses."
    assert breaks_off(*_read(searcher, sentence, line)) == wrong


def test_a_verb_that_nobody_knows_is_seen_by_its_object(searcher):
    sentence = "Leeds lost in Dalby as striker Kim Arnvik snorfed Harwick to a draw."
    assert breaks_off(*_read(searcher, sentence, "Leeds lost in Dalby as striker Kim Arnvik"))


def test_a_noun_before_its_preposition_is_no_verb(searcher):
    sentence = "Norwick will go bankrupt if rescue talks with banks fail."
    assert breaks_off(*_read(searcher, sentence, "Norwick will go bankrupt if rescue talks"))


@pytest.mark.parametrize(
    ("line", "opens"),
    [("As rivals leave the town of Dalby", True), ("Norwick could open a port", False)],
)
def test_an_opening_phrase_is_no_line(searcher, line, opens):
    sentence = "As rivals leave the town of Dalby, Norwick could open a port."
    assert opens_only(*_read(searcher, sentence, line)) == opens


def test_what_is_believed_goes_on_behind_an_aside(searcher):
    sentence = "Bakers believe their row with the owner, Norwick Media, has ended."
    assert lacks_clause(*_read(searcher, sentence, "Bakers believe their row with the owner"))


@pytest.mark.parametrize(
    ("line", "count"),
    [("Hopes have faded from the squad", 1), ("Hopes have faded for the cup", 0)],
)
def test_prepositions_that_lost_their_noun_are_counted(searcher, line, count):
    sentence = "Hopes have faded for the cup after the absence of Bo from the squad."
    source, _, places = _read(searcher, sentence, line)
    assert strays(source, places) == count


@pytest.mark.parametrize(
    ("sentence", "line", "wrong"),
    [
        ("Ann Bo expects the match with Leeds to be hard.", "Ann Bo expects the match", True),
        (
            "Ann Bo expects the match with Leeds to be hard.",
            "Ann Bo expects the match to be",
            False,
        ),
        ("Ann Bo is expected to win the match.", "Ann Bo is expected", False),
        ("The tour will persuade voters they are right.", "The tour will persuade voters", True),
    ],
)
def test_whoever_is_asked_is_told_what_for(searcher, sentence, line, wrong):
    assert awaits_infinitive(*_read(searcher, sentence, line)) == wrong


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("Their albums were defined by soft voices.", True),
        ("Their albums were cancelled by the label.", False),
    ],
)
def test_a_passive_has_what_it_needs(searcher, sentence, wrong):
    source, _, places = _read(searcher, sentence, " ".join(sentence.split()[:4]))
    assert lacks_complement(source, places) == wrong
