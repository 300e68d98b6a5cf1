import math
from dataclasses import replace

import pytest
import torch
from torch.nn import functional

from summ.config import EncoderConfig, OptimizerConfig, StaticConfig
from summ.families.sentence.config import BinaryCodeConfig, InfoMaxStage
from summ.families.sentence.infomax import InfoMaxStep, deal
from summ.families.sentence.model import SentenceModel, build_sentence_model
from summ.text.vocabulary import Vocabulary
from summ.training.random_streams import RandomStreams
from summ.types import Tokens
from tests import tiny
from tests.conftest import STORIES

STARTS = torch.tensor([False, False, False, False, True, False, True, True, False, True])
PAD, EOS = 0, 3


def streams(step: int = 0) -> RandomStreams:
    return RandomStreams(1, step, 0, 1, torch.device("cpu"))


def kept(half: Tokens) -> list[list[int]]:
    return [row[mask].tolist() for row, mask in zip(half.ids, half.mask, strict=True)]


def test_words_are_dealt_whole_and_in_order() -> None:
    """Words are 4 5, 6, 7 8 and 9; the smaller coins of the first row are those of words 1, 3."""
    rows = [[4, 5, 6, 7, 8, 9, EOS], [6, 9, 4, EOS], [7, 8, EOS]]
    coins = torch.tensor([[0.9, 0.1, 0.8, 0.2, 0.0, 0.0, 0.0]] * 3)
    first, second = deal(Tokens.from_lists(rows, PAD), STARTS, coins)
    assert kept(first) == [[6, 9, EOS], [9, 4, EOS], [7, 8, EOS]]
    assert kept(second) == [[4, 5, 7, 8, EOS], [6, EOS], [7, 8, EOS]]


def test_every_word_is_in_one_half(tiny_model: SentenceModel) -> None:
    batch = tiny_model.read(STORIES)
    starts = torch.as_tensor(tiny_model.vocabulary.starts_word)
    coins = torch.rand(batch.ids.shape, generator=torch.Generator().manual_seed(0))
    first, second = map(kept, deal(batch, starts, coins))
    for whole, one, other in zip(kept(batch), first, second, strict=True):
        assert sorted(whole) == sorted(one[:-1] + other)
        words = [len(tiny_model.vocabulary.split(half[:-1])) for half in (one, other)]
        assert words[0] - words[1] in (0, 1)


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> SentenceModel:
    place = tmp_path_factory.mktemp("vocabulary")
    vocabulary = Vocabulary.train(STORIES * 20, 500, place / "vocabulary")
    config = EncoderConfig(static=StaticConfig(embedding=24), max_pieces=48)
    return build_sentence_model(config, vocabulary, seed=1)


def stage(code: BinaryCodeConfig | None, **changes: float) -> InfoMaxStage:
    optimizer = OptimizerConfig(learning_rate=0.01)
    given = {"name": "s", "kind": "infomax", "steps": 1, "optimizer": optimizer, "code": code}
    return InfoMaxStage.model_validate(given | changes)


@pytest.mark.parametrize("bits", [None, 16])
def test_the_loss_is_what_a_loop_gives(tiny_model: SentenceModel, bits: int | None) -> None:
    model = tiny_model if bits is None else tiny_model.with_code("binary", {"bits": bits}, 1)
    code = None if bits is None else BinaryCodeConfig(bits=bits, balance=0.3, decorrelation=0.2)
    step = InfoMaxStep(model, stage(code, temperature=0.2))
    batch = model.read(STORIES)
    output = step(batch, streams())
    coins = streams().uniform("halves", 6, 48)[:, : batch.ids.shape[1]]
    starts = torch.as_tensor(model.vocabulary.starts_word)
    values = [model.vectors(half) for half in deal(batch, starts, coins)]
    if bits is not None:
        values = [torch.where(step.code.linear(one) > 0, 1.0, -1.0) for one in values]
    total = 0.0
    for here, there in (values, values[::-1]):
        for i in range(6):
            cosines = [float(functional.cosine_similarity(here[i], one, dim=0)) for one in there]
            weights = [math.exp(cosine / 0.2) for cosine in cosines]
            total -= math.log(weights[i] / sum(weights)) / 12
    if bits is not None:
        every = torch.cat(values)
        total += 0.3 * float(every.mean(0).square().sum())
        table = (every.T @ every / 12).square()
        total += 0.2 * float(table.sum() - table.trace()) / bits
    assert float(output.loss) == pytest.approx(total, rel=1e-4)


def test_a_code_learns_and_the_encoders_stay(tiny_model: SentenceModel) -> None:
    """Six sentences are told apart nearly surely; blindly each costs log 6 nats."""
    model = tiny_model.with_code("binary", {"bits": 32}, 1)
    model.codes["binary"].fit(model.vectors(model.read(STORIES)), 1)
    before = {name: value.clone() for name, value in model.encoders.state_dict().items()}
    step = InfoMaxStep(model, stage(BinaryCodeConfig(bits=32, balance=0.0, decorrelation=0.0)))
    learning = [name for name, value in step.named_parameters() if value.requires_grad]
    assert learning == ["code.linear.weight", "code.linear.bias"]
    outputs = tiny.taught(step, model.read(STORIES), 60, 0.05)
    nats = [float(output.stats["infomax/nats"]) for output in outputs]
    assert sum(nats[-10:]) / 10 < 0.1 * math.log(6)
    assert tiny.equal(before, model.encoders.state_dict())


def test_without_a_code_the_encoders_learn(tiny_model: SentenceModel) -> None:
    model = replace(tiny_model)
    outputs = tiny.taught(InfoMaxStep(model, stage(None)), model.read(STORIES), 40, 0.02)
    assert float(outputs[-1].loss) < 0.1 * math.log(6)
