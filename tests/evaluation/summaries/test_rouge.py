"""ROUGE against rouge-score line by line, and against published figures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from summ.errors import ConfigError, DataError
from summ.evaluation.summaries.pairs import Texts
from summ.evaluation.summaries.protocols import PROTOCOLS, Protocol
from summ.evaluation.summaries.rouge import METRICS, rouge

# Few different words, so that matches, repetitions and several sentences are common.
WORDS = st.sampled_from(["the", "cats", "cat", "running", "runs", "dog", "Dog!", "a", "-", "bbbb"])
LINE = st.lists(WORDS, max_size=12).map(" ".join)
TEXT = st.lists(LINE, min_size=1, max_size=3).map("\n".join)


def exact(prediction: str, reference: str, stem: bool = True) -> np.ndarray:
    """(4, 3) scores by rouge-score with its own tokenizer, in percent."""
    scores = RougeScorer(list(METRICS), use_stemmer=stem).score(reference, prediction)
    return 100 * np.array([scores[metric] for metric in METRICS])


def of_lines(report: object) -> np.ndarray:
    return np.stack([report.scores[metric] for metric in METRICS], axis=1)  # type: ignore[attr-defined]


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=6), st.booleans())
@settings(max_examples=60, deadline=None)
def test_equals_rouge_score(pairs: list[tuple[str, str]], stem: bool) -> None:
    report = rouge(
        [prediction for prediction, _ in pairs],
        [reference for _, reference in pairs],
        protocol=Protocol("own", stem=stem),
        resamples=2,
    )
    expected = np.stack([exact(prediction, reference, stem) for prediction, reference in pairs])
    np.testing.assert_allclose(of_lines(report), expected, atol=1e-9, rtol=0)
    assert report.rougeLsum.f1 == pytest.approx(expected[:, 3, 2].mean(), abs=1e-9)


@given(TEXT, st.lists(TEXT, min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_best_of_several_references_is_rouge_scores_choice(
    prediction: str, references: list[str]
) -> None:
    chosen = RougeScorer(list(METRICS), use_stemmer=True).score_multi(references, prediction)
    report = rouge(
        [prediction], [references], protocol=Protocol("own", references="max"), resamples=2
    )
    assert report.figures()["rouge2"].f1 == pytest.approx(100 * chosen["rouge2"].fmeasure)
    assert report.rouge1.recall == pytest.approx(100 * chosen["rouge1"].recall)


def test_mean_over_references_is_the_default() -> None:
    references = ["a cat sat", "dogs"]
    expected = (exact("a cat", references[0]) + exact("a cat", references[1])) / 2
    report = rouge(["a cat"], [references])
    np.testing.assert_allclose(of_lines(report)[0], expected, atol=1e-9)
    assert "refs:mean2" in report.signature
    best = rouge(["a cat"], [references], protocol=Protocol("own", references="max"))
    assert best.rouge1.f1 == pytest.approx(exact("a cat", references[0])[0, 2])
    assert "refs:max2" in best.signature


def test_best_reference_is_chosen_by_the_reported_measure() -> None:
    references = ["cat dog", "cat runs over the lawn and a dog follows it"]
    settings_ = Protocol("own", measure="precision", references="max")
    report = rouge(["cat lawn dog"], [references], protocol=settings_)
    assert report.rouge1.precision == pytest.approx(100)


def test_duc_scores_recall_of_seventy_five_characters() -> None:
    prediction = "word " * 14 + "final ending"
    assert prediction[:75] == "word " * 14 + "final"
    report = rouge([prediction], [["final", "ending"]], protocol="duc")
    assert report.measure == "recall"
    assert report.rouge1.recall == pytest.approx(50)
    assert report.words_mean == 15
    assert "chars:75" in report.signature and "metric:recall" in report.signature


def test_the_interval_is_that_of_the_reported_measure() -> None:
    predictions = ["cat " * (number % 5 + 1) for number in range(30)]
    references = ["cat dog bird"] * 30
    by_recall = rouge(predictions, references, protocol=Protocol("own", measure="recall")).rouge1
    assert by_recall.ci95 == pytest.approx((by_recall.recall,) * 2)
    by_precision = rouge(predictions, references, protocol=Protocol("own", measure="precision"))
    low, high = by_precision.rouge1.ci95
    assert low < by_precision.rouge1.precision < high


def test_sentences_are_split_for_lsum_only_where_the_protocol_asks() -> None:
    prediction, reference = "A dog ran. The cat sat.", "The cat sat. A dog ran."
    split = exact("A dog ran.\nThe cat sat.", "The cat sat.\nA dog ran.")
    assert rouge([prediction], [reference], protocol="cnndm").rougeLsum.f1 == pytest.approx(100)
    assert split[3, 2] == pytest.approx(100)
    assert rouge([prediction], [reference]).rougeLsum.f1 == pytest.approx(
        exact(prediction, reference)[3, 2]
    )


@given(st.lists(st.tuples(st.text(), st.text()), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_any_text_has_a_score_between_0_and_100(pairs: list[tuple[str, str]]) -> None:
    report = rouge([p for p, _ in pairs], [r for _, r in pairs], resamples=3)
    values = of_lines(report)
    assert ((values >= 0) & (values <= 100 + 1e-9)).all()


@pytest.mark.parametrize("text", ["плюс", "日本銀行", "หนังสือ", "naïve café", "한국"])
def test_a_text_in_any_script_equals_itself(text: str) -> None:
    assert rouge([text], [text]).rouge1.f1 == pytest.approx(100)
    assert rouge([text], ["something else"]).rouge1.f1 == 0


def test_an_empty_prediction_counts_as_zero() -> None:
    report = rouge(["a cat", ""], ["a cat", "a cat"])
    assert report.n == 2
    assert report.rouge1.f1 == pytest.approx(50)
    assert report.words_mean == 1


def test_the_same_seed_gives_the_same_digits() -> None:
    predictions = [f"word {number} and {number % 7}" for number in range(40)]
    references = [f"{number} with {number % 5}" for number in range(40)]
    first = rouge(predictions, references, seed=3)
    assert first == rouge(predictions, references, seed=3)
    assert first.rouge1.ci95 != rouge(predictions, references, seed=4).rouge1.ci95
    assert first.rouge1.ci95[0] <= first.rouge1.f1 <= first.rouge1.ci95[1]


def test_the_signature_says_what_the_figures_depend_on() -> None:
    signature = rouge(["a"], ["a"], protocol="gigaword", resamples=10, seed=7).signature
    for part in ("metric:f1", "stem:porter", "refs:mean1", "n:1", "words:unicode", "rouge-score:"):
        assert part in signature.replace("|", " ")
    assert "resamples:10" in signature and "seed:7" in signature and "set:gigaword" in signature


def test_progress_counts_every_line_once() -> None:
    done: list[int] = []
    rouge(["a"] * 150, ["a"] * 150, progress=done.append, resamples=2)
    assert sum(done) == 150 and len(done) > 1


@pytest.mark.parametrize(
    ("predictions", "references", "message"),
    [
        (["a"], ["a", "b"], "1 predictions but 2 references"),
        ([], [], "found 0 lines"),
        (["a"], [[]], "line 1 has no reference"),
        ("a", "a", "must be lists"),
    ],
)
def test_lines_that_do_not_pair_are_refused(
    predictions: list[str], references: list[str], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        rouge(predictions, references)


def test_an_unknown_protocol_is_refused() -> None:
    with pytest.raises(ConfigError, match="Did you mean 'gigaword'"):
        rouge(["a"], ["a"], protocol="gigawrod")
    with pytest.raises(ConfigError, match="at least 1"):
        rouge(["a"], ["a"], resamples=0)


def test_table_and_dict_hold_the_figures() -> None:
    report = rouge(["a cat"], ["a dog"])
    assert report.to_dict()["rouge1"]["f1"] == pytest.approx(50)
    assert "50.00" in report.table()
    assert report.table("markdown").splitlines()[1].startswith("| ---")


@pytest.mark.parametrize(
    ("words", "published"),
    [
        # Scored with rouge-score 0.1.2 and its own tokenizer; Wang & Lee 2018 and Zhou & Rush 2019
        # print 21.30/7.34/19.94 for lead-8.
        (8, (21.30, 7.35, 19.95)),
        (10, (22.94, 7.89, 21.21)),
        (15, (25.29, 8.60, 22.70)),
    ],
)
def test_lead_on_gigaword(gigaword: Texts, words: int, published: tuple[float, ...]) -> None:
    lead = [" ".join(source.split()[:words]) for source in gigaword.sources or []]
    report = rouge(lead, gigaword.references, protocol="gigaword", resamples=200)
    found = (report.rouge1.f1, report.rouge2.f1, report.rougeL.f1)
    assert found == pytest.approx(published, abs=0.006)
    low, high = report.rouge1.ci95
    # The normal approximation; 200 resamples know the ends to about a tenth.
    error = report.lines("rouge1").std() / len(lead) ** 0.5
    assert (high - low) / 2 == pytest.approx(1.96 * error, rel=0.2)


def test_lead_75c_on_gigaword_is_the_published_figure(gigaword: Texts) -> None:
    """Zhou & Rush 2019, table 1, by ROUGE-1.5.5: 23.69/7.93/21.5."""
    lead = [source[:75] for source in gigaword.sources or []]
    report = rouge(lead, gigaword.references, protocol="gigaword", resamples=2)
    found = (report.rouge1.f1, report.rouge2.f1, report.rougeL.f1)
    assert found == pytest.approx((23.69, 7.93, 21.50), abs=0.05)


def test_every_protocol_scores() -> None:
    for name in PROTOCOLS:
        assert rouge(["a cat."], [["a cat.", "dogs"]], protocol=name, resamples=2).n == 1


def test_texts_that_would_fill_the_memory_are_refused() -> None:
    """The table of all words by all words; a short text beside a long one is compared."""
    long = "word " * 6000
    assert rouge([long], ["a word"], resamples=2).rouge1.recall == 50
    with pytest.raises(DataError, match=r"line 2: a summary of 6,000 words beside one of 6,000"):
        rouge(["a", long], ["a", long], resamples=2)
