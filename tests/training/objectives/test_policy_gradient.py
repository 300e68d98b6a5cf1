import itertools

import pytest
import torch

from summ.training.objectives.policy_gradient import reinforce_loss

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


def test_halves_of_a_batch_average_to_the_whole() -> None:
    """No division by the number of tokens: it would weigh micro-batches of short texts up."""
    generator = torch.Generator().manual_seed(5)
    log_probs = -torch.rand(8, 6, generator=generator)
    mask = torch.rand(8, 6, generator=generator) > 0.4
    reward = torch.randn(8, 6, generator=generator)

    def loss(part: slice) -> torch.Tensor:
        return reinforce_loss(log_probs[part], mask[part], reward[part], torch.zeros(8, 6)[part])

    torch.testing.assert_close((loss(slice(0, 4)) + loss(slice(4, 8))) / 2, loss(slice(0, 8)))
