"""What callers pass, checked at the door; strings in, objects out that print as their text."""

from typing import Any, cast

import numpy as np
import pytest

import summ
from summ.errors import ArgumentError, CheckpointError
from summ.pipelines.arguments import one_of, whole_number
from summ.pipelines.decoding_options import DecodingOptions
from summ.pipelines.device import chosen_device, device_name
from summ.pipelines.texts import as_records, checked_texts
from tests.conftest import STORIES


@pytest.fixture(scope="module")
def summarizer(summary_model_folder):
    return summ.Summarizer.load(summary_model_folder, "cpu", rerank="none")


def test_whole_numbers_of_any_library():
    for value in (8, np.int64(8), np.uint8(8)):
        number = whole_number("words", value)
        assert number == 8 and type(number) is int
    for value in (8.5, 8.0, "8", True, None, [8], np.float32(8)):
        with pytest.raises(TypeError, match=r"^words: must be a whole number, but is \w+ \("):
            whole_number("words", value)
    for value in (0, -1):
        with pytest.raises(ValueError, match=f"^words: must be at least 1, but is {value}\\.$"):
            whole_number("words", value)


def test_an_argument_error_is_a_setting_and_a_value():
    with pytest.raises(ArgumentError, match="Did you mean 'headline'") as caught:
        one_of("style", "headlin", ("auto", "headline"))
    assert isinstance(caught.value, summ.ConfigError) and isinstance(caught.value, ValueError)


def test_devices():
    for name in ("auto", "cpu", "cuda", "cuda:0", "cuda:12", "mps"):
        assert device_name(name) == name
    for name in ("gpu", "cuda:", "cuda:x", "CPU", "", 0):
        with pytest.raises(ValueError, match=r"^device: .* is unknown\..* auto, cpu, cuda"):
            device_name(name)
    with pytest.raises(ValueError, match="Did you mean 'cuda'"):
        device_name("gpu")
    assert chosen_device("cpu") == "cpu"
    with pytest.raises(ValueError, match="cuda:999: torch finds"):
        chosen_device("cuda:999")


def test_whatever_yields_strings_is_texts():
    pandas = pytest.importorskip("pandas")

    wanted = ["a b", "", "c"]
    given = (
        *(wanted, tuple(wanted), iter(wanted), (text for text in wanted)),
        *(np.array(wanted), np.array(wanted, dtype=object), pandas.Series(wanted, index=[7, 8, 9])),
    )
    for texts in given:
        got = list(checked_texts(texts))
        assert got == wanted and {type(text) for text in got} == {str}


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ("one", r"texts must be a list .* write \[text\]"),
        (b"one", r"texts must be a list"),
        ({"a": "b"}, r"texts must be a list of texts, but is dict"),
        (7, r"texts must be a list of texts, but is int"),
        (["a", None], r"^texts\[1\]: must be a string, found None\."),
        ([b"x"], r"^texts\[0\]: must be a string, found bytes\. Decode"),
        ([float("nan")], r"^texts\[0\]: must be a string, found NaN"),
        ([["a"]], r"^texts\[0\]: must be a string, found list"),
    ],
)
def test_what_is_no_text_is_named_with_its_place(texts, said):
    with pytest.raises(TypeError, match=said) as caught:
        list(as_records(texts))
    assert "\n" not in str(caught.value)


def test_summarizer_takes_strings_and_its_summaries_print_as_text(summarizer):
    [whole] = summarizer.summarize([STORIES[0]], words=5, beams=1)
    assert str(whole) == whole.text and f"{whole}" == whole.text
    assert summarizer.summarize(np.array([STORIES[0]]), words=5, beams=1) == [whole]
    assert next(summarizer.stream(iter([STORIES[0]]), words=5)).id == "1"
    assert summarizer.summarize([]) == []
    for wrong in ({"words": 8.5}, {"words": "8"}, {"beams": 1.0}, {"batch_size": "1"}):
        with pytest.raises(TypeError):  # by the door, or under test by the check of signatures
            summarizer.summarize(["a b c"], **wrong)
    with pytest.raises(ValueError, match="style: 'prose' is unknown"):
        DecodingOptions(style=cast("Any", "prose"))


def test_a_summarizer_by_its_name_or_folder(summary_model_folder, summarizer):
    """As ``load`` gives it: a summarizer's folder, the default, and the default by its name."""
    named = summ.Summarizer(summary_model_folder, device="cpu")
    assert named.summarize(STORIES[:2], words=5, beams=1) == summ.Summarizer.load(
        str(summary_model_folder), "cpu"
    ).summarize(STORIES[:2], words=5, beams=1)
    text = ["The ferry company said on Friday that it will cancel all crossings in the storm."]
    by_name = [summ.Summarizer("en-lines"), summ.load("en-lines"), summ.Summarizer()]
    [first, second, third] = [one.summarize(text, words=8) for one in by_name]
    assert first == second == third and first[0].words <= 8
    with pytest.raises(CheckpointError, match="Did you mean 'en-small'"):
        summ.Summarizer("en-smal")


def test_rerank_as_the_command_takes_it(summary_model_folder):
    with pytest.raises(summ.ConfigError, match=r"no weight 'humaness'.* Did you mean 'humanness'"):
        summ.Summarizer.load(summary_model_folder, "cpu", rerank="humaness=1")


def test_scorer_takes_strings(summary_model_folder):
    scorer = summ.Scorer.load(summary_model_folder, "cpu")
    scores = scorer.score(text for text in [STORIES[0], ""])
    assert [one.id for one in scores] == ["1", "2"]
    assert str(scores[0]).startswith(f"{scores[0].nll_per_word:.2f} nats a word")
    assert str(scores[1]) == "blank"
