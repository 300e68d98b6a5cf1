import json

import pytest

from summ.text.verbs import VerbLexicon, bare

# "He" and the like before finite forms, "will" before bare ones, articles before nouns.
SENTENCES = [
    *["He opened the bridge and she opened a school , who closed it"] * 30,
    *["They will open the bridge and it will close a road"] * 30,
    *["The bridge was closed and a road was closed by the mayor"] * 30,
    *["The road was blocked by police and they blocked a bridge"] * 30,
    *["She arrived in the town and they arrived at a station"] * 30,
]


@pytest.fixture(scope="module")
def lexicon() -> VerbLexicon:
    return VerbLexicon.learn(SENTENCES)


def test_what_follows_closed_classes_tells_verbs(lexicon):
    assert {"opened", "arrived"} <= lexicon.finite
    assert {"open", "close"} <= lexicon.base
    assert "closed" in lexicon.passive and "arrived" in lexicon.active
    assert "bridge" in lexicon.nounish and "bridge" not in lexicon.finite | lexicon.base
    assert "opened" in lexicon.transitive and "arrived" not in lexicon.transitive


@pytest.mark.parametrize(
    ("sentence", "verb"),
    [
        ("The mayor opened the bridge", "opened"),
        ("The mayor of Lima has opened it", "has"),
        ("The man who opened the bridge arrived in Lima", "arrived"),
        ("The mayor opens the bridge", "opens"),
        ("The bridge blocked by the mayor", None),  # a participle
        ("The bridge of the mayor", None),
        ("In May the mayor opened it", "opened"),
        ("A plan that would have closed a road was blocked", "was"),
        ("As rivals closed the road, the mayor opened it", "opened"),
        ("Two openers with keys have opened it", "have"),  # no form of *open*
        ("The bridge in Lima; the mayor opened it", None),
        ("A slump in Lima, foozling opened bridges", None),  # an adjective
    ],
)
def test_the_main_verb_is_that_of_the_main_clause(lexicon, sentence, verb):
    words = sentence.split()
    place = lexicon.main_verb(words)
    assert (None if place is None else words[place]) == verb


def test_a_participle_counts_where_nothing_else_does(lexicon):
    words = ["The", "bridge", "closed", "by", "the", "mayor"]
    assert lexicon.main_verb(words, lenient=True) == 2


def test_a_lexicon_learns_more_verbs_and_keeps_what_it_knows(lexicon):
    other = VerbLexicon(
        finite=frozenset({"opened", "sank", "sinks", "notes"}),
        sure=frozenset({"sinks"}),
        base=frozenset({"sink"}),
        nounish=frozenset({"opened", "sink", "harbour"}),
        transitive=frozenset({"sank", "opened", "sinking", "twice"}),
    )
    more = lexicon.extended(other)
    assert more.finite == lexicon.finite | {"sank", "sinks"}  # *notes* may be a noun
    assert more.base == lexicon.base | {"sink"}
    assert more.nounish == lexicon.nounish | {"sink"}  # no fact about what was known, no other word
    assert more.transitive == lexicon.transitive | {"sank", "sinking"}


def test_past_forms_need_few_pronouns_and_irregular_ones_none():
    rare = VerbLexicon.learn(
        [*["They edged out a rival"] * 4, *["Ann Bo edged out a rival"] * 90, "Ann withstood it"]
    )
    assert {"edged", "withstood"} <= rare.finite and "rival" not in rare.finite


@pytest.mark.parametrize(
    ("sentence", "verb"),
    [
        ("The attacks that opened a road have closed", "have"),
        ("The school details have closed it", "have"),
    ],
)
def test_no_verb_stands_before_an_auxiliary(lexicon, sentence, verb):
    words = sentence.split()
    place = lexicon.main_verb(words)
    assert place is not None and words[place] == verb


def test_a_lexicon_survives_json(lexicon):
    assert VerbLexicon.of(json.loads(json.dumps(lexicon.lists()))) == lexicon


@pytest.mark.parametrize("word", ["Mayor,", "“mayor”", "mayor.", "(Mayor)"])
def test_a_bare_word_has_neither_case_nor_marks(word):
    assert bare(word) == "mayor"
