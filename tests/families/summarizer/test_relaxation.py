"""Relaxed drafts: drawn as the policy says, differentiable as calculus says."""

import pytest
import torch
from scipy import stats
from torch import Tensor

from summ.families.summarizer.relaxation import (
    GumbelNoise,
    annealed,
    draw_tokens,
    gumbel,
    one_hot,
    relax,
    weigh_gradient,
)
from summ.networks.discriminator import Discriminator
from summ.networks.policy import policy_log_probs
from summ.networks.transformer import build_encoder_decoder, encode
from summ.training.random_streams import RandomStreams
from summ.types import Relaxed, Tokens
from tests import tiny

CPU = torch.device("cpu")


def streams(step: int = 0, shard: int = 0, shards: int = 1) -> RandomStreams:
    return RandomStreams(1, step, shard, shards, CPU)


def full(ids: list[list[int]]) -> Tokens:
    return Tokens(torch.tensor(ids), torch.ones(len(ids), len(ids[0]), dtype=torch.bool))


def drawn(rows: int, step: int = 0, length: int = 4, shortlist: list[int] | None = None):
    """Documents, their drafts, the policy's table with gradient, and the noise of the draw."""
    vocabulary = tiny.facts(words=6, continuations=2)
    torch.manual_seed(0)
    compressor = tiny.compressor(vocabulary, shortlist)
    batch = tiny.batch(vocabulary, rows=rows)
    marks = tiny.marks(vocabulary)
    encoded = compressor.read(batch.documents, torch.full((rows,), 2))
    noise = GumbelNoise(streams(step), rows, vocabulary.size)
    words = draw_tokens(compressor, encoded.detach(), marks, noise, length)
    log_probs = policy_log_probs(compressor, encoded, words, marks)
    return compressor, encoded, words, log_probs, noise.table(words.ids.shape[1])


def test_noise_has_the_distribution_of_gumbel() -> None:
    values = gumbel(torch.rand(1, 20000, generator=torch.Generator().manual_seed(0)))[0]
    assert stats.kstest(values.numpy(), "gumbel_r").pvalue > 0.01


def test_noise_is_finite_at_the_ends() -> None:
    ends = gumbel(torch.tensor([[0.0, 1.0, 1 - 2**-24, 2**-149]]))
    assert torch.isfinite(ends).all() and (ends.abs() < 20).all()


def test_noise_is_a_function_of_row_step_and_position() -> None:
    """Two processes draw what one would have drawn, in whichever order positions are asked for."""
    whole = GumbelNoise(streams(step=3), 8, 5).table(4)
    for shard in range(2):
        part = GumbelNoise(streams(3, shard, 2), 4, 5)
        assert torch.equal(part.at(3), whole[shard::2, 3])
        assert torch.equal(part.table(4), whole[shard::2])
    assert not torch.equal(GumbelNoise(streams(step=4), 8, 5).table(4), whole)


@pytest.mark.parametrize("temperature", [1.0, 0.6])
def test_the_first_word_is_drawn_as_often_as_the_policy_says(temperature: float) -> None:
    """Chi-square of 4,000 draws for one document; what must not be said is never drawn."""
    rows = 4000
    vocabulary = tiny.facts(words=6, continuations=2)
    torch.manual_seed(0)
    compressor = tiny.compressor(vocabulary, [8, 9, 10, 14])
    document = tiny.batch(vocabulary, rows=1).documents
    encoded = compressor.read(document, torch.tensor([2])).detach().repeat(rows)
    noise = GumbelNoise(streams(), rows, vocabulary.size)
    marks = tiny.marks(vocabulary)
    words = draw_tokens(compressor, encoded, marks, noise, 1, temperature)
    table = policy_log_probs(compressor, encoded, words, marks, temperature)[0, 0]
    expected = table.detach().exp().double() * rows
    counts = torch.bincount(words.ids[:, 0], minlength=vocabulary.size).double()
    assert counts[expected == 0].sum() == 0
    able = expected > 0
    assert able.sum() > 4 and expected[able].min() > 5
    wanted = expected[able] * rows / expected[able].sum()
    assert stats.chisquare(counts[able].numpy(), wanted.numpy()).pvalue > 0.01


@pytest.mark.parametrize("straight_through", [True, False])
def test_forbidden_words_have_no_share_and_no_gradient(straight_through: bool) -> None:
    _, encoded, words, log_probs, noise = drawn(8, shortlist=[9, 10])
    log_probs = log_probs.detach().requires_grad_()
    rows = relax(log_probs, noise, words, 0.5, straight_through).rows
    banned = ~encoded.allowed[:, None, :].expand_as(rows)
    assert banned.any() and not rows[banned].any()
    (rows * torch.randn_like(rows)).sum().backward()
    assert torch.isfinite(log_probs.grad).all() and not log_probs.grad[banned].any()


@pytest.mark.parametrize("straight_through", [True, False])
def test_rows_are_distributions_on_words_and_nothing_on_padding(straight_through: bool) -> None:
    _, _, words, log_probs, noise = drawn(8)
    rows = relax(log_probs, noise, words, 0.7, straight_through).rows
    torch.testing.assert_close(rows.sum(-1), words.mask.float())
    assert not words.mask.all()
    if straight_through:
        assert torch.equal(rows, one_hot(words, rows.shape[-1]).rows)


