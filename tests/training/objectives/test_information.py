import math

import torch

from summ.training.objectives.information import (
    balance_penalty,
    decorrelation_penalty,
    info_nce_nll,
)


def test_equal_codes_cost_log_n() -> None:
    nll = info_nce_nll(torch.full((4, 7), 3.0), torch.arange(4))
    torch.testing.assert_close(nll, torch.full((4,), math.log(7)))


def test_nats_are_what_enumeration_gives() -> None:
    scores = torch.randn(3, 5, generator=torch.Generator().manual_seed(0))
    own = [2, 0, 4]
    expected = [
        -math.log(math.exp(scores[i, o]) / sum(math.exp(s) for s in scores[i]))
        for i, o in enumerate(own)
    ]
    torch.testing.assert_close(info_nce_nll(scores, torch.tensor(own)), torch.tensor(expected))


def test_all_different_bits_cost_nothing() -> None:
    every = torch.tensor([[a, b, c] for a in (-1.0, 1) for b in (-1.0, 1) for c in (-1.0, 1)])
    assert float(balance_penalty(every)) == 0
    assert float(decorrelation_penalty(every)) == 0
    assert float(balance_penalty(torch.ones(4, 3))) == 3
    # Three bits that are one: six products of 1, three bits.
    assert float(decorrelation_penalty(every[:, :1].expand(-1, 3))) == 2
