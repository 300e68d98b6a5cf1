import math

import pytest
import torch

from summ.families.summarizer.salience import SalienceStep
from summ.networks.salience import Salience
from summ.training.random_streams import RandomStreams
from summ.types import Leads, Tokens
from tests import tiny

FACTS = tiny.facts(words=8)
DRAWS = RandomStreams(1, 0, 0, 1, torch.device("cpu"))


def build() -> SalienceStep:
    torch.manual_seed(0)
    salience = Salience(16, 32, FACTS)
    salience.commonness[9] = 1.0
    return SalienceStep(salience, tiny.compressor(FACTS))


def leads(rows: int = 8) -> Leads:
    """Whether a word is repeated depends on the piece before it."""
    generator = torch.Generator().manual_seed(0)
    ids = torch.randint(8, 16, (rows, 5), generator=generator)
    words = tiny.words(*ids.tolist())
    before = torch.roll(words.ids, 1, dims=1)
    return Leads(words, (before % 2 == 0) & FACTS.starts_word[words.ids])


def test_one_batch_of_eight_equals_two_of_four() -> None:
    step, whole = build(), leads()
    step(whole, DRAWS).loss.backward()
    expected = tiny.gradients(step)
    step.zero_grad()
    for part in (slice(0, None, 2), slice(1, None, 2)):
        (step(whole.rows(part), DRAWS).loss / 2).backward()
    for name, value in tiny.gradients(step).items():
        torch.testing.assert_close(value, expected[name], rtol=1e-3, atol=1e-5)


def test_gradient_reaches_the_two_layers_and_not_the_compressor() -> None:
    step = build()
    assert {name.split(".")[1] for name, _ in step.named_parameters()} == {"hidden", "score"}
    step(leads(), DRAWS).loss.backward()
    assert all(p.grad is not None for p in step.parameters())


def test_the_loss_is_the_cross_entropy_of_telling_words() -> None:
    """By hand: 9 stands in every document and counts nothing, end marks and padding neither."""
    step = build()
    with torch.no_grad():
        step.salience.score.weight.zero_()
        step.salience.score.bias.fill_(math.log(3))  # a chance of 3/4
    words = Tokens.from_lists([[8, 9, 10, 3], [11, 3]], tiny.PAD)
    repeated = torch.tensor([[True, True, False, False], [True, False, False, False]])
    output = step(Leads(words, repeated), DRAWS)
    first, second = -math.log(3 / 4) - math.log(1 / 4), -math.log(3 / 4)  # 8, not 10; 11
    assert float(output.loss.detach()) == pytest.approx((first + second) / 2, rel=1e-5)
    per_word = (first + second) / 3
    assert float(output.stats["salience/nll_per_telling_word"]) == pytest.approx(per_word, rel=1e-5)


def test_overfits_eight_leads() -> None:
    step, whole = build(), leads()
    figure = "salience/nll_per_telling_word"
    output = tiny.taught(step, whole, 300, 2e-2, lambda outputs: outputs[-1].stats[figure] < 0.05)[
        -1
    ]
    # The piece before decides: nothing is left to guess.  A coin has log 2 = 0.69 nats a word.
    assert float(output.stats[figure]) < 0.05
