import pytest
import torch
from torch.nn import functional

from summ.training.objectives.adversarial import (
    critic_loss,
    discriminator_loss,
    gradient_penalty,
    humanness_loss,
    mean_score,
)


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


def test_halves_of_a_batch_average_to_the_whole() -> None:
    generator = torch.Generator().manual_seed(8)
    scores = torch.randn(8, 4, generator=generator)
    mask = torch.rand(8, 4, generator=generator) > 0.4
    slopes = torch.rand(8, 4, 5, generator=generator)

    def losses(part: slice) -> list[torch.Tensor]:
        values, real = scores[part], mask[part]
        means = mean_score(values, real)
        return [
            discriminator_loss(values, real, -values, real),
            humanness_loss(values, real),
            critic_loss(means, means.flip(0)),
            gradient_penalty(slopes[part]),
        ]

    first, second, whole = losses(slice(0, 4)), losses(slice(4, 8)), losses(slice(0, 8))
    for one, other, total in zip(first, second, whole, strict=True):
        torch.testing.assert_close((one + other) / 2, total)