def test_soft_rows_are_largest_at_the_drawn_word() -> None:
    """The policy relaxed is the policy sampled: the pass with gradient finds the same words."""
    _, _, words, log_probs, noise = drawn(64)
    rows = relax(log_probs, noise, words, 0.5, straight_through=False).rows
    assert torch.equal(rows.argmax(-1)[words.mask], words.ids[words.mask])


@pytest.mark.parametrize("temperature", [0.3, 1.0])
def test_gradient_is_that_of_finite_differences(temperature: float) -> None:
    generator = torch.Generator().manual_seed(1)
    logits = torch.randn(2, 3, 5, dtype=torch.float64, generator=generator).requires_grad_()
    noise = gumbel(torch.rand(6, 5, generator=generator)).double().reshape(2, 3, 5)
    words = full([[1, 2, 3], [4, 0, 0]])
    words = Tokens(words.ids, torch.tensor([[True, True, True], [True, True, False]]))

    def soft(values: Tensor) -> Tensor:
        banned = values.new_zeros(5, dtype=torch.bool).index_fill(0, torch.tensor([2]), True)
        log_probs = values.masked_fill(banned, -torch.inf).log_softmax(-1)
        return relax(log_probs, noise, words, temperature, straight_through=False).rows

    assert torch.autograd.gradcheck(soft, (logits,))


def test_straight_through_has_the_gradient_of_the_soft_rows() -> None:
    _, _, words, log_probs, noise = drawn(4)
    log_probs = log_probs.detach().requires_grad_()
    weight = torch.randn(log_probs.shape, generator=torch.Generator().manual_seed(0))
    found = []
    for straight_through in (True, False):
        rows = relax(log_probs, noise, words, 0.8, straight_through).rows
        found.append(torch.autograd.grad((rows * weight).sum(), log_probs)[0])
    torch.testing.assert_close(*found)
    assert found[0].abs().sum() > 0


def test_finite_at_low_temperature_under_bf16() -> None:
    vocabulary = tiny.facts(words=6)
    torch.manual_seed(0)
    compressor = tiny.compressor(vocabulary)
    batch, marks = tiny.batch(vocabulary), tiny.marks(vocabulary)
    for step in range(20):
        with torch.autocast("cpu", torch.bfloat16):
            encoded = compressor.read(batch.documents, torch.full((8,), 2))
            noise = GumbelNoise(streams(step), 8, vocabulary.size)
            words = draw_tokens(compressor, encoded.detach(), marks, noise, 4)
            log_probs = policy_log_probs(compressor, encoded, words, marks)
            draft = relax(log_probs, noise.table(words.ids.shape[1]), words, 0.1, True)
        assert draft.rows.dtype == torch.float32
        (draft.rows * torch.randn_like(draft.rows)).sum().backward()
    for value in compressor.parameters():
        assert value.grad is None or torch.isfinite(value.grad).all()


def test_the_weight_of_a_gradient_changes_no_value() -> None:
    rows = torch.rand(2, 3, 4, requires_grad=True)
    draft = Relaxed(full([[0, 1, 2], [1, 2, 3]]), rows)
    weighed = weigh_gradient(draft, torch.tensor([2.0, 0.0]))
    assert torch.equal(weighed.rows, rows)
    weighed.rows.sum().backward()
    assert rows.grad.flatten(1).unique(dim=1).tolist() == [[2.0], [0.0]]


def test_the_temperature_falls_geometrically_and_stays_within() -> None:
    values = [annealed((2.0, 0.5), step, 5) for step in range(5)]
    assert values == pytest.approx([2.0, 2**0.5, 1.0, 0.5**0.5, 0.5])
    assert annealed((2.0, 0.5), 7, 5) == pytest.approx(1.0)  # an adversary's further texts
    assert annealed((2.0, 0.5), 0, 1) == 2.0


@pytest.mark.parametrize("kind", ["pegasus", "bart", "t5", "marian"])
def test_a_one_hot_row_is_read_as_its_id(kind: str) -> None:
    """Whatever the architecture makes of its embeddings: scale, positions, normalisation."""
    sizes = {"d_model": 16, "max_position_embeddings": 64, "scale_embedding": True}
    for side in ("encoder", "decoder"):
        sizes |= {f"{side}_layers": 1, f"{side}_attention_heads": 2, f"{side}_ffn_dim": 32}
    if kind == "t5":
        sizes = {"d_model": 16, "d_kv": 8, "d_ff": 32, "num_layers": 1, "num_heads": 2}
    network = tiny.seq2seq().model_copy(update={"config": {"model_type": kind} | sizes})
    vocabulary = tiny.facts(words=6)
    built = build_encoder_decoder(network, vocabulary, "eager")
    words = tiny.words([8, 9, 10], [11])
    budget = torch.tensor([2, 3])
    expected, mask = encode(built, vocabulary.prompts, words, budget)
    rows = one_hot(words, vocabulary.size)
    found, _ = encode(built, vocabulary.prompts, rows, budget)
    torch.testing.assert_close(found[mask], expected[mask])
    assert not built.get_encoder().get_input_embeddings()._forward_hooks


def test_the_discriminator_reads_a_one_hot_row_as_its_id() -> None:
    vocabulary = tiny.facts(words=6)
    network: Discriminator = tiny.discriminator(vocabulary)
    words = tiny.words([8, 9, 10], [11])
    found = network(one_hot(words, vocabulary.size))
    torch.testing.assert_close(found[words.mask], network(words)[words.mask])
