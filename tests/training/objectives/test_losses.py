import itertools

import pytest
import torch
from torch.nn import functional

from summ.families.summarizer.rewards import fluency_reward, position_reward
from summ.training.objectives.losses import (
    coverage_loss,
    critic_loss,
    discriminator_loss,
    fluency_loss,
    gradient_penalty,
    humanness_loss,
    length_loss,
    likelihood_loss,
    mean_score,
    position_loss,
    prior_loss,
    reinforce_loss,
    sequence_nll,
    topic_loss,
)

WORDS, LENGTH = 3, 2
SUMMARIES = list(itertools.product(range(WORDS), repeat=LENGTH))


def log_probs_of(logits: torch.Tensor, summary: tuple[int, ...]) -> torch.Tensor:
    """(1, T) log-probabilities under a policy whose logits are a free (T, V) table."""
    table = logits.log_softmax(dim=-1)
    return torch.stack([table[t, word] for t, word in enumerate(summary)])[None]


@pytest.mark.parametrize("constant", [0.0, 2.5])
def test_expected_gradient_is_the_gradient_of_the_expected_reward(constant: float) -> None:
    """The probability-weighted sum over all nine summaries, against the exact expectation."""
    generator = torch.Generator().manual_seed(3)
    logits = torch.randn(LENGTH, WORDS, dtype=torch.float64, generator=generator).requires_grad_()
    rewards = torch.randn(len(SUMMARIES), dtype=torch.float64, generator=generator)
    mask = torch.ones(1, LENGTH, dtype=torch.bool)

    probabilities = torch.stack([log_probs_of(logits, y).sum().exp() for y in SUMMARIES])
    exact = torch.autograd.grad(-(probabilities * rewards).sum(), logits)[0]

    estimate = torch.zeros_like(logits)
    for summary, probability, reward in zip(SUMMARIES, probabilities, rewards, strict=True):
        loss = reinforce_loss(
            log_probs_of(logits, summary),
            mask,
            reward.expand(1, LENGTH),
            torch.full((1, LENGTH), constant, dtype=torch.float64),
        )
        estimate += probability.detach() * torch.autograd.grad(loss, logits)[0]
    torch.testing.assert_close(estimate, exact, rtol=1e-12, atol=1e-12)


def test_each_row_is_credited_with_its_own_advantage() -> None:
    log_probs = torch.zeros(2, 3, requires_grad=True)
    mask = torch.tensor([[True, True, False], [True, True, True]])
    reward = torch.tensor([[1.0, 2.0, 9.0], [5.0, -1.0, 0.5]])
    baseline = torch.tensor([[0.5, 0.5, 9.0], [1.0, 1.0, 1.0]])
    reinforce_loss(log_probs, mask, reward, baseline).backward()
    expected = -((reward - baseline) / 2).masked_fill(~mask, 0.0)
    torch.testing.assert_close(log_probs.grad, expected)


def test_padding_may_hold_anything() -> None:
    log_probs = torch.tensor([[-1.0, -torch.inf]], requires_grad=True)
    mask = torch.tensor([[True, False]])
    reward = torch.tensor([[2.0, torch.nan]])
    loss = reinforce_loss(log_probs, mask, reward, torch.zeros(1, 2))
    loss.backward()
    assert loss.item() == 2.0
    torch.testing.assert_close(log_probs.grad, torch.tensor([[-2.0, 0.0]]))


def test_likelihood_loss_is_cross_entropy_over_the_words_that_can_be_said() -> None:
    logits = torch.randn(2, 4, 5, generator=torch.Generator().manual_seed(1))
    targets = torch.tensor([[1, 2, 3, 0], [4, 0, 0, 0]])
    mask = torch.tensor([[True, True, True, False], [True, False, False, False]])
    logits[0, 1, 2] = -torch.inf  # this word is beyond the policy
    log_probs = logits.log_softmax(-1).gather(-1, targets[..., None]).squeeze(-1)
    kept = [(0, 0), (0, 2), (1, 0)]
    expected = sum(functional.cross_entropy(logits[row, t], targets[row, t]) for row, t in kept)
    torch.testing.assert_close(likelihood_loss(log_probs, mask), expected / 2)


def test_halves_of_a_batch_average_to_the_whole() -> None:
    """No division by the number of words: it would weigh micro-batches of short texts up."""
    generator = torch.Generator().manual_seed(5)
    log_probs = -torch.rand(8, 6, generator=generator)
    mask = torch.rand(8, 6, generator=generator) > 0.4
    reward = torch.randn(8, 6, generator=generator)
    whole = [
        reinforce_loss(log_probs, mask, reward, torch.zeros(8, 6)),
        likelihood_loss(log_probs, mask),
        discriminator_loss(reward, mask, -reward, mask),
    ]
    for part, total in enumerate(whole):
        halves = []
        for rows in (slice(0, 4), slice(4, 8)):
            arguments = (log_probs[rows], mask[rows], reward[rows], torch.zeros(4, 6))
            halves.append(
                [
                    reinforce_loss(*arguments),
                    likelihood_loss(*arguments[:2]),
                    discriminator_loss(reward[rows], mask[rows], -reward[rows], mask[rows]),
                ][part]
            )
        torch.testing.assert_close(sum(halves) / 2, total)


