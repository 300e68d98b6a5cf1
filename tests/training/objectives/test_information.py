import math

import numpy as np
import pytest
import torch
from scipy.stats import entropy

from summ.training.objectives.information import (
    balance_penalty,
    decorrelation_penalty,
    info_nce_nll,
    joint_table,
    mutual_information,
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


def test_information_of_a_known_table() -> None:
    table = torch.tensor([[0.3, 0.1], [0.05, 0.55]], dtype=torch.float64)
    rows, columns = entropy(table.sum(1)), entropy(table.sum(0))
    expected = rows + columns - entropy(table.flatten())
    assert float(mutual_information(table)) == pytest.approx(expected)
    assert float(mutual_information(torch.eye(4) / 4)) == pytest.approx(math.log(4))
    assert float(mutual_information(torch.full((3, 3), 1 / 9))) == pytest.approx(0, abs=1e-6)


def test_a_joint_table_counts_pairs_of_classes_both_ways() -> None:
    classes = np.array([[0, 1], [1, 1], [2, 0], [0, 0]])
    expected = np.zeros((3, 3))
    for one, other in classes:
        expected[one, other] += 1 / 8
        expected[other, one] += 1 / 8
    views = torch.nn.functional.one_hot(torch.from_numpy(classes), 3).float()
    torch.testing.assert_close(
        joint_table(views[:, 0], views[:, 1]), torch.tensor(expected).float()
    )
