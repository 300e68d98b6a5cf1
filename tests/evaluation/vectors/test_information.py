import math

import numpy as np
import pytest
import torch
from scipy.sparse import csr_matrix

from summ.evaluation.vectors.information import PairDiscriminator, information, whitened


def pairs(correlation: float, count: int = 3000, width: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Gaussian pairs, whose information is -width/2 log(1 - correlation^2)."""
    drawn = np.random.default_rng(3).normal(size=(2, count, width))
    texts = drawn[0]
    codes = correlation * texts + math.sqrt(1 - correlation**2) * drawn[1]
    return codes.astype(np.float32), texts.astype(np.float32)


def test_of_gaussian_pairs_it_is_their_information() -> None:
    correlation = 0.7
    known = -3 / 2 * math.log(1 - correlation**2)  # 1.01 nats
    codes, texts = pairs(correlation)
    # The log-ratio of a pair varies by 1.2 nats: 0.05 over 600 pairs held out; twice that.
    assert information(codes, texts) == pytest.approx(known, abs=0.1)
    # As of a vector of length 1: many small columns that say little each, away from 0.
    wide = 5 + 1e-3 * codes @ np.random.default_rng(4).normal(size=(3, 200))
    assert information(wide, texts) == pytest.approx(known, abs=0.1)


def test_codes_that_say_nothing_have_none_and_a_collapsed_encoder_is_worst() -> None:
    codes, texts = pairs(0.75, 600)
    strange = np.random.default_rng(1).permutation(codes)
    assert information(strange, texts) == pytest.approx(0, abs=0.03)
    assert information(np.ones_like(codes), texts) == 0.0
    signs = np.sign(codes)
    assert 0.03 < information(signs, texts) < information(codes, texts) < math.log(256)


def test_an_autoencoder_is_its_special_case() -> None:
    # With U the identity, the gradient of D of the true pairs is that of the squared error.
    network = PairDiscriminator(2, 64)
    with torch.no_grad():
        network.text.weight.copy_(torch.eye(64))
    codes, texts = torch.randn(5, 2), torch.randn(5, 64)
    network(codes, texts).diagonal().sum().neg().backward()
    decoder = torch.nn.Linear(2, 64)
    decoder.load_state_dict(network.code.state_dict())
    (decoder(codes) - texts).square().sum().backward()
    assert network.code.weight.grad is not None and network.code.bias.grad is not None
    torch.testing.assert_close(network.code.weight.grad, decoder.weight.grad, rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(network.code.bias.grad, decoder.bias.grad, rtol=1e-3, atol=1e-3)


def test_whitened_rows_have_the_identity_as_covariance() -> None:
    rows = np.random.default_rng(2).normal(size=(300, 6)) @ np.diag([9.0, 1, 1, 1, 1, 1e-6])
    found = whitened(rows, 6, seed=1).double()
    torch.testing.assert_close(found.T @ found / 300, torch.eye(5).double(), atol=1e-4, rtol=0)
    sparse = whitened(csr_matrix(rows), 3, seed=1)
    assert sparse.shape == (300, 3) and float(sparse.var(dim=0, correction=0).min()) > 0.99


def test_few_pairs_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 200"):
        information(np.ones((199, 2)), np.ones((199, 2)))
