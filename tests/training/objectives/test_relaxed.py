import itertools

import pytest
import torch

from summ.families.summarizer.rewards import fluency_reward
from summ.training.objectives.relaxed import fluency_loss, length_loss, prior_loss


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


def test_length_loss_is_the_distance_in_words() -> None:
    begun = torch.tensor([3.0, 5.5], requires_grad=True)
    loss = length_loss(begun, torch.tensor([4, 5]))
    loss.backward()
    assert loss.item() == 0.75
    assert begun.grad.tolist() == [-0.5, 0.5]


def test_halves_of_a_batch_average_to_the_whole() -> None:
    generator = torch.Generator().manual_seed(8)
    rows = torch.rand(8, 4, 5, generator=generator).softmax(-1)
    mask = torch.rand(8, 4, generator=generator) > 0.4
    budget = torch.arange(8)

    def losses(part: slice) -> list[torch.Tensor]:
        values, real = rows[part], mask[part]
        return [
            prior_loss(values.log(), values.flip(-1).log(), real),
            fluency_loss(values.log(), values.flip(-1).log(), real),
            length_loss(values[:, 0, 0], budget[part]),
        ]

    first, second, whole = losses(slice(0, 4)), losses(slice(4, 8)), losses(slice(0, 8))
    for one, other, total in zip(first, second, whole, strict=True):
        torch.testing.assert_close((one + other) / 2, total)
