"""Content and style: definitions, and what a swap keeps."""

import pytest
import torch

from summ.errors import ArgumentError
from summ.networks.styled import StyleCritic, StyledBottleneck, instance_norm


def rows(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def styled(style: str) -> StyledBottleneck:
    torch.manual_seed(3)
    return StyledBottleneck(5, 4, style)


def test_content_has_mean_0_and_variance_1_whatever_the_style() -> None:
    values = 7 * rows(3, 6, 4) + 20
    content, mean, deviation = instance_norm(values)
    torch.testing.assert_close(content.mean(dim=1), torch.zeros(3, 4), atol=1e-5, rtol=0)
    torch.testing.assert_close(content.var(dim=1, correction=0), torch.ones(3, 4))
    torch.testing.assert_close(content * deviation + mean, values)
    # Another scale and place of every number is another style and the same content.
    torch.testing.assert_close(instance_norm(3 * values - 5)[0], content, atol=1e-5, rtol=0)


@pytest.mark.parametrize("style", ["instance-norm", "slot"])
def test_a_swap_with_oneself_is_what_was_there(style: str) -> None:
    one, slots = styled(style), rows(3, 6, 5).requires_grad_()
    code = one(slots)
    stored = code.stored
    assert stored.shape == (3, 8 if style == "instance-norm" else 6, 4)
    assert torch.equal(one.swapped(stored, stored), stored)
    assert torch.equal(one.opened(stored), code.values.detach())
    code.values.square().sum().backward()
    assert slots.grad is not None and torch.isfinite(slots.grad).all()
    swapped = one.swapped(stored, stored.roll(1, 0))
    assert torch.equal(one.content(swapped), one.content(stored))
    if style == "instance-norm":
        # The swapped text has the other's mean and deviation in every number.
        read, other = one.opened(swapped), code.values.detach().roll(1, 0)
        torch.testing.assert_close(read.mean(dim=1), other.mean(dim=1))
        torch.testing.assert_close(read.std(dim=1), other.std(dim=1), atol=1e-4, rtol=0)
    with pytest.raises(ArgumentError, match="no prior"):
        one.prior(1, 6, torch.Generator())


def test_a_slot_that_is_the_same_everywhere_is_finite() -> None:
    content, _, _ = instance_norm(torch.ones(1, 3, 2).requires_grad_())
    content.sum().backward()
    assert torch.equal(content.detach(), torch.zeros(1, 3, 2))


def test_the_critic_reads_all_slots() -> None:
    torch.manual_seed(1)
    content = rows(2, 3, 4).requires_grad_()
    StyleCritic(12, 2)(content).sum().backward()
    assert content.grad is not None and (content.grad.abs().sum(dim=2) > 0).all()
