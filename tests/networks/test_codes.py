"""Bottlenecks against closed forms, definitions and loops."""

import math

import pytest
import torch
from scipy.stats import chisquare, kstest
from sklearn.cluster import KMeans
from torch.nn import functional

from summ.errors import ArgumentError
from summ.networks.bottlenecks import (
    BinaryBottleneck,
    Bottleneck,
    ContinuousBottleneck,
    GaussianBottleneck,
    OneHotBottleneck,
    gumbel,
    normal,
)
from summ.networks.codebook import VqBottleneck


def rows(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def uniforms(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def vq(symbols: int = 6, size: int = 4, **changes: float) -> VqBottleneck:
    torch.manual_seed(3)
    asked = {"decay": 0.9, "commitment": 0.25, "restart_every": 100} | changes
    return VqBottleneck(5, size, symbols, **asked)


def every_bottleneck() -> list[Bottleneck]:
    torch.manual_seed(3)
    return [
        ContinuousBottleneck(5, 4, noise=0.5),
        GaussianBottleneck(5, 4, free_nats=0.1),
        OneHotBottleneck(5, 6, temperature=0.7),
        BinaryBottleneck(5, 4),
        vq(),
    ]


@pytest.mark.parametrize("one", every_bottleneck(), ids=lambda one: type(one).__name__)
def test_every_bottleneck_keeps_what_all_promise(one: Bottleneck) -> None:
    slots = rows(7, 3, 5).requires_grad_()
    assert isinstance(one, Bottleneck)
    code = one(slots, uniforms(7, one.draws(3)))
    assert code.values.shape == (7, 3, one.size) and code.nats.shape == code.loss.shape == (7,)
    (code.values.square().sum() + code.loss.sum()).backward()
    assert slots.grad is not None and slots.grad.abs().sum() > 0
    # In use: the same twice, each text by itself, and what is stored is what was read.
    code, again = one(slots), one(slots[2:3])
    torch.testing.assert_close(code.values[2:3], again.values)
    torch.testing.assert_close(one.opened(code.stored), code.values, atol=1e-6, rtol=0)
    if not isinstance(one, ContinuousBottleneck):
        drawn = one.prior(9, 3, torch.Generator().manual_seed(1))
        assert drawn.shape[1:] == code.stored.shape[1:] and drawn.dtype == code.stored.dtype
        assert one.opened(drawn).shape == (9, 3, one.size)


def test_the_capacity_of_a_code_in_bits() -> None:
    """Log2 of how many codes there are: 4 ** 3 symbols, 2 ** 12 signs, no limit."""
    bits = [float(one(rows(1, 3, 5)).nats) / math.log(2) for one in every_bottleneck()]
    assert bits[0] == math.inf
    assert bits[2:] == pytest.approx([math.log2(6**3), 12, math.log2(6**3)], rel=1e-6)


def test_plain_numbers_have_no_prior() -> None:
    with pytest.raises(ArgumentError, match="no prior"):
        ContinuousBottleneck(5, 4).prior(1, 1, torch.Generator())


def test_the_noise_of_plain_numbers_has_its_variance_and_is_for_training() -> None:
    one, slots = ContinuousBottleneck(5, 4, noise=1.5), rows(4000, 2, 5)
    clean = one(slots).values
    added = one(slots, uniforms(4000, one.draws(2))).values - clean
    assert kstest((added / 1.5**0.5).flatten().detach().numpy(), "norm").pvalue > 0.01
    torch.testing.assert_close(
        clean.var(dim=2, correction=0).mean(), torch.tensor(1.0), atol=1e-3, rtol=0
    )
    without = ContinuousBottleneck(5, 4)
    assert without.draws(2) == 0


def test_a_gaussians_price_is_its_divergence_and_draws_have_its_moments() -> None:
    torch.manual_seed(0)
    one, slots = GaussianBottleneck(5, 2, free_nats=0.0), rows(1, 1, 5)
    mean, logvar = one.distribution(slots)
    other = torch.distributions.Normal(mean, (logvar / 2).exp())
    prior = torch.distributions.Normal(0.0, 1.0)
    expected = torch.distributions.kl_divergence(other, prior).sum()
    code = one(slots)
    torch.testing.assert_close(code.nats.sum(), expected.detach())
    torch.testing.assert_close(code.loss.sum(), expected)
    torch.testing.assert_close(code.values, mean)
    drawn = one(slots.expand(20_000, 1, 5), uniforms(20_000, one.draws(1))).values[:, 0]
    for place in range(2):
        distribution = other.mean[0, 0, place].item(), other.stddev[0, 0, place].item()
        assert kstest(drawn[:, place].detach().numpy(), "norm", distribution).pvalue > 0.001


def test_free_nats_take_the_gradient_from_what_costs_less() -> None:
    one = GaussianBottleneck(5, 2, free_nats=0.5)
    with torch.no_grad():
        for layer in (one.linear, one.spread):
            layer.weight.zero_()
            layer.bias.zero_()
        one.linear.bias[1] = 2.0  # costs 2 nats, the other one nothing
    code = one(rows(3, 1, 5))
    assert code.loss.tolist() == pytest.approx([2.5] * 3) and code.nats.tolist() == [2.0] * 3
    code.loss.mean().backward()
    assert one.linear.bias.grad.tolist() == pytest.approx([0.0, 2.0])


def test_the_random_numbers_are_of_their_distributions_and_finite() -> None:
    numbers = uniforms(20_000)
    assert kstest(normal(numbers).numpy(), "norm").pvalue > 0.001
    assert kstest(gumbel(numbers).numpy(), "gumbel_r").pvalue > 0.001
    ends = torch.tensor([0.0, 1 - 2.0**-24])
    assert torch.isfinite(normal(ends)).all() and torch.isfinite(gumbel(ends)).all()


def test_a_drawn_symbol_is_as_frequent_as_the_softmax_says() -> None:
    torch.manual_seed(1)
    one, slots, draws = OneHotBottleneck(5, 4, temperature=0.5), rows(1, 2, 5), 8_000
    code = one(slots.expand(draws, 2, 5), uniforms(draws, one.draws(2)))
    shares = one.linear(slots).softmax(dim=2)[0].detach().double()
    for slot in range(2):
        counts = torch.bincount(code.symbols[:, slot], minlength=4).numpy()
        expected = (shares[slot] / shares[slot].sum() * draws).numpy()
        assert chisquare(counts, expected).pvalue > 0.001


def test_the_gradient_of_a_symbol_is_that_of_the_relaxed_one() -> None:
    torch.manual_seed(1)
    one, slots, weights = OneHotBottleneck(5, 4, temperature=0.5), rows(3, 2, 5), rows(3, 2, 4)
    noise = uniforms(3, one.draws(2))
    code = one(slots, noise)
    torch.testing.assert_close(code.values, functional.one_hot(code.symbols, 4).float())
    (code.values * weights).sum().backward()
    found = one.linear.weight.grad.clone()
    one.zero_grad()
    logits = one.linear(slots) + gumbel(noise).view(3, 2, 4)
    ((logits / 0.5).softmax(dim=2) * weights).sum().backward()
    torch.testing.assert_close(found, one.linear.weight.grad)


def test_a_vector_takes_the_nearest_code_and_its_gradient_passes_straight_through() -> None:
    one, slots, weights = vq(), rows(3, 2, 5).requires_grad_(), rows(3, 2, 4)
    code = one(slots)
    mapped = functional.layer_norm(one.linear(slots), (4,))
    distances = torch.cdist(mapped.flatten(0, 1), one.codes)
    assert torch.equal(code.symbols.flatten(), distances.argmin(dim=1))
    torch.testing.assert_close(code.values, one.codes[code.symbols])
    squared = (mapped - one.codes[code.symbols]).square().mean(dim=2).sum(dim=1)
    torch.testing.assert_close(code.loss, 0.25 * squared)
    (found,) = torch.autograd.grad((code.values * weights).sum(), slots)
    (expected,) = torch.autograd.grad((mapped * weights).sum(), slots)
    torch.testing.assert_close(found, expected)


def test_moving_means_are_those_of_a_loop() -> None:
    one = vq()
    counts, sums = one.counts.clone().double(), one.sums.clone().double()
    for step in range(5):
        slots = rows(4, 2, 5, seed=step)
        mapped = functional.layer_norm(one.linear(slots), (4,)).detach().flatten(0, 1)
        symbols = one.nearest(mapped)
        for symbol in range(6):
            mine = mapped[symbols == symbol].double()
            counts[symbol] = 0.9 * counts[symbol] + 0.1 * len(mine)
            sums[symbol] = 0.9 * sums[symbol] + 0.1 * mine.sum(dim=0)
        one(slots, uniforms(4, one.draws(2)))
        expected = (sums / counts[:, None]).float()
        torch.testing.assert_close(one.codes, expected, atol=1e-5, rtol=1e-5)
    # In use nothing moves.
    before = one.codes.clone()
    one(rows(4, 2, 5))
    assert torch.equal(one.codes, before) and int(one.updates) == 5


def test_without_decay_a_moving_mean_is_an_iteration_of_k_means() -> None:
    one, points = vq(), rows(60, 4)
    start = points[:6].clone()
    one.codes.copy_(start)
    one.average(points, one.nearest(points), decay=0.0)
    other = KMeans(6, init=start.numpy(), n_init=1, max_iter=1).fit(points.numpy())
    # scikit-learn labels again after the mean: its centres are those of the first labels.
    torch.testing.assert_close(one.codes, torch.from_numpy(other.cluster_centers_))


def test_a_dead_code_comes_back_at_a_row_of_the_batch() -> None:
    one = vq(restart_every=2)
    with torch.no_grad():
        one.codes[5] = 1e4  # nothing is near
    slots = rows(8, 2, 5)
    for step in range(2):
        one(slots, uniforms(8, one.draws(2), seed=step))
    mapped = functional.layer_norm(one.linear(slots), (4,)).detach().flatten(0, 1)
    assert (mapped - one.codes[5]).abs().sum(dim=1).min() < 1e-6
    assert one.used.sum() == 0
    assert 5 in one(slots).symbols


def test_an_update_that_is_not_finite_leaves_the_codes() -> None:
    one, slots = vq(), rows(4, 2, 5)
    before = one.codes.clone()
    slots[1, 1, 1] = math.nan
    one(slots, uniforms(4, one.draws(2)))
    assert torch.equal(one.codes, before)


def test_a_start_from_k_means_uses_every_code() -> None:
    one = vq(symbols=8)
    slots = rows(100, 2, 5)
    one.fit(slots, seed=1)
    assert one.fitted
    assert set(one(slots).symbols.flatten().tolist()) == set(range(8))
