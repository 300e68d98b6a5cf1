"""Baselines keep their length, and the oracle is what it says."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summ.errors import ConfigError, DataError
from summ.evaluation.summaries import baselines
from summ.evaluation.summaries.baselines import BASELINES, baseline
from summ.evaluation.summaries.pairs import Texts
from summ.evaluation.summaries.rouge import rouge
from summ.text.words import count_words

DOCUMENT = (
    "Shares fell on Monday. The central bank raised interest rates to fight inflation. "
    "Analysts said the bank may raise rates again as inflation stays high. It rained."
)


def of(source: str, name: str, words: int | None, reference: str = "bank raises rates") -> str:
    return baseline(name, Texts(["1"], [[reference]], [source]), words=words)[0]


@pytest.mark.parametrize("name", [name for name in BASELINES if name != "lead-75c"])
@pytest.mark.parametrize(
    "source", [DOCUMENT, "日本銀行は金利を上げた。株価は下がった。", "", "one"]
)
@pytest.mark.parametrize("words", [0, 1, 6, 100])
def test_no_baseline_says_more_words_than_allowed(name: str, source: str, words: int) -> None:
    if name in ("textrank", "lexrank"):
        pytest.importorskip("sumy")
    summary = of(source, name, words)
    assert count_words(summary) <= words
    if name in ("lead", "random") and words:
        assert count_words(summary) == min(words, count_words(source))


def test_lead_is_the_first_words() -> None:
    assert of(DOCUMENT, "lead", 3) == "Shares fell on"
    assert of(DOCUMENT, "lead-75c", None) == DOCUMENT[:75]
    assert of(DOCUMENT, "first-sentence", None) == "Shares fell on Monday."
    assert of(DOCUMENT, "first-sentence", 2) == "Shares fell"


def test_random_words_keep_their_order_and_their_seed() -> None:
    source = " ".join(str(number) for number in range(50))
    texts = Texts(["1", "2"], [["a"], ["a"]], [source, source])
    first, second = baseline("random", texts, words=10, seed=1)
    assert [int(word) for word in first.split()] == sorted(int(word) for word in first.split())
    assert first != second
    assert baseline("random", texts, words=10, seed=1) == [first, second]
    assert baseline("random", texts, words=10, seed=2)[0] != first


def test_lengths_can_be_given_line_by_line() -> None:
    texts = Texts(["1", "2"], [["a"], ["a"]], ["a b c", "d e f"])
    assert baseline("lead", texts, words=[1, 2]) == ["a", "d e"]
    with pytest.raises(ConfigError, match="3 lengths for 2 lines"):
        baseline("lead", texts, words=[1, 2, 3])


@pytest.mark.parametrize("name", ["textrank", "lexrank"])
def test_ranked_sentences_stand_in_the_order_of_the_text(name: str) -> None:
    pytest.importorskip("sumy")
    central = "Rates rose as the bank fought inflation."
    document = (
        f"Dogs ran. The bank fought inflation. Cats slept. {central} Rates rose again. Rain fell."
    )
    assert of(document, name, 7) == central
    # The best first, then an earlier one: back in the order of the text.
    assert of(document, name, 9) == f"Dogs ran. {central}"
    assert of(document, name, 100) == document


@given(
    st.lists(st.sampled_from("abcd"), min_size=1, max_size=8),
    st.lists(st.sampled_from("abcxy"), min_size=1, max_size=5),
    st.integers(1, 6),
)
@settings(max_examples=80, deadline=None)
def test_the_oracle_is_the_best_choice_of_words(
    source: list[str], reference: list[str], words: int
) -> None:
    choices = [
        " ".join(choice)
        for size in range(1, min(words, len(source)) + 1)
        for choice in itertools.combinations(source, size)
    ]
    references = [" ".join(reference)] * len(choices)
    best = rouge(choices, references, resamples=1).lines("rouge1").max()
    found = of(" ".join(source), "oracle", words, " ".join(reference))
    assert rouge([found], references[:1], resamples=1).rouge1.f1 == pytest.approx(best)


def test_oracle_of_sentences_takes_the_one_the_reference_is_about() -> None:
    found = of(DOCUMENT, "oracle-sentences", 20, "central bank raised interest rates")
    assert found == "The central bank raised interest rates to fight inflation."


def test_oracle_copies_in_the_order_of_the_source() -> None:
    assert of("x b y a b c", "oracle", 9, "a b c") == "a b c"


def test_what_cannot_be_done_is_said() -> None:
    texts = Texts(["1"], [["a"]])
    with pytest.raises(DataError, match="needs sources"):
        baseline("lead", texts, words=3)
    with pytest.raises(ConfigError, match="needs a number of words"):
        baseline("lead", texts)
    with pytest.raises(ConfigError, match="unknown"):
        baseline("lede", texts, words=3)
    with pytest.raises(ConfigError, match="must not be negative"):
        baseline("lead", Texts(["1"], [["a"]], ["a"]), words=-1)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"needs the package sumy.*\.\[report\]"):
        of(DOCUMENT, "textrank", 5)


def test_progress_counts_lines() -> None:
    done: list[int] = []
    texts = Texts(["1"] * 5, [["a"]] * 5, ["a b"] * 5)
    baseline("lead", texts, words=1, progress=done.append)
    assert sum(done) == 5


def test_any_source_can_be_summarized() -> None:
    generator = random.Random(0)
    for _ in range(30):
        source = "".join(
            chr(generator.choice([10, 32, 46, 97, 0x4E00, 0x301, 35])) for _ in "x" * 40
        )
        for name in ("lead", "random", "oracle", "oracle-sentences", "first-sentence"):
            of(source, name, 5, "a a")
