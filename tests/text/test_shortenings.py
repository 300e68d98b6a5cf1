import pytest

from summ.families.shortener.model import load_shortener
from summ.text.phrases import phrases
from summ.text.shortenings import looks_complete, shortenings, shortest_loss, without
from summ.text.verbs import VerbLexicon

SENTENCE = (
    "The mayor of Harwick, who was elected in May, has opened a new bridge on Monday after "
    "years of delay, officials said."
)


@pytest.fixture(scope="module")
def verbs() -> VerbLexicon:
    return load_shortener().verbs


def is_within(short: str, sentence: str) -> bool:
    """Whether the words of a text stand in a sentence in the same order."""
    rest = iter(word.strip(".,").lower() for word in sentence.split())
    return all(word.strip(".,").lower() in rest for word in short.split())


def test_phrases_are_what_a_reader_would_leave_out(verbs):
    words = SENTENCE.rstrip(".").split()
    found = {" ".join(words[one.start : one.end]) for one in phrases(words, verbs)}
    assert {"officials said", "who was elected in May,", "on Monday"} <= found


@pytest.mark.parametrize("words", [9, 10, 14])
def test_shortenings_fit_and_say_words_of_the_sentence_in_its_order(verbs, words):
    found = shortenings(SENTENCE, words, verbs)
    assert found
    for one in found:
        assert len(one.text.split()) <= words
        assert is_within(one.text, SENTENCE)


def test_the_best_is_a_sentence(verbs):
    assert shortest_loss(SENTENCE, 9, verbs) == "The mayor of Harwick has opened a new bridge"


def test_a_sentence_that_fits_is_its_own_shortening(verbs):
    assert shortest_loss("The ferry sank near Dalby.", 10, verbs) == "The ferry sank near Dalby"


@pytest.mark.parametrize(
    "sentence",
    [
        "The ferry will not sail before the storm has passed.",
        "The union will strike on Friday if the talks with the company fail.",
        "None of the sailors was hurt in the fire, the coast guard said.",
    ],
)
def test_no_denial_and_no_condition_is_lost(verbs, sentence):
    decisive = {"not", "none", "if"} & set(sentence.lower().split())
    for one in shortenings(sentence, 12, verbs):
        assert decisive <= set(one.text.lower().split())


@pytest.mark.parametrize(
    ("line", "complete"),
    [
        ("The mayor has opened a bridge", True),
        ("The mayor of Harwick on Monday", False),  # no verb
        ("The mayor has opened a", False),
        ("He has opened a bridge", False),  # nobody knows who
        ("The mayor has", False),
        ('The mayor has opened "a bridge', False),
    ],
)
def test_what_looks_complete(verbs, line, complete):
    whole = ["The", "mayor", "of", "Harwick", "has", "opened", '"a', 'bridge"', "on", "Monday"]
    assert looks_complete(line.split(), whole, verbs) == complete


def test_a_phrase_goes_with_its_commas_and_hands_on_the_capital(verbs):
    words = ["In", "May,", "the", "mayor,", "a", "baker,", "opened", "it"]
    by_kind = {one.kind: one for one in phrases(words, verbs)}
    assert without(words, by_kind["opener"])[0] == "The"
    assert "baker," not in without(words, by_kind["aside"])
    assert "mayor" in without(words, by_kind["aside"])


@pytest.mark.parametrize(
    "sentence",
    [
        "The town had more rain than on any day last month, the weather office said.",
        "Sales rose faster than in any quarter last year, the maker of tractors told its owners.",
        "The port handled fewer ships than it did last week, and the canal was closed.",
    ],
)
def test_what_something_is_compared_with_stays(verbs, sentence):
    for words in range(5, 14):
        for shortening in shortenings(sentence, words, verbs):
            said = shortening.text
            assert " than " not in said or "last" in said


def test_a_time_before_a_comparison_may_go(verbs):
    sentence = "The town had more rain on Monday than on any other day, the weather office said."
    texts = [one.text for one in shortenings(sentence, 10, verbs)]
    assert "The town had more rain than on any other day" in texts
