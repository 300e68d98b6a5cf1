"""The entropy coder of benchmarks/lossless.py: nothing is lost, and little is wasted."""

import math

import pytest
import torch

from summ.types import Tokens
from tests import tiny

lossless = pytest.importorskip("benchmarks.lossless", exc_type=ImportError)


def test_lines_come_back_and_cost_what_the_model_says():
    torch.manual_seed(2)
    model = tiny.language_model(tiny.facts(20)).eval()
    with torch.no_grad():
        for weights in model.parameters():
            weights.mul_(3)  # far from uniform
    generator = torch.Generator().manual_seed(1)
    rows = [
        [*torch.randint(4, 20, (length,), generator=generator).tolist(), tiny.EOS]
        for length in (3, 0, 7, 1, 12, 5)
    ]
    code = lossless.coded(model, rows, tiny.EOS)
    assert lossless.uncoded(model, code, tiny.EOS, longest=16) == rows
    tokens = Tokens.from_lists(rows, tiny.PAD)
    with torch.inference_mode():
        nats = -float(model.log_probs(tokens)[tokens.mask].sum())
    # The count of lines takes 4 bytes, the coder's end at most 8.
    assert 8 * (len(code) - 12) <= nats / math.log(2) <= 8 * (len(code) - 4)
