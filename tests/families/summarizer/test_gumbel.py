from dataclasses import replace

import pytest
import torch
from torch import Tensor

from summ.families.summarizer.config import AdversarialOptimizerConfig, GumbelStage
from summ.families.summarizer.gumbel import GumbelStep
from summ.families.summarizer.relaxation import gumbel, relax
from summ.networks.policy import greedy
from summ.training.random_streams import RandomStreams
from summ.types import Batch, StepOutput, Tokens
from tests import tiny

CPU = torch.device("cpu")
OPTIMIZER = AdversarialOptimizerConfig(learning_rate=1e-3)
EVERY_TERM = {
    "discriminator_weight": 1.0,
    "prior_weight": 0.5,
    "fluency_weight": 0.5,
}


def stage(**changes: object) -> GumbelStage:
    values = {
        "kind": "gumbel",
        "name": "test",
        "steps": 1000,
        "optimizer": OPTIMIZER,
        "likelihood": {"budgets": (2, 2)},
    } | changes
    return GumbelStage.model_validate(values)


def prior(tokens: Tokens) -> Tensor:
    """A language model under which larger ids are likelier."""
    scores = torch.arange(14.0).expand(*tokens.ids.shape, 14)
    return (0.1 * scores).log_softmax(-1)


prior.unigram = torch.zeros(14)


def build(vocabulary, config: GumbelStage, length: int = 4, shortlist=None):
    torch.manual_seed(0)
    parts = (
        tiny.compressor(vocabulary, shortlist),
        tiny.reconstructor(vocabulary),
        tiny.discriminator(vocabulary),
    )
    step = GumbelStep(*parts, tiny.marks(vocabulary), config, 16, length, prior)
    return step, parts


def prone_to_end(compressor) -> None:
    """Makes drafts shorter than asked for."""
    compressor.network.final_logits_bias[0, tiny.EOS] = 3.0


def streams(step: int = 0, shard: int = 0, shards: int = 1) -> RandomStreams:
    return RandomStreams(1, step, shard, shards, CPU)


def equal_documents(vocabulary) -> Batch:
    """Documents of five words each."""
    whole = tiny.batch(vocabulary)
    ids = whole.documents.ids[:, :6].clone()
    ids[:, 5] = tiny.EOS
    documents = Tokens(ids, torch.ones_like(ids, dtype=torch.bool))
    return replace(whole, documents=documents)


@pytest.mark.parametrize("reward", [[0.0, 1.0, 3.0], [2.0, -1.0, 0.5]])
def test_near_temperature_zero_the_expected_gradient_is_exact(reward: list[float]) -> None:
    """Mean over 200,000 draws of the relaxed gradient, against the sum over all three words."""
    logits = torch.tensor([0.3, -0.5, 0.8], requires_grad=True)
    value = torch.tensor(reward)
    exact = torch.autograd.grad((logits.softmax(-1) * value).sum(), logits)[0]
    rows = 200_000
    noise = gumbel(torch.rand(rows, 3, generator=torch.Generator().manual_seed(0)))[:, None]
    log_probs = logits.log_softmax(-1).expand(rows, 1, 3)
    ids = (log_probs.detach() + noise).argmax(-1)
    words = Tokens(ids, torch.ones_like(ids, dtype=torch.bool))
    draft = relax(log_probs, noise, words, 0.1, straight_through=True)
    estimate = torch.autograd.grad((draft.rows @ value).mean(), logits)[0]
    # Its standard error is about 0.003, and the relaxation's own bias as large.
    torch.testing.assert_close(estimate, exact, rtol=0.03, atol=0.01)


@pytest.mark.parametrize("critic", ["discriminator", "wgan-gp"])
def test_gradient_is_that_of_finite_differences(critic: str) -> None:
    """The soft step along its own gradient, every term on.

    With documents of six pieces and a weight of six, the loss is what the compressor minimises.
    """
    vocabulary = tiny.facts(words=6)
    terms = EVERY_TERM | {"reconstruction_weight": 6.0}
    config = stage(terms=terms, straight_through=False, likelihood_weight=0, critic=critic)
    step, (compressor, _, _) = build(vocabulary, config)
    batch = equal_documents(vocabulary)
    output = step(batch, streams())
    parameters = [p for p in compressor.parameters() if p.requires_grad]
    gradient = torch.autograd.grad(output.loss, parameters)
    norm = torch.stack([part.square().sum() for part in gradient]).sum().sqrt()

    def moved(distance: float) -> float:
        with torch.no_grad():
            for value, part in zip(parameters, gradient, strict=True):
                value += distance * part / norm
            result = step(batch, streams())
            for value, part in zip(parameters, gradient, strict=True):
                value -= distance * part / norm
        assert torch.equal(result.draft.ids, output.draft.ids)  # the draw is held
        return float(result.loss)

    reach = 1e-3
    slope = (moved(reach) - moved(-reach)) / (2 * reach)
    # Float32 losses of about 20 differ by 1e-6 of themselves: 1 % of the slope.
    assert slope == pytest.approx(float(norm), rel=0.02)