def test_discriminator_loss_is_binary_cross_entropy_at_every_prefix() -> None:
    generator = torch.Generator().manual_seed(2)
    human, draft = torch.randn(3, 4, generator=generator), torch.randn(2, 5, generator=generator)
    human_mask = torch.arange(4) < torch.tensor([[4], [2], [1]])
    draft_mask = torch.arange(5) < torch.tensor([[5], [3]])
    bce = functional.binary_cross_entropy_with_logits
    expected = (
        bce(human[human_mask], torch.ones(7), reduction="sum") / 3
        + bce(draft[draft_mask], torch.zeros(8), reduction="sum") / 2
    )
    actual = discriminator_loss(human, human_mask, draft, draft_mask)
    torch.testing.assert_close(actual, expected)


def test_sequence_nll_sums_words() -> None:
    log_probs = torch.tensor([[-1.0, -2.0, -9.0]])
    mask = torch.tensor([[True, True, False]])
    assert sequence_nll(log_probs, mask).tolist() == [3.0]


def test_mean_score_reads_real_positions_only() -> None:
    scores = torch.tensor([[1.0, 3.0, torch.nan], [4.0, torch.inf, -9.0]])
    mask = torch.tensor([[True, True, False], [True, False, False]])
    assert mean_score(scores, mask).tolist() == [2.0, 4.0]


def test_humanness_loss_is_minus_the_log_of_the_probability() -> None:
    logits = torch.randn(2, 3, generator=torch.Generator().manual_seed(4))
    mask = torch.tensor([[True, True, False], [True, True, True]])
    log_human = logits.double().sigmoid().log()
    expected = -(log_human[0, :2].mean() + log_human[1].mean()) / 2
    torch.testing.assert_close(humanness_loss(logits, mask).double(), expected)


def test_critic_loss_is_the_distance_between_the_means() -> None:
    loss = critic_loss(torch.tensor([3.0, 5.0]), torch.tensor([1.0, 1.0, 4.0]))
    assert loss.item() == 2.0 - 4.0


def test_gradient_penalty_is_zero_at_slope_one_and_finite_at_slope_zero() -> None:
    slopes = torch.zeros(3, 2, 4, requires_grad=True)
    with torch.no_grad():
        slopes[0, 1, 2] = 1.0
        slopes[1, 0, 0], slopes[1, 1, 3] = 3.0, 4.0
    penalty = gradient_penalty(slopes)
    assert penalty.item() == pytest.approx((0 + (5 - 1) ** 2 + 1) / 3, rel=1e-5)
    penalty.backward()
    assert torch.isfinite(slopes.grad).all() and not slopes.grad[2].any()
    torch.testing.assert_close(slopes.grad[1, 1, 3], torch.tensor(2 / 3 * 4 * 4 / 5))


def test_fluency_loss_is_minus_the_expected_fluency_reward() -> None:
    """Against the mean reward of all words, each drawn as often as it is likely."""
    generator = torch.Generator().manual_seed(8)
    log_probs = torch.randn(2, 3, 5, generator=generator).double()
    log_probs[0, 1, 2] = -torch.inf  # beyond the policy, whatever the language model says
    log_probs = log_probs.log_softmax(-1)
    lifts = torch.randn(2, 3, 5, generator=generator).double()
    mask = torch.tensor([[True, True, True], [True, False, False]])
    expected = 0.0
    for words in itertools.product(range(5), repeat=3):
        index = torch.tensor(words).expand(2, 3)[..., None]
        share = log_probs.gather(-1, index).squeeze(-1).exp().masked_fill(~mask, 1.0)
        reward = fluency_reward(lifts.gather(-1, index).squeeze(-1), mask)
        # Rows that have ended are drawn on: their share is that of every continuation.
        rest = 5.0 ** (~mask).sum(dim=1)
        expected += (share.prod(dim=1) * reward / rest).mean()
    assert fluency_loss(log_probs, lifts, mask).item() == pytest.approx(-float(expected))


