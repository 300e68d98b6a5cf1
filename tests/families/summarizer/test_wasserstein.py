"""The Wasserstein critic: its slope, its routing, and that it tells drafts from sentences."""

from dataclasses import replace

import pytest
import torch

from summ.families.summarizer.config import AdversarialOptimizerConfig, GumbelStage
from summ.families.summarizer.gumbel import GumbelStep
from summ.families.summarizer.relaxation import one_hot
from summ.families.summarizer.wasserstein_critic import WassersteinCriticStep
from summ.networks.discriminator import frozen_scores, limit_spectra
from summ.training.objectives.adversarial import gradient_penalty, mean_score
from summ.training.random_streams import RandomStreams
from summ.types import Relaxed, Tokens
from tests import tiny

CPU = torch.device("cpu")


def stage(**changes: object) -> GumbelStage:
    values = {
        "kind": "gumbel",
        "name": "test",
        "steps": 1000,
        "optimizer": AdversarialOptimizerConfig(learning_rate=1e-3),
        "likelihood": {"budgets": (2, 3)},
        "critic": "wgan-gp",
        "discriminator_every": 1,
    } | changes
    return GumbelStage.model_validate(values)


def build(config: GumbelStage):
    vocabulary = tiny.facts(words=6)
    torch.manual_seed(0)
    critic, compressor = tiny.discriminator(vocabulary), tiny.compressor(vocabulary)
    step = WassersteinCriticStep(critic, compressor, tiny.marks(vocabulary), config, 4)
    return vocabulary, critic, compressor, step


def streams(step: int = 0, shard: int = 0, shards: int = 1) -> RandomStreams:
    return RandomStreams(1, step, shard, shards, CPU)


