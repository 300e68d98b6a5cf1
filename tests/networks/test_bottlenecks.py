import itertools
import math

import pytest
import torch
from scipy.stats import norm

from summ.networks.bottlenecks import (
    BinaryBottleneck,
    OneHotBottleneck,
    VectorQuantiser,
    iterative_quantisation,
    principal_axes,
)


def rows(count: int, width: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(count, width, generator=torch.Generator().manual_seed(seed))


def test_a_binary_code_is_signs_with_the_slope_of_tanh() -> None:
    torch.manual_seed(0)
    bottleneck, vectors, weights = BinaryBottleneck(5, 3), rows(4, 5), rows(4, 3, 1)
    code = bottleneck(vectors)
    activation = bottleneck.linear(vectors)
    assert code.bits is not None and torch.equal(code.bits, activation > 0)
    torch.testing.assert_close(code.values[:, 0], torch.where(code.bits, 1.0, -1.0))
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
    code = bottleneck(vectors)
    assert bottleneck.fitted and code.bits is not None
    # Signs of a normal variable with this mean, in standard deviations of the mean: 5.
    share = code.bits.float().mean(dim=0)
    assert ((share - 0.5).abs() < norm.isf(0.001) * 0.5 / math.sqrt(500) * 1.7).all()


def test_one_hot_is_the_best_heads_most_probable_class() -> None:
    torch.manual_seed(0)
    bottleneck, vectors = OneHotBottleneck(5, classes=3, heads=2), rows(6, 5)
    bottleneck.best.fill_(1)
    code = bottleneck(vectors)
    logits = bottleneck.linear(vectors)[:, 3:]
    assert code.symbols is not None
    assert torch.equal(code.symbols[:, 0], logits.argmax(dim=1))
    assert torch.equal(code.values[:, 0].argmax(dim=1), code.symbols[:, 0])
    weights = rows(6, 3, 1)
    (code.values[:, 0] * weights).sum().backward()
    ours = bottleneck.linear.weight.grad
    assert ours is not None
    bottleneck.linear.weight.grad = None
    (bottleneck.linear(vectors)[:, 3:].softmax(dim=1) * weights).sum().backward()
    torch.testing.assert_close(ours, bottleneck.linear.weight.grad)


def started(codes: int = 3, columns: int = 2) -> VectorQuantiser:
    torch.manual_seed(0)
    quantiser = VectorQuantiser(4, codes, columns)
    quantiser.start(rows(codes, columns), torch.ones(codes))
    return quantiser


def test_codes_pass_the_gradient_straight_through() -> None:
    quantiser, vectors, weights = started(), rows(5, 4), rows(5, 2, 1)
    code = quantiser(vectors)
    assert code.symbols is not None
    torch.testing.assert_close(code.values[:, 0], quantiser.codes[code.symbols[:, 0]])
    (code.values[:, 0] * weights).sum().backward()
    ours = quantiser.linear.weight.grad
    quantiser.linear.weight.grad = None
    (quantiser.projected(vectors) * weights).sum().backward()
    torch.testing.assert_close(ours, quantiser.linear.weight.grad)


def test_one_update_at_decay_0_is_one_iteration_of_kmeans() -> None:
    """Of scikit-learn's; the means are then brought to length 1."""
    cluster = pytest.importorskip("sklearn.cluster")
    quantiser = started()
    projected = torch.nn.functional.normalize(rows(60, 2, 3), dim=1)
    # On the sphere the nearest by angle is the nearest by distance.
    symbols = (projected @ quantiser.codes.T).argmax(dim=1)
    kmeans = cluster.KMeans(3, init=quantiser.codes.numpy(), n_init=1, max_iter=1)
    kmeans.fit(projected.numpy())
    # One iteration: labels by the start, then means; labels_ are already those of the means.
    quantiser.update(projected, symbols, decay=0.0)
    expected = torch.from_numpy(kmeans.cluster_centers_)
    torch.testing.assert_close(quantiser.codes, torch.nn.functional.normalize(expected, dim=1))
    assert quantiser.counts.tolist() == torch.bincount(symbols, minlength=3).tolist()


def test_a_dead_code_comes_back_where_rows_are() -> None:
    quantiser = started()
    fresh = torch.nn.functional.normalize(rows(3, 2, 9), dim=1)
    before = quantiser.codes.clone()
    quantiser.restart(torch.tensor([False, True, False]), fresh, 2.0)
    assert torch.equal(quantiser.codes[1], fresh[0])
    assert torch.equal(quantiser.codes[[0, 2]], before[[0, 2]])
    # And stays there as long as nobody else pulls it away.
    quantiser.update(fresh[:1], torch.tensor([1]), decay=0.9)
    torch.testing.assert_close(quantiser.codes[1], fresh[0])


def test_a_code_that_nobody_chose_stays() -> None:
    quantiser = started()
    before = quantiser.codes.clone()
    one = torch.tensor([0])
    quantiser.update(torch.nn.functional.normalize(rows(1, 2, 5), dim=1), one, decay=0.0)
    assert torch.equal(quantiser.codes[1:], before[1:])
