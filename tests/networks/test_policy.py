import itertools

import pytest
import torch
from scipy.stats import chisquare
from torch.nn import functional

from summ.networks.policy import (
    entropy,
    greedy,
    inverse_cdf,
    policy_log_probs,
    sample,
    score,
)
from summ.types import Tokens
from tests import tiny

FACTS = tiny.facts(words=3, continuations=2)
MARKS = tiny.marks(FACTS)
SOURCES = tiny.words([8, 11, 9], [10], [9, 12, 8, 11])


@pytest.fixture
def compressor():
    torch.manual_seed(0)
    return tiny.compressor(FACTS)


def probability(compressor, encoded, ids: list[int]) -> float:
    words = Tokens.from_lists([ids], tiny.PAD)
    return float(score(compressor, encoded, words, MARKS).log_probs.sum().exp())


@torch.no_grad()
def test_the_policy_is_a_distribution_over_all_summaries(compressor) -> None:
    """Every summary within a budget of one word, listed: the probabilities sum to 1."""
    source = SOURCES.rows(slice(0, 1))
    encoded = compressor.read(source, torch.tensor([1]))
    total = 0.0
    for first in (8, 9, 10):
        for length in range(4):
            for tail in itertools.product((11, 12), repeat=length):
                total += probability(compressor, encoded, [first, *tail, tiny.EOS])
        for tail in itertools.product((11, 12), repeat=4):  # four continuations, not yet ended
            total += probability(compressor, encoded, [first, *tail])
    assert total == pytest.approx(1.0, abs=1e-5)


@torch.no_grad()
def test_a_temperature_divides_the_logits_of_what_may_follow(compressor) -> None:
    encoded = compressor.read(SOURCES, torch.tensor([2, 1, 3]))
    words = tiny.words([8, 11, 9], [10], [9, 12])
    plain = policy_log_probs(compressor, encoded, words, MARKS)
    sharp = policy_log_probs(compressor, encoded, words, MARKS, temperature=0.5)
    torch.testing.assert_close(sharp, (2 * plain).log_softmax(dim=-1))


@pytest.mark.parametrize("temperature", [1.0, 0.6])
@torch.no_grad()
def test_the_policy_sampled_is_the_policy_scored(compressor, temperature: float) -> None:
    """The same uniform numbers, put to the scored distributions, draw the same tokens."""
    encoded = compressor.read(SOURCES, torch.tensor([2, 1, 3]))
    for seed in range(20):
        uniforms = torch.rand(3, 6, generator=torch.Generator().manual_seed(seed))
        drawn = sample(compressor, encoded, MARKS, uniforms, temperature)
        table = policy_log_probs(compressor, encoded, drawn, MARKS, temperature).exp()
        for position in range(drawn.ids.shape[1]):
            real = drawn.mask[:, position]
            again = inverse_cdf(table[:, position], uniforms[:, position])
            assert torch.equal(again[real], drawn.ids[real, position])


@torch.no_grad()
def test_greedy_is_generate(compressor) -> None:
    """With no limit in force, the loop draws what transformers' own generate draws."""
    encoded = compressor.read(SOURCES, torch.tensor([4, 4, 4]))
    free = type(encoded)(
        encoded.states, encoded.mask, torch.ones(3, FACTS.size, dtype=torch.bool), None
    )
    ours = greedy(compressor, free, MARKS, length=5)
    prompts = torch.full((3, 1), tiny.PROMPTS[3])
    theirs = compressor.network.generate(
        input_ids=torch.cat([prompts, SOURCES.ids], dim=1),
        attention_mask=torch.cat([torch.ones(3, 1), SOURCES.mask], dim=1).long(),
        max_new_tokens=5,
        do_sample=False,
        num_beams=1,
        length_penalty=1.0,
    )[:, 1:]
    width = min(ours.ids.shape[1], theirs.shape[1])
    for row in range(3):
        end = int(ours.mask[row].sum())
        assert ours.ids[row, :end].tolist() == theirs[row, :end].tolist()
    assert width > 0


@torch.no_grad()
def test_sampling_follows_the_policy(compressor) -> None:
    """Chi-square of 4,000 first words against the policy's own probabilities."""
    rows = 4000
    encoded = compressor.read(SOURCES.rows(slice(0, 1)), torch.tensor([2]))
    uniforms = torch.rand(rows, 1, generator=torch.Generator().manual_seed(7))
    drawn = sample(compressor, encoded.repeat(rows), MARKS, uniforms).ids[:, 0]
    words = tiny.words([8])
    expected = policy_log_probs(compressor, encoded, words, MARKS)[0, 0].exp() * rows
    counts = torch.bincount(drawn, minlength=FACTS.size).float()
    possible = expected > 0
    assert counts[~possible].sum() == 0
    assert chisquare(counts[possible], expected[possible]).pvalue > 0.001


def test_inverse_cdf_never_returns_an_impossible_type() -> None:
    generator = torch.Generator().manual_seed(3)
    logits = torch.randn(512, 50, generator=generator)
    logits[:, ::2] = -torch.inf
    uniforms = torch.rand(512, generator=generator)
    uniforms[:2] = torch.tensor([0.0, 1.0 - 2**-24])  # the ends of the interval
    drawn = inverse_cdf(logits.softmax(-1), uniforms)
    assert (drawn % 2 == 1).all()


@torch.no_grad()
def test_budget_is_never_exceeded_and_no_summary_is_empty(compressor) -> None:
    budget = torch.tensor([1, 2, 3])
    encoded = compressor.read(SOURCES, budget)
    for seed in range(20):
        uniforms = torch.rand(3, 8, generator=torch.Generator().manual_seed(seed))
        words = sample(compressor, encoded, MARKS, uniforms)
        begun = (FACTS.starts_word[words.ids] & words.mask).sum(dim=1)
        assert (begun <= budget).all() and (begun >= 1).all()


@torch.no_grad()
def test_shortlist_limits_to_source_and_list() -> None:
    torch.manual_seed(0)
    limited = tiny.compressor(FACTS, shortlist=[10])
    encoded = limited.read(SOURCES, torch.tensor([3, 3, 3]))
    for row, own in enumerate([{8, 11, 9}, {10}, {9, 12, 8, 11}]):
        allowed = set(encoded.allowed[row].nonzero().flatten().tolist())
        assert allowed == own | {10, tiny.EOS}


@torch.no_grad()
def test_a_row_is_drawn_alike_whatever_stands_beside_it(compressor) -> None:
    budget = torch.tensor([2, 2, 2])
    uniforms = torch.rand(3, 6, generator=torch.Generator().manual_seed(1))
    together = sample(compressor, compressor.read(SOURCES, budget), MARKS, uniforms)
    for row in range(3):
        one = slice(row, row + 1)
        encoded = compressor.read(SOURCES.rows(one), budget[one])
        alone = sample(compressor, encoded, MARKS, uniforms[one])
        assert alone.ids[0].tolist() == together.rows(one).ids[0].tolist()


def test_entropy_against_torch() -> None:
    logits = torch.randn(2, 3, 6, generator=torch.Generator().manual_seed(0))
    logits[..., 2] = -torch.inf
    probabilities = functional.softmax(logits, dim=-1)
    expected = torch.distributions.Categorical(probabilities[..., [0, 1, 3, 4, 5]]).entropy()
    torch.testing.assert_close(entropy(logits.log_softmax(-1)), expected)
