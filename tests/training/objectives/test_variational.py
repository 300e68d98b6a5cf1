"""What codes cost: closed forms, and a model whose likelihood is known."""

import itertools
import math

import pytest
import torch
from scipy.stats import norm

from summ.networks.code_costs import (
    active_units,
    commitment_loss,
    free_bits,
    gaussian_kl,
    perplexity,
    symbol_counts,
)
from summ.training.objectives.variational import (
    bag_nll,
    contractive_loss,
    gaussian_log_density,
    importance_weighted_nll,
    shift_loss,
)


def rows(*shape: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def test_divergence_of_a_gaussian_is_the_closed_form_and_the_mean_of_draws() -> None:
    mean, logvar = torch.tensor([0.7], dtype=torch.float64), torch.tensor([-0.5]).double()
    kl = gaussian_kl(mean, logvar)
    mine = torch.distributions.Normal(mean, (logvar / 2).exp())
    prior = torch.distributions.Normal(torch.zeros(1).double(), torch.ones(1).double())
    torch.testing.assert_close(kl, torch.distributions.kl_divergence(mine, prior))
    drawn = mean + (logvar / 2).exp() * rows(100_000)
    ratios = mine.log_prob(drawn) - prior.log_prob(drawn)
    assert abs(float(ratios.mean() - kl)) < 4 * float(ratios.std()) / math.sqrt(100_000)
    assert float(gaussian_kl(torch.zeros(1), torch.zeros(1))) == 0


def test_free_bits_are_a_maximum_for_each_number_of_each_text() -> None:
    kl = torch.tensor([[0.1, 3.0], [0.5, 0.2]])
    assert free_bits(kl, 0.25).tolist() == pytest.approx([3.25, 0.75])
    assert free_bits(kl, 0.0).tolist() == pytest.approx(kl.sum(dim=1).tolist())


def test_bounds_of_a_linear_gaussian_model_are_ordered() -> None:
    """x = 2 z + e: log p(x) is that of N(0, 5), whatever codes are drawn from."""
    x, draws, texts = 1.3, 64, 2_000
    exact = -norm.logpdf(x, scale=math.sqrt(5))
    mean, logvar = torch.tensor(0.3).double(), torch.tensor(-0.8).double()
    codes = mean + (logvar / 2).exp() * rows(draws, texts)
    nothing = torch.zeros_like(codes)
    nll = -gaussian_log_density(torch.full_like(codes, x), 2 * codes, nothing)
    prior = gaussian_log_density(codes, nothing, nothing)
    posterior = gaussian_log_density(codes, mean.expand_as(codes), logvar.expand_as(codes))

    def bound(count: int) -> float:
        every = importance_weighted_nll(nll[:count], prior[:count], posterior[:count])
        return float(every.mean())

    assert bound(1) > bound(8) > bound(64) > exact - 0.01
    assert bound(64) == pytest.approx(exact, abs=0.05)
    # The bound of one draw is the nll and the divergence.
    elbo = float(nll[0].mean() + gaussian_kl(mean, logvar))
    assert bound(1) == pytest.approx(elbo, abs=0.1)
    # From the true posterior every draw tells the truth.
    mean, logvar = torch.tensor(2 * x / 5).double(), torch.tensor(-math.log(5)).double()
    codes = mean + (logvar / 2).exp() * rows(1, 20)
    nothing = torch.zeros_like(codes)
    told = importance_weighted_nll(
        -gaussian_log_density(torch.full_like(codes, x), 2 * codes, nothing),
        gaussian_log_density(codes, nothing, nothing),
        gaussian_log_density(codes, mean.expand_as(codes), logvar.expand_as(codes)),
    )
    assert told.tolist() == pytest.approx([exact] * 20)


def test_density_is_scipys() -> None:
    values = rows(5)
    expected = norm.logpdf(values.numpy(), loc=0.5, scale=math.exp(0.3))
    found = gaussian_log_density(values, torch.full_like(values, 0.5), torch.full_like(values, 0.6))
    assert found.tolist() == pytest.approx(expected.tolist())


def test_commitment_moves_the_slots_and_not_the_codes() -> None:
    slots, codes = rows(2, 3, 4).requires_grad_(), rows(2, 3, 4, seed=1).requires_grad_()
    loss = commitment_loss(slots, codes)
    squared = (slots - codes).detach()[0].square().sum()
    assert float(loss.detach()[0]) == pytest.approx(float(squared / 4))
    loss.sum().backward()
    assert codes.grad is None and slots.grad is not None


def test_a_bag_is_told_from_one_distribution() -> None:
    logits = rows(1, 1, 5).float()
    ids, mask = torch.tensor([[2, 2, 4, 0]]), torch.tensor([[True, True, True, False]])
    shares = logits.softmax(dim=2)[0, 0]
    expected = -(2 * shares[2].log() + shares[4].log())
    one = torch.zeros_like(ids)
    torch.testing.assert_close(bag_nll(logits, ids, mask, one)[0], expected)


def test_each_of_two_bags_has_its_own_distribution() -> None:
    logits = rows(2, 2, 5).float()
    ids = torch.tensor([[2, 2, 4, 0], [1, 3, 0, 0]])
    mask = torch.tensor([[True, True, True, False], [True, True, False, False]])
    bags = torch.tensor([[0, 1, 1, 1], [1, 0, 0, 0]])
    told = logits.log_softmax(dim=2)
    expected = [
        -(told[0, 0, 2] + told[0, 1, 2] + told[0, 1, 4]),
        -(told[1, 1, 1] + told[1, 0, 3]),
    ]
    torch.testing.assert_close(bag_nll(logits, ids, mask, bags), torch.stack(expected))


def test_perplexity_counts_the_symbols_in_use() -> None:
    symbols = torch.tensor([[0, 3], [1, 3], [0, 3], [1, 3]])
    counts = symbol_counts(symbols, 4)
    assert counts.tolist() == [[2, 2, 0, 0], [0, 0, 0, 4]]
    assert perplexity(counts).tolist() == pytest.approx([2.0, 1.0])
    assert float(perplexity(torch.ones(16))) == pytest.approx(16)


def test_a_unit_is_active_where_its_mean_differs_from_text_to_text() -> None:
    means = torch.stack([torch.arange(8.0), torch.full((8,), 3.0), torch.arange(8) * 0.01], dim=1)
    assert int(active_units(means)) == 1


def test_the_contractive_loss_of_a_linear_map_is_its_frobenius_norm() -> None:
    """The mean over all sign vectors; a text's piece that the map ignores adds nothing."""
    generator = torch.Generator().manual_seed(1)
    weights = torch.randn(4, 2, 3, generator=generator).requires_grad_()  # (D, T, E)
    embeddings = torch.randn(5, 3, 3, generator=generator).requires_grad_()
    code = torch.einsum("dte,nte->nd", weights, embeddings[:, :2])
    every = torch.tensor(list(itertools.product((-1.0, 1.0), repeat=4)))
    found = torch.stack([contractive_loss(code, embeddings, s.expand(5, 4)) for s in every])
    expected = weights.square().sum()
    torch.testing.assert_close(found.mean(dim=0), expected.expand(5))
    assert found.std() > 0
    (slope,) = torch.autograd.grad(found.mean(), weights)
    torch.testing.assert_close(slope, 2 * weights)


def test_a_shift_is_relative_to_the_mean_distance_of_two_texts() -> None:
    code, moved, others = rows(4, 3), rows(4, 3, seed=1), rows(5, 3, seed=2)
    apart = [
        float((one - other).square().sum()) for one, other in itertools.permutations(others, 2)
    ]
    expected = (code - moved).square().sum(dim=1) / (sum(apart) / len(apart))
    torch.testing.assert_close(shift_loss(code, moved, others), expected)


def test_codes_that_shrink_gain_nothing_by_it() -> None:
    scale = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    code, moved = scale * rows(4, 3), scale * rows(4, 3, seed=1)
    (slope,) = torch.autograd.grad(shift_loss(code + 9, moved + 9, code + 9).sum(), scale)
    assert abs(float(slope)) < 1e-12
