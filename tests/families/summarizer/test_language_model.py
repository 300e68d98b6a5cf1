import torch

from summ.families.summarizer.language_model import LanguageModelStep
from summ.training.random_streams import RandomStreams
from tests import tiny

CPU = torch.device("cpu")
FACTS = tiny.facts(words=8)
DRAWS = RandomStreams(1, 0, 0, 1, CPU)


def build() -> LanguageModelStep:
    torch.manual_seed(0)
    return LanguageModelStep(tiny.language_model(FACTS))


def test_one_batch_of_eight_equals_two_of_four() -> None:
    step, whole = build(), tiny.batch(FACTS, rows=8)
    step(whole.sentences, DRAWS).loss.backward()
    expected = tiny.gradients(step)
    step.zero_grad()
    for shard in range(2):
        (step(tiny.share(whole, shard, 2).sentences, DRAWS).loss / 2).backward()
    for name, value in tiny.gradients(step).items():
        torch.testing.assert_close(value, expected[name], rtol=1e-3, atol=1e-5)


def test_gradient_reaches_every_parameter() -> None:
    step = build()
    step(tiny.batch(FACTS).sentences, DRAWS).loss.backward()
    assert all(p.grad is not None for p in step.parameters())
    assert "language_model.unigram" not in dict(step.named_parameters())


def test_overfits_eight_sentences() -> None:
    """To the entropy of which sentence comes: log 8 nats a sentence, and nothing beyond it."""
    step = build()
    sentences = tiny.words(
        *[[8 + row, 8 + (row * 3 + 1) % 8, 8 + (row + 5) % 8] for row in range(8)]
    )
    output = tiny.taught(step, sentences, updates=150, rate=1e-2)[-1]
    assert 2.079 < float(output.loss.detach()) < 2.2
    per_word = float(output.stats["language_model/nll_per_piece"])
    assert abs(per_word - float(output.loss.detach()) / 4) < 1e-5
