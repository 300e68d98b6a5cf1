import math

import pytest
import torch

from summ.training.objectives.contrastive import (
    neighbour_log_probs,
    neighbours,
    quick_thought_nll,
    skip_thought_nll,
)

# Three documents: of three sentences, of two, and of one that has no neighbour.
SPAN = torch.tensor([0, 0, 0, 1, 1, 2])
PLACE = torch.arange(6)
NEAR = {0: [1], 1: [0, 2], 2: [1], 3: [4], 4: [3], 5: []}
NEAR_TWO = {0: [1, 2], 1: [0, 2], 2: [0, 1], 3: [4], 4: [3], 5: []}


def loss(scores: torch.Tensor, window: int = 1) -> torch.Tensor:
    near = neighbours(SPAN, PLACE, SPAN, PLACE, window)
    return quick_thought_nll(neighbour_log_probs(scores, torch.eye(6, dtype=torch.bool)), near)


@pytest.mark.parametrize(("window", "near"), [(1, NEAR), (2, NEAR_TWO)])
def test_quick_thought_is_what_enumeration_gives(window: int, near: dict[int, list[int]]) -> None:
    f, g = torch.randn(2, 6, 4, generator=torch.Generator().manual_seed(0)).unbind()
    expected = []
    for i in range(6):
        total = sum(math.exp(float(f[i] @ g[k])) for k in range(6) if k != i)
        chosen = [-math.log(math.exp(float(f[i] @ g[j])) / total) for j in near[i]]
        expected.append(sum(chosen) / len(chosen) if chosen else 0.0)
    torch.testing.assert_close(loss(f @ g.T, window), torch.tensor(expected))


def test_a_sentence_is_no_candidate_for_itself() -> None:
    scores = torch.randn(6, 6, generator=torch.Generator().manual_seed(1))
    high = scores + 50.0 * torch.eye(6)
    assert torch.equal(loss(scores), loss(high))


def test_the_gradient_is_softmax_less_target_and_finite() -> None:
    scores = torch.randn(6, 6, generator=torch.Generator().manual_seed(2), requires_grad=True)
    loss(scores).sum().backward()
    expected = scores.detach().masked_fill(torch.eye(6, dtype=torch.bool), -torch.inf).softmax(1)
    for i, near in NEAR.items():
        expected[i, near] -= 1 / max(1, len(near))
    expected[5] = 0.0
    torch.testing.assert_close(scores.grad, expected)


def test_skip_thought_is_the_sum_over_real_words() -> None:
    generator = torch.Generator().manual_seed(3)
    logits = torch.randn(2, 3, 5, generator=generator)
    targets = torch.tensor([[1, 4, 2], [3, 0, 0]])
    mask = torch.tensor([[True, True, True], [True, False, False]])
    logits[1, 2] = torch.inf  # padding may hold anything
    expected = [
        -sum(float(logits[n, t].log_softmax(0)[targets[n, t]]) for t in range(length))
        for n, length in enumerate((3, 1))
    ]
    torch.testing.assert_close(skip_thought_nll(logits, targets, mask), torch.tensor(expected))
