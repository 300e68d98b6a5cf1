import torch
from torch.nn import functional

from summ.training.objectives.likelihood import likelihood_loss, sequence_nll


def test_likelihood_loss_is_cross_entropy_over_the_words_that_can_be_said() -> None:
    logits = torch.randn(2, 4, 5, generator=torch.Generator().manual_seed(1))
    targets = torch.tensor([[1, 2, 3, 0], [4, 0, 0, 0]])
    mask = torch.tensor([[True, True, True, False], [True, False, False, False]])
    logits[0, 1, 2] = -torch.inf  # this word is beyond the policy
    log_probs = logits.log_softmax(-1).gather(-1, targets[..., None]).squeeze(-1)
    kept = [(0, 0), (0, 2), (1, 0)]
    expected = sum(functional.cross_entropy(logits[row, t], targets[row, t]) for row, t in kept)
    torch.testing.assert_close(likelihood_loss(log_probs, mask), expected / 2)


def test_sequence_nll_sums_words() -> None:
    log_probs = torch.tensor([[-1.0, -2.0, -9.0]])
    mask = torch.tensor([[True, True, False]])
    assert sequence_nll(log_probs, mask).tolist() == [3.0]


def test_halves_of_a_batch_average_to_the_whole() -> None:
    """No division by the number of tokens: it would weigh micro-batches of short texts up."""
    generator = torch.Generator().manual_seed(5)
    log_probs = -torch.rand(8, 6, generator=generator)
    mask = torch.rand(8, 6, generator=generator) > 0.4
    first, second = (
        likelihood_loss(log_probs[:4], mask[:4]),
        likelihood_loss(log_probs[4:], mask[4:]),
    )
    torch.testing.assert_close((first + second) / 2, likelihood_loss(log_probs, mask))