def test_prior_loss_is_the_divergence_of_categorical_distributions() -> None:
    """Against torch.distributions, summed over real words; what cannot be said counts 0."""
    generator = torch.Generator().manual_seed(6)
    logits = torch.randn(2, 3, 5, generator=generator).double()
    prior = torch.randn(2, 3, 5, generator=generator).double().log_softmax(-1)
    mask = torch.tensor([[True, True, True], [True, True, False]])
    logits[0, 1, 2] = -torch.inf
    logits.requires_grad_()
    log_probs = logits.log_softmax(-1)
    ours, theirs = (torch.distributions.Categorical(logits=x) for x in (log_probs, prior))
    exact = torch.distributions.kl_divergence(ours, theirs).detach()
    loss = prior_loss(log_probs, prior, mask)
    torch.testing.assert_close(loss, exact[mask].sum() / 2)
    loss.backward()
    assert torch.isfinite(logits.grad).all() and not logits.grad[1, 2].any()
    assert prior_loss(prior, prior, mask).item() == 0.0


def test_topic_loss_is_one_minus_the_cosine_of_weighted_means() -> None:
    source = torch.tensor([[[1.0, 0.0], [0.0, 2.0], [7.0, 7.0]]])
    weight = torch.tensor([[2.0, 1.0, 0.0]])  # the mean points along (1, 1)
    draft = torch.tensor([[[3.0, 0.0]]])
    loss = topic_loss(source, weight, draft, torch.ones(1, 1))
    assert loss.item() == pytest.approx(1 - 0.5**0.5)
    same = topic_loss(source, weight, 5 * source, weight)
    assert same.item() == pytest.approx(0.0, abs=1e-6)


def test_coverage_loss_is_the_weighted_share_that_is_missing() -> None:
    """Said for sure, by half twice, and not at all."""
    said = torch.tensor([[[1.0, 0.5, 0.0], [0.0, 0.5, 0.0]]])
    loss = coverage_loss(said, torch.tensor([[3.0, 4.0, 1.0]]))
    assert loss.item() == pytest.approx((3 * 0 + 4 * 0.25 + 1 * 1) / 8)
    nothing_to_say = coverage_loss(said, torch.zeros(1, 3))
    assert nothing_to_say.item() == 0.0


def test_position_loss_of_one_hot_words_is_minus_the_reward() -> None:
    """Drafts at the head, at the end, beyond the source, and with words that stand there twice."""
    source = torch.tensor([[4, 5, 6, 4, 7, 3]] * 4)
    text = torch.tensor([[True] * 5 + [False]] * 4)
    drafts = torch.tensor([[4, 5], [7, 6], [8, 9], [4, 7]])
    said = functional.one_hot(drafts, 10).float()[:, :, source[0]]
    first = torch.tensor([[True, True, True, False, True, False]] * 4)
    loss = [
        position_loss(said[row : row + 1], first[row : row + 1], torch.tensor([5]))
        for row in range(4)
    ]
    reward = position_reward(drafts, torch.ones(4, 2, dtype=torch.bool), source, text)
    torch.testing.assert_close(torch.stack(loss), -reward)
    torch.testing.assert_close(torch.stack(loss), torch.tensor([0.1, 0.6, 1.0, 0.4]))


def test_position_loss_pulls_towards_the_head() -> None:
    said = torch.full((1, 1, 3), 0.3, requires_grad=True)
    position_loss(said, torch.ones(1, 3, dtype=torch.bool), torch.tensor([3])).backward()
    slopes = said.grad[0, 0]
    assert slopes[0] < 0 < slopes[2] and slopes[1].abs() < 1e-6


def test_length_loss_is_the_distance_in_words() -> None:
    begun = torch.tensor([3.0, 5.5], requires_grad=True)
    loss = length_loss(begun, torch.tensor([4, 5]))
    loss.backward()
    assert loss.item() == 0.75
    assert begun.grad.tolist() == [-0.5, 0.5]


def test_halves_of_a_batch_of_relaxed_words_average_to_the_whole() -> None:
    generator = torch.Generator().manual_seed(8)
    rows = torch.rand(8, 4, 5, generator=generator).softmax(-1)
    mask = torch.rand(8, 4, generator=generator) > 0.4
    budget = torch.arange(8)

    def losses(part: slice) -> list[torch.Tensor]:
        values, real = rows[part], mask[part]
        vectors, weights = values[..., :3], values[..., 3]
        return [
            humanness_loss(values[..., 0], real),
            prior_loss(values.log(), values.flip(-1).log(), real),
            topic_loss(vectors, weights, vectors.flip(1), weights),
            coverage_loss(values, values[:, 0]),
            position_loss(values, real[:, :1].expand(-1, 5), budget[part] + 1),
            length_loss(values[:, 0, 0], budget[part]),
            gradient_penalty(values),
        ]

    first, second, whole = losses(slice(0, 4)), losses(slice(4, 8)), losses(slice(0, 8))
    for one, other, total in zip(first, second, whole, strict=True):
        torch.testing.assert_close((one + other) / 2, total)