@pytest.mark.parametrize("kind", ["wgan-gp", "spectral"])
@pytest.mark.parametrize("straight_through", [True, False])
@pytest.mark.parametrize("drawn", [True, False])
def test_one_batch_of_eight_equals_four_of_two(
    kind: str, straight_through: bool, drawn: bool
) -> None:
    vocabulary, critic, _, step = build(stage(critic=kind, straight_through=straight_through))
    limit_spectra(critic)
    whole = tiny.batch(vocabulary, rows=8)
    drafts = tiny.words(*[[8 + row % 6, 9] for row in range(8)]) if drawn else None
    step(whole, drafts, streams(3)).loss.backward()
    expected = tiny.gradients(step)
    step.zero_grad()
    for shard in range(4):
        mine = None if drafts is None else drafts.rows(slice(shard, None, 4))
        (step(tiny.share(whole, shard, 4), mine, streams(3, shard, 4)).loss / 4).backward()
    actual = tiny.gradients(step)
    assert expected.keys() == actual.keys()
    for name, value in expected.items():
        torch.testing.assert_close(actual[name], value, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("kind", ["wgan-gp", "spectral"])
def test_gradient_reaches_the_critic_only(kind: str) -> None:
    vocabulary, critic, compressor, step = build(stage(critic=kind))
    step(tiny.batch(vocabulary), None, streams()).loss.backward()
    reached = {name for name, p in critic.named_parameters() if p.grad is not None}
    every = {name for name, _ in critic.named_parameters()}
    assert reached == every
    assert all(p.grad is None for p in compressor.parameters())
    assert {id(p) for p in step.parameters()} == {id(p) for p in critic.parameters()}


def test_the_slope_is_that_of_finite_differences() -> None:
    """The score's gradient with respect to rows, one entry at a time, in float64."""
    vocabulary = tiny.facts(words=3)
    torch.manual_seed(0)
    critic = tiny.discriminator(vocabulary).double()
    words = Tokens(torch.zeros(2, 3, dtype=torch.long), torch.tensor([[1, 1, 1], [1, 1, 0]]).bool())
    rows = torch.rand(2, 3, vocabulary.size, dtype=torch.float64, requires_grad=True)

    def score(values: torch.Tensor) -> torch.Tensor:
        scores = critic(Relaxed(words, values))
        return scores.masked_fill(~words.mask, 0.0).sum(dim=1)

    assert torch.autograd.gradcheck(score, (rows,))
    # The penalty differentiates it a second time, through attention.
    assert torch.autograd.gradgradcheck(score, (rows,))


def test_the_penalty_teaches_the_weights_as_finite_differences_say() -> None:
    """Double backward through eager attention, layer normalisation and the embedding."""
    vocabulary, critic, _, step = build(stage())
    critic.double()
    batch = tiny.batch(vocabulary)
    human, drawn = one_hot(batch.sentences, 14), one_hot(tiny.words([8], [9, 10]), 14)

    def penalty() -> torch.Tensor:
        return gradient_penalty(step._slope(human, drawn, streams()))

    for name, weight in critic.named_parameters():
        if weight.dim() == 2 and "wpe" not in name:
            (gradient,) = torch.autograd.grad(penalty(), weight)
            row, column = divmod(int(gradient.abs().argmax()), weight.shape[1])
            found = []
            for change in (1e-3, -1e-3):
                with torch.no_grad():
                    weight[row, column] += change
                found.append(float(penalty().detach()))
                with torch.no_grad():
                    weight[row, column] -= change
            # Losses are float32: a hundredth of a slope remains.
            expected = (found[0] - found[1]) / 2e-3
            assert float(gradient[row, column]) == pytest.approx(expected, rel=0.02, abs=1e-4), name


def test_points_between_are_where_both_texts_are() -> None:
    """A critic that sums a weight of each row has that weight for slope, wherever it is asked."""
    _, _, _, step = build(stage())
    weight = torch.arange(14.0)

    class Linear(torch.nn.Module):
        def forward(self, source: Relaxed) -> torch.Tensor:
            return source.rows @ weight

    step.critic = Linear()
    human, drawn = one_hot(tiny.words([8, 9], [8]), 14), one_hot(tiny.words([10], [11, 9, 8]), 14)
    slope = step._slope(human, drawn, streams())
    for row, real in enumerate([3, 4]):  # one is the longer of one pair, one of the other
        for position in range(4):
            expected = weight / real if position < real else torch.zeros(14)
            torch.testing.assert_close(slope[row, position], expected)


def test_limited_spectra_against_singular_values() -> None:
    _, critic, _, _ = build(stage())
    with torch.no_grad():
        for value in critic.parameters():
            value *= 30
        critic.score.weight /= 3000
    before = {name: p.detach().clone() for name, p in critic.named_parameters()}
    limit_spectra(critic)
    for name, value in critic.named_parameters():
        if value.dim() == 2:
            was = torch.linalg.matrix_norm(before[name], 2)
            torch.testing.assert_close(value.detach(), before[name] / was.clamp(min=1.0))
        else:
            assert torch.equal(value, before[name])
    assert torch.equal(critic.score.weight, before["score.weight"])  # small ones stay


@pytest.mark.parametrize(("kind", "largest"), [("spectral", 1.0), ("wgan-gp", 20.0)])
def test_the_spectral_kind_limits_its_weights(kind: str, largest: float) -> None:
    vocabulary, critic, _, step = build(stage(critic=kind))
    weight = critic.score.weight
    with torch.no_grad():
        weight *= 20 / torch.linalg.matrix_norm(weight, 2)
    step(tiny.batch(vocabulary), None, streams())
    assert float(torch.linalg.matrix_norm(weight.detach(), 2)) == pytest.approx(largest, rel=1e-4)


@pytest.mark.parametrize("kind", ["wgan-gp", "spectral"])
def test_learns_to_tell_drafts_from_sentences(kind: str) -> None:
    vocabulary, _, _, step = build(stage(critic=kind))
    batch = tiny.batch(vocabulary)
    drafts = tiny.words(*[[8, 8, 8]] * 8)
    optimizer = torch.optim.Adam(step.parameters(), lr=3e-3, betas=(0.5, 0.9))
    distances, penalties = [], []
    for number in range(100):
        output = step(batch, drafts, streams(number))
        optimizer.zero_grad()
        output.loss.backward()
        optimizer.step()
        distances.append(float(output.stats["critic/human"] - output.stats["critic/draft"]))
        assert distances[-1] == pytest.approx(float(output.stats["critic/distance"]), abs=1e-5)
        penalties.append(float(output.stats.get("critic/penalty", torch.tensor(0.0))))
        if distances[-1] > distances[0] + 0.5 and penalties[-1] < 0.2:
            break
    # One-hot texts that differ in all of 3 words are sqrt(6) = 2.4 apart: the most that a score of
    # slope 1 can tell them apart by.  An untrained critic knows nothing of which is which.
    assert distances[0] + 0.1 < distances[-1]
    # (|slope| - 1)^2: a slope between 0.45 and 1.55; a flat score has a penalty of 1.
    assert penalties[-1] < 0.3


def test_its_score_teaches_the_compressor_and_not_itself() -> None:
    vocabulary, critic, _, _ = build(stage())
    words = tiny.words([8, 9], [10])
    rows = one_hot(words, vocabulary.size).rows.requires_grad_()
    found = frozen_scores(critic, Relaxed(words, rows))
    torch.testing.assert_close(found, critic(Relaxed(words, rows)))
    mean_score(found, words.mask).sum().backward()
    assert rows.grad.abs().sum() > 0 and all(p.grad is None for p in critic.parameters())


def test_finite_under_bf16() -> None:
    vocabulary, critic, _, step = build(stage())
    with torch.autocast("cpu", torch.bfloat16):
        output = step(tiny.batch(vocabulary), None, streams())
    output.loss.backward()
    assert all(torch.isfinite(p.grad).all() for p in critic.parameters())


def test_compressor_and_critic_play() -> None:
    """Against a critic that learns along, drafts come to use the words of the sentences."""
    vocabulary, critic, compressor, step = build(stage())
    torch.manual_seed(1)
    config = stage(
        terms={"reconstruction_weight": 0, "length_weight": 0, "discriminator_weight": 1},
        likelihood_weight=0,
        likelihood={"budgets": (2, 2)},
    )
    reconstructor, marks = tiny.reconstructor(vocabulary), tiny.marks(vocabulary)
    player = GumbelStep(compressor, reconstructor, critic, marks, config, 16, 4)
    batch = replace(tiny.batch(vocabulary), sentences=tiny.words(*[[8, 9]] * 8))
    ours = torch.optim.Adam(compressor.parameters(), lr=2e-3, betas=(0.5, 0.9))
    theirs = torch.optim.Adam(critic.parameters(), lr=2e-3, betas=(0.5, 0.9))
    shares = []
    for number in range(120):
        output = player(batch, streams(number))
        ours.zero_grad()
        output.loss.backward()
        ours.step()
        result = step(batch, output.draft, streams(number))
        theirs.zero_grad()
        result.loss.backward()
        theirs.step()
        human = (output.draft.ids == 8) | (output.draft.ids == 9)
        shares.append(float(human.sum() / (output.draft.ids >= 8).sum()))
        if number >= 20 and tiny.last_mean(shares, 10) > 0.8:
            break
    # By chance 2 of 6 words; among the 160 words of ten updates, 1/3 with a standard error of 0.04.
    assert sum(shares[:10]) / 10 < 0.5
    assert tiny.last_mean(shares, 10) > 0.8
