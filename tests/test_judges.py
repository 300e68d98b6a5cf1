"""The judges of benchmarks/judges.py, and the errors that they learn from."""

import random
from collections import Counter

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from benchmarks import line_errors
from benchmarks.judges import auc, auc_interval
from benchmarks.line_errors import WHOLE, Broken, Example
from summ.families.shortener.model import load_shortener
from summ.text.verbs import VerbLexicon


def words_of(text):
    return text.split()


SOURCE = "The minister said 40 nurses from Harwick would not leave before 12 patients had arrived"


@pytest.fixture(scope="module")
def by():
    lexicon = {name: [] for name in VerbLexicon.learn([]).lists()}
    lexicon["finite"] = ["opened", "said", "closed", "arrived"]
    others = [words_of("Rain closed a road near Ulm"), words_of("A ferry sank off Cadiz")]
    return Broken(VerbLexicon.of(lexicon), others, random.Random(3))


def test_auc_is_that_of_scikit_learn_ties_included():
    generator = np.random.default_rng(1)
    figures, marks = generator.integers(0, 6, 60), generator.integers(0, 2, 60)
    expected = roc_auc_score(marks, figures)
    assert auc(figures[marks == 1], figures[marks == 0]) == pytest.approx(expected)
    assert auc_interval(figures, marks).startswith(f"{expected:.2f} (")


def test_too_few_marks_have_no_interval():
    assert auc_interval(np.arange(9.0), np.array([1] * 5 + [0] * 4)) == ""


@pytest.mark.parametrize("kind", line_errors.INCOMPLETE)
def test_each_incomplete_line_is_another_line(kind, by):
    words = words_of("The mayor of Harwick opened a bridge over the river on Monday")
    for _ in range(30):
        made = line_errors.INCOMPLETE[kind](words, by)
        assert made != words
    if kind == "no_verb":
        assert "opened" not in made
    if kind == "no_object":
        assert made == words_of("The mayor of Harwick opened over the river on Monday")
    if kind == "bare_subject":
        assert made == words_of("The mayor of Harwick")


def test_untrue_lines(by):
    source = words_of(SOURCE)
    said = words_of("40 nurses from Harwick would not leave")
    assert line_errors.lost_denial(said, source, by) == words_of(
        "40 nurses from Harwick would leave"
    )
    assert line_errors.swapped_numbers(said, source, by)[0] == "12"
    assert line_errors.lost_scope(said, source, by) == words_of("40 nurses from Harwick not leave")
    assert line_errors.swapped_numbers(words_of("Nurses leave"), source, by) is None
    assert line_errors.swapped_names(words_of("Nurses in Harwick leave"), source, by) is None


def test_what_is_denied_is_untrue_without_its_denial():
    sentence = "The port opened a bridge on Monday after years of delay, officials of Harwick said."
    examples = list(
        line_errors.truth_examples([sentence] * 60, load_shortener().verbs, random.Random(1))
    )
    lost = [one for one in examples if one.kind == line_errors.LOST_ATTRIBUTION]
    whole = [one for one in examples if one.kind == WHOLE]
    assert lost
    assert all(" that the port opened" in one.source and " that " not in one.line for one in lost)
    denied = [one for one in whole if one.source in {one.source for one in lost}]
    assert denied
    assert all(set(one.line.split()) <= set(one.source.replace(",", "").split()) for one in denied)


def test_neither_length_nor_register_tells_whole_from_broken():
    rng = random.Random(2)
    examples = [
        Example("", " ".join("x" * rng.randint(3, 12)), register, kind)
        for register in ("headline", "sentence")
        for kind in (WHOLE, "cut", "tail")
        for _ in range(rng.randint(40, 90))
    ]
    groups = Counter(
        (one.register, len(one.line.split()), one.kind == WHOLE)
        for one in line_errors.balanced(examples, rng)
    )
    assert groups
    assert all(count == groups[(*group, not whole)] for (*group, whole), count in groups.items())