@pytest.mark.parametrize("critic", ["discriminator", "wgan-gp"])
@pytest.mark.parametrize("straight_through", [True, False])
def test_one_batch_of_eight_equals_four_of_two(critic: str, straight_through: bool) -> None:
    vocabulary = tiny.facts(words=6)
    config = stage(
        terms=EVERY_TERM,
        straight_through=straight_through,
        critic=critic,
        likelihood={"budgets": (2, 3), "back_translated_share": 0.5},
    )
    step, _ = build(vocabulary, config)
    whole = tiny.batch(vocabulary, rows=8)
    step(whole, streams(5)).loss.backward()
    expected = tiny.gradients(step)
    step.zero_grad()
    for shard in range(4):
        (step(tiny.share(whole, shard, 4), streams(5, shard, 4)).loss / 4).backward()
    actual = tiny.gradients(step)
    assert expected.keys() == actual.keys()
    for name, value in expected.items():
        torch.testing.assert_close(actual[name], value, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("critic", ["discriminator", "wgan-gp", "spectral"])
def test_gradient_reaches_compressor_and_reconstructor_only(critic: str) -> None:
    vocabulary = tiny.facts(words=6)
    config = stage(critic=critic, likelihood_weight=0, terms=EVERY_TERM)
    step, (compressor, reconstructor, discriminator) = build(vocabulary, config)
    step(tiny.batch(vocabulary), streams()).loss.backward()
    for part in (compressor, reconstructor):
        assert all(p.grad is not None for p in part.parameters() if p.requires_grad)
    assert all(p.grad is None and p.requires_grad for p in discriminator.parameters())
    own = {id(p) for p in step.parameters()}
    assert not own & {id(p) for p in discriminator.parameters()}


@pytest.mark.parametrize(
    "term", ["reconstruction", "length", *(name.removesuffix("_weight") for name in EVERY_TERM)]
)
def test_each_term_alone_reaches_the_compressor(term: str) -> None:
    vocabulary = tiny.facts(words=6)
    others = ("reconstruction", "discriminator", "length")
    terms = {f"{name}_weight": float(name == term) for name in (*others, term)}
    step, (compressor, _, _) = build(vocabulary, stage(terms=terms, likelihood_weight=0))
    prone_to_end(compressor)
    step(tiny.batch(vocabulary), streams()).loss.backward()
    total = sum(float(value.abs().sum()) for value in tiny.gradients(compressor).values())
    assert total > 1e-3


def test_no_term_teaches_the_reconstructor() -> None:
    """Its gradient is the maximum-likelihood one alone, whatever the terms weigh."""
    vocabulary = tiny.facts(words=6)
    found, theirs = [], []
    for weight in (0.0, 100.0):
        terms = dict.fromkeys((*EVERY_TERM, "reconstruction_weight"), weight)
        step, (compressor, reconstructor, _) = build(
            vocabulary, stage(terms=terms, likelihood_weight=0)
        )
        step(tiny.batch(vocabulary), streams()).loss.backward()
        found.append(tiny.gradients(reconstructor))
        theirs.append(tiny.gradients(compressor))
    for name, value in found[0].items():
        torch.testing.assert_close(found[1][name], value)
    assert any(not torch.allclose(theirs[0][name], theirs[1][name]) for name in theirs[0])


def test_the_compressor_feels_reconstruction_by_its_weight() -> None:
    """Nothing at weight 0, and four times as much at 4 as at 1."""
    vocabulary = tiny.facts(words=6)
    found = []
    for weight in (0.0, 1.0, 4.0):
        terms = {
            "reconstruction_weight": weight,
            "discriminator_weight": 0.0,
            "length_weight": 0.0,
        }
        step, (compressor, _, _) = build(vocabulary, stage(terms=terms, likelihood_weight=0))
        step(tiny.batch(vocabulary), streams()).loss.backward()
        found.append(tiny.gradients(compressor))
    nothing, once, four_times = found
    assert max(float(value.abs().max()) for value in once.values()) > 1e-3
    for name, value in once.items():
        assert not nothing[name].any()
        torch.testing.assert_close(four_times[name], 4 * value, rtol=1e-4, atol=1e-6)


def test_learns_the_length_asked_for() -> None:
    vocabulary = tiny.facts(words=6)
    terms = {"reconstruction_weight": 0, "discriminator_weight": 0, "length_weight": 1}
    config = stage(terms=terms, likelihood_weight=0, likelihood={"budgets": (3, 3)})
    step, (compressor, _, _) = build(vocabulary, config)
    prone_to_end(compressor)
    batch = tiny.batch(vocabulary)
    optimizer = torch.optim.Adam(compressor.parameters(), lr=3e-3)
    errors = []
    for number in range(60):
        output = step(batch, streams(number))
        optimizer.zero_grad()
        output.loss.backward()
        optimizer.step()
        errors.append(float(output.stats["summary/length_error"]))
        if tiny.last_mean(errors) < 0.1:
            break
    # Of 8 drafts at least 4 words too many or too few at first; of the last 40, at most 4.
    assert errors[0] > 0.4
    assert tiny.last_mean(errors) < 0.1


def test_overfits_four_documents() -> None:
    """Drafts come to tell four documents apart: more than can be known without them.

    With the straight-through estimator, which is biased; the other's gradient is that of finite
    differences, above.
    """
    vocabulary = tiny.facts(words=8)
    terms = {"reconstruction_weight": 4.0, "discriminator_weight": 0.0}
    config = stage(
        terms=terms,
        straight_through=True,
        likelihood={"budgets": (3, 3)},
        likelihood_weight=0,
        steps=250,
    )
    step, _ = build(vocabulary, config)
    batch = tiny.batch(vocabulary, rows=4)
    guessed = tiny.guessed_nll(batch.documents)

    def totals(outputs: list[StepOutput]) -> list[float]:
        return [float(output.stats["reconstruction/nll_per_piece"]) for output in outputs]

    outputs = tiny.taught(
        step, batch, 250, 3e-3, lambda outputs: tiny.last_mean(totals(outputs[-5:])) < guessed
    )
    assert tiny.last_mean(totals(outputs)) < guessed < totals(outputs)[0]


def test_a_sharper_policy_draws_what_it_relaxes() -> None:
    """At a low temperature of the policy, drafts are greedy and their words nearly certain."""
    vocabulary = tiny.facts(words=6)
    entropies = []
    for temperature in (1.0, 0.1):
        config = stage(policy_temperature=temperature, straight_through=False, likelihood_weight=0)
        step, (compressor, _, _) = build(vocabulary, config)
        output = step(tiny.batch(vocabulary), streams())
        entropies.append(float(output.stats["policy/entropy"]))
    # A logit gap g > 0 between two tokens leaves the entropy of a coin of odds exp(g), then of odds
    # exp(10 g): less than half for every g above 0.2, and these networks' gaps are about 1.
    assert entropies[1] < entropies[0] / 2
    encoded = compressor.read(tiny.batch(vocabulary).documents, torch.full((8,), 2))
    likeliest = greedy(compressor, encoded, tiny.marks(vocabulary), 4)
    same = likeliest.ids == output.draft.ids[:, : likeliest.ids.shape[1]]
    # Odds of 2 to 1 become 2^10 to 1; at 1.4 to 1 a draw is greedy 29 times of 30.
    assert same[likeliest.mask].float().mean() > 0.8


@pytest.mark.slow
def test_finite_over_five_thousand_steps_at_low_temperature() -> None:
    vocabulary = tiny.facts(words=6)
    config = stage(temperature=(0.1, 0.1), terms=EVERY_TERM, steps=5000)
    step, _ = build(vocabulary, config)
    batch = tiny.batch(vocabulary)
    optimizer = torch.optim.Adam(step.parameters(), lr=1e-3)
    for number in range(5000):
        # bf16 has a test of its own; at this size casting would take most of the time.
        output = step(batch, streams(number))
        optimizer.zero_grad()
        output.loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(step.parameters(), 1.0)
        assert torch.isfinite(norm), number
        optimizer.step()
