"""Token F1 against its definition: tokens kept in the golden and in the generated compression."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summ.evaluation.summaries.token_overlap import token_overlap

SOURCE = [*"abcdefghij", ",", "storm", "."]
KEPT = st.sets(st.integers(0, len(SOURCE) - 1), min_size=1)


@given(KEPT, KEPT)
def test_of_compressions_of_one_sentence_it_counts_the_kept_tokens(ours, golden):
    # No token stands twice in the source, so that positions and tokens are the same thing.
    figure, lines = token_overlap(
        [" ".join(SOURCE[place] for place in sorted(ours))],
        [[" ".join(SOURCE[place] for place in sorted(golden))]],
        resamples=2,
    )
    precision, recall = len(ours & golden) / len(ours), len(ours & golden) / len(golden)
    f1 = 2 * precision * recall / (precision + recall) if ours & golden else 0.0
    assert figure.precision == pytest.approx(100 * precision)
    assert figure.recall == pytest.approx(100 * recall)
    assert figure.f1 == lines[0] == pytest.approx(100 * f1)


def test_the_figure_is_the_mean_over_sentences_and_case_does_not_count():
    figure, lines = token_overlap(["a B c", "x"], [["A b"], ["y"]], resamples=2)
    # 2 of 3 and 2 of 2 tokens; nothing.
    assert lines.tolist() == pytest.approx([80.0, 0.0])
    assert figure.f1 == pytest.approx(40.0)


def test_a_token_counts_as_often_as_both_have_it():
    _, lines = token_overlap(["the cat the the"], [["the the dog"]], resamples=2)
    assert lines[0] == pytest.approx(100 * 2 * 2 / (4 + 3))
