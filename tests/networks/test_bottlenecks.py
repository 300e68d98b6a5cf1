import itertools
import math

import pytest
import torch
from scipy.stats import norm

from summ.networks.bottlenecks import (
    BinaryBottleneck,
    iterative_quantisation,
    principal_axes,
)


def rows(count: int, width: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(count, width, generator=torch.Generator().manual_seed(seed))


def test_a_binary_code_is_signs_with_the_slope_of_tanh() -> None:
    torch.manual_seed(0)
    bottleneck, vectors, weights = BinaryBottleneck(5, 3), rows(4, 5), rows(4, 3, 1)
    code = bottleneck(vectors[:, None])
    activation = bottleneck.linear(vectors)
    assert torch.equal(code.bits[:, 0], activation > 0)
    torch.testing.assert_close(code.values, torch.where(code.bits, 1.0, -1.0))
    assert code.nats.tolist() == pytest.approx([3 * math.log(2)] * 4)
    (code.values[:, 0] * weights).sum().backward()
    slope = weights * (1 - activation.detach().tanh() ** 2)
    torch.testing.assert_close(bottleneck.linear.weight.grad, slope.T @ vectors)


def test_the_slope_of_tanh_is_that_of_an_expected_sign() -> None:
    """Of sign(a + noise), whose mean is tanh(a) if the noise is logistic with scale 1/2.

    So the gradient of any linear loss through the estimator is that of its expectation, exactly.
    """
    activation = torch.linspace(-2, 2, 9, dtype=torch.float64)
    noise = torch.logit(torch.linspace(0, 1, 200_003, dtype=torch.float64)[1:-1]) / 2
    mean = torch.sign(activation[:, None] + noise).mean(dim=1)
    torch.testing.assert_close(mean, activation.tanh(), atol=2e-5, rtol=0)


def test_iterative_quantisation_turns_and_its_error_falls() -> None:
    projected = rows(400, 6) * torch.tensor([3.0, 2.0, 1.0, 1.0, 0.5, 0.2])

    def error(rounds: int) -> float:
        turned = projected @ iterative_quantisation(projected, seed=1, rounds=rounds)
        return float((torch.where(turned > 0, 1.0, -1.0) - turned).square().sum())

    errors = [error(rounds) for rounds in range(8)]
    assert all(later <= earlier + 1e-3 for earlier, later in itertools.pairwise(errors))
    assert errors[7] < 0.95 * errors[0]
    rotation = iterative_quantisation(projected, seed=1)
    torch.testing.assert_close(rotation @ rotation.T, torch.eye(6), atol=1e-5, rtol=0)


def test_principal_axes_are_those_of_the_singular_values() -> None:
    centred = rows(50, 7) - rows(50, 7).mean(dim=0)
    _, _, right = torch.linalg.svd(centred)
    products = principal_axes(centred, 3).T @ right[:3].T
    torch.testing.assert_close(products.abs(), torch.eye(3), atol=1e-4, rtol=0)


def test_a_fitted_code_halves_the_texts_by_every_bit() -> None:
    bottleneck = BinaryBottleneck(8, 4)
    vectors = rows(500, 8) + 3.0  # far from the origin
    bottleneck.fit(vectors, seed=1)
    code = bottleneck(vectors[:, None])
    assert bottleneck.fitted
    # Signs of a normal variable with this mean, in standard deviations of the mean: 5.
    share = code.bits.float().mean(dim=0)
    assert ((share - 0.5).abs() < norm.isf(0.001) * 0.5 / math.sqrt(500) * 1.7).all()
