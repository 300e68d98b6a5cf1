import itertools
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from summ.families.summarizer.config import AdversarialOptimizerConfig, ReinforceStage, RewardConfig
from summ.families.summarizer.critics import Critics
from summ.families.summarizer.language_model import LanguageModelStep
from summ.families.summarizer.reinforce import ReinforceStep
from summ.networks.policy import policy_log_probs
from summ.training.random_streams import RandomStreams
from summ.types import StepOutput, Tokens
from tests import tiny

CPU = torch.device("cpu")
OPTIMIZER = AdversarialOptimizerConfig(learning_rate=1e-3)


def stage(**changes: object) -> ReinforceStage:
    values = {
        "kind": "reinforce",
        "name": "test",
        "steps": 1,
        "optimizer": OPTIMIZER,
        "likelihood": {"budgets": (2, 2)},
    } | changes
    return ReinforceStage.model_validate(values)


def build(vocabulary, config: ReinforceStage, length: int = 3, shortlist=None):
    torch.manual_seed(0)
    parts = (
        tiny.compressor(vocabulary, shortlist),
        tiny.reconstructor(vocabulary),
        tiny.discriminator(vocabulary),
        tiny.language_model(vocabulary),
    )
    marks = tiny.marks(vocabulary)
    critics = Critics(marks, parts[2], language_model=parts[3], sentence_vectors=vectors)
    return ReinforceStep(*parts[:2], critics, marks, config, 16, length), parts


def vectors(words: Tokens) -> Tensor:
    """Sentence vectors that add up one number a type at each of two places."""
    numbers = torch.stack([words.ids.double().sin(), words.ids.double().cos()], dim=-1)
    return numbers.masked_fill(~words.mask[..., None], 0.0).sum(dim=1)


class Chosen(RandomStreams):
    """Draws that lead the policy to a given summary."""

    def __init__(self, uniforms: Tensor) -> None:
        super().__init__(seed=0, step=0, shard=0, shards=1, device=torch.device("cpu"))
        object.__setattr__(self, "uniforms", uniforms)

    def uniform(self, purpose: str, rows: int, columns: int) -> Tensor:
        return self.uniforms[None] if purpose == "draft" else torch.full((rows, columns), 0.5)


def all_summaries(vocabulary, length: int) -> Iterator[list[int]]:
    """Every summary of at most ``length`` pieces and two words, ended or cut off."""
    words = vocabulary.starts_word.nonzero().flatten().tolist()
    for first in words:
        yield [first, tiny.EOS]
        for second in words:
            yield [first, second, *([tiny.EOS] if length == 3 else [])]


KINDS = ["reconstruction", "discriminator", "fluency", "similarity"]


@pytest.mark.parametrize(
    ("kind", "temperature"), [*((kind, 1.0) for kind in KINDS), (KINDS[0], 0.5)]
)
def test_gradient_is_the_gradient_of_the_expected_reward(kind: str, temperature: float) -> None:
    """The step's gradient, weighted by probability over all summaries, against enumeration.

    With a discount of 1 the discriminator's reward-to-go is the policy gradient of the sum of
    all its prefix scores (what follows a word is all that the word can change).  The policy is the
    one that is drawn from, at its temperature.
    """
    vocabulary = tiny.facts(words=3)
    reward = RewardConfig(
        reconstruction_weight=float(kind == "reconstruction"),
        discriminator_weight=float(kind == "discriminator"),
        discount=1.0,
        length_weight=0.0,
        fluency_weight=float(kind == "fluency"),
        similarity_weight=float(kind == "similarity"),
    )
    config = stage(
        baseline="self-critical",
        samples=1,
        temperature=temperature,
        reward=reward,
        likelihood_weight=0,
    )
    step, (compressor, reconstructor, discriminator, language_model) = build(vocabulary, config)
    step.double()
    discriminator.double()
    language_model.double()
    source = tiny.batch(vocabulary, rows=1)
    parameters = [p for p in compressor.parameters() if p.requires_grad]
    budget = torch.tensor([2])

    def score(words: Tokens) -> tuple[Tensor, Tensor]:
        encoded = compressor.read(source.documents, budget)
        table = policy_log_probs(compressor, encoded, words, step.marks, temperature)
        return table, table.gather(-1, words.ids[..., None]).sum().exp()

    def value(words: Tokens) -> float:
        if kind == "discriminator":
            return float((2 * discriminator(words).sigmoid() - 1).sum())
        if kind.startswith("fluency"):
            table = language_model(words) - language_model.unigram
            lift = float(table.gather(-1, words.ids[..., None]).sum())
            return lift if kind.endswith("word") else lift / words.ids.shape[1]
        if kind == "similarity":
            pair = vectors(source.documents), vectors(words)
            return float(torch.cosine_similarity(*pair))
        length = torch.tensor([len(source.documents.ids[0]) - 1])
        encoded = reconstructor.read(words, length)
        table = policy_log_probs(reconstructor, encoded, source.documents, step.marks)
        chosen = table.gather(-1, source.documents.ids[..., None])
        return float(chosen.sum() / source.documents.mask.sum())

    exact = [torch.zeros_like(p) for p in parameters]
    estimate = [torch.zeros_like(p) for p in parameters]
    total = 0.0
    for ids in all_summaries(vocabulary, length=3):
        words = Tokens.from_lists([ids], tiny.PAD)
        table, probability = score(words)
        total += float(probability.detach())
        with torch.no_grad():
            gain = value(words)
        for out, part in zip(
            exact, torch.autograd.grad(-probability * gain, parameters), strict=True
        ):
            out += part
        cumulative = table[0].detach().exp().cumsum(-1)
        position = torch.arange(len(ids))
        mass = table[0].detach().exp()[position, ids]
        uniforms = torch.full((3,), 0.5, dtype=torch.float64)
        uniforms[: len(ids)] = cumulative[position, ids] - mass / 2
        output = step(source, Chosen(uniforms))
        assert output.draft.ids[0].tolist() == ids
        gradients = torch.autograd.grad(output.loss, parameters)
        for out, part in zip(estimate, gradients, strict=True):
            out += float(probability.detach()) * part
    assert total == pytest.approx(1.0)
    for ours, oracle in zip(estimate, exact, strict=True):
        # Logits pass through float32 by design, so agreement ends at about seven digits of sums.
        torch.testing.assert_close(ours, oracle, rtol=1e-3, atol=2e-6)


@pytest.mark.parametrize("baseline", ["self-critical", "leave-one-out"])
def test_one_batch_of_eight_equals_four_of_two(baseline: str) -> None:
    vocabulary = tiny.facts(words=6)
    config = stage(
        baseline=baseline, samples=2, likelihood={"budgets": (2, 3), "back_translated_share": 0.5}
    )
    step, _ = build(vocabulary, config, length=4)
    whole = tiny.batch(vocabulary, rows=8)
    step(whole, RandomStreams(1, 5, 0, 1, CPU)).loss.backward()
    expected = tiny.gradients(step)
    step.zero_grad()
    for shard in range(4):
        part = tiny.share(whole, shard, 4)
        (step(part, RandomStreams(1, 5, shard, 4, CPU)).loss / 4).backward()
    actual = tiny.gradients(step)
    assert expected.keys() == actual.keys()
    for name, value in expected.items():
        torch.testing.assert_close(actual[name], value, rtol=1e-3, atol=1e-5)


def test_gradient_reaches_compressor_and_reconstructor_only() -> None:
    vocabulary = tiny.facts(words=6)
    config = stage(reward={"fluency_weight": 1.0, "similarity_weight": 1.0})
    step, (compressor, reconstructor, *critics) = build(vocabulary, config, length=4)
    step(tiny.batch(vocabulary), RandomStreams(1, 0, 0, 1, CPU)).loss.backward()
    for part in (compressor, reconstructor):
        assert all(p.grad is not None for p in part.parameters() if p.requires_grad)
    own = {id(p) for p in step.parameters()}
    for part in critics:
        assert all(p.grad is None for p in part.parameters())
        assert not own & {id(p) for p in part.parameters()}


def test_the_mean_of_each_reward_is_logged() -> None:
    vocabulary = tiny.facts(words=6)
    weights = {"fluency_weight": 0.5, "similarity_weight": 3.0, "length_weight": 2.0}
    step, _ = build(vocabulary, stage(reward=weights), length=4)
    stats = step(tiny.batch(vocabulary), RandomStreams(1, 0, 0, 1, CPU)).stats
    shares = {"reconstruction": 4.0, "humanness_reward": 1.5, "length": 2.0, "repetition": 0.0}
    shares |= {"fluency": 0.5, "similarity": 3.0}
    expected = sum(share * float(stats[f"reward/{name}"]) for name, share in shares.items())
    assert float(stats["reward/total"]) == pytest.approx(expected, rel=1e-5)


def test_learns_the_rewarded_fluency() -> None:
    """With only fluency rewarded, drafts come to be what the language model has seen."""
    vocabulary = tiny.facts(words=6)
    reward = {"reconstruction_weight": 0, "discriminator_weight": 0, "length_weight": 0}
    reward |= {"fluency_weight": 1.0}
    config = stage(reward=reward, likelihood_weight=0, likelihood={"budgets": (3, 3)})
    step, (compressor, _, _, language_model) = build(vocabulary, config, length=4)
    known = tiny.words(*[[8, 9, 10], [9, 10, 11], [10, 11, 12], [11, 12, 13]] * 2)
    trained = LanguageModelStep(language_model)
    optimizer = torch.optim.Adam(language_model.parameters(), lr=1e-2)
    for _ in range(60):
        optimizer.zero_grad()
        trained(known, RandomStreams(1, 0, 0, 1, CPU)).loss.backward()
        optimizer.step()
    optimizer.zero_grad()
    batch = tiny.batch(vocabulary)
    optimizer = torch.optim.Adam(compressor.parameters(), lr=3e-3)
    fluency = []
    for number in range(80):
        output = step(batch, RandomStreams(1, number, 0, 1, CPU))
        optimizer.zero_grad()
        output.loss.backward()
        optimizer.step()
        fluency.append(float(output.stats["reward/fluency"]))
        if tiny.last_mean(fluency) > 1:
            break
    assert fluency[0] < -0.3
    assert tiny.last_mean(fluency) > 1
    assert all(p.grad is None for p in language_model.parameters())


def test_the_policy_term_does_not_teach_the_reconstructor() -> None:
    """Its gradient is the maximum-likelihood one alone, whatever the rewards weigh."""
    vocabulary = tiny.facts(words=6)
    found = []
    for weight in (0.0, 100.0):
        reward = {"reconstruction_weight": weight, "discriminator_weight": weight}
        config = stage(reward=reward, likelihood_weight=0)
        step, (_, reconstructor, *_) = build(vocabulary, config, length=4)
        step(tiny.batch(vocabulary), RandomStreams(1, 0, 0, 1, CPU)).loss.backward()
        found.append(tiny.gradients(reconstructor))
    for name, value in found[0].items():
        torch.testing.assert_close(found[1][name], value)


def test_learns_the_rewarded_length() -> None:
    """With only the length rewarded, drafts come to have the length asked for."""
    vocabulary = tiny.facts(words=6)
    reward = {"reconstruction_weight": 0, "discriminator_weight": 0, "length_weight": 1}
    config = stage(reward=reward, likelihood_weight=0, likelihood={"budgets": (3, 3)})
    step, (compressor, *_) = build(vocabulary, config, length=4)
    batch = tiny.batch(vocabulary)
    optimizer = torch.optim.Adam(compressor.parameters(), lr=3e-3)
    errors = []
    for number in range(60):
        output = step(batch, RandomStreams(1, number, 0, 1, CPU))
        optimizer.zero_grad()
        output.loss.backward()
        optimizer.step()
        errors.append(float(output.stats["summary/length_error"]))
        if tiny.last_mean(errors) < 0.1:
            break
    # Of 32 drafts at least 13 words too many or too few at first; of the last 160, at most 16.
    assert errors[0] > 0.4
    assert tiny.last_mean(errors) < 0.1


def test_overfits_four_documents() -> None:
    """Drafts come to tell four documents apart: more than can be known without them."""
    vocabulary = tiny.facts(words=8)
    reward = {"reconstruction_weight": 4.0, "discriminator_weight": 0.0, "length_weight": 1.0}
    config = stage(reward=reward, samples=8, likelihood={"budgets": (3, 3)}, likelihood_weight=0)
    step, _ = build(vocabulary, config, length=4)
    batch = tiny.batch(vocabulary, rows=4)
    guessed = tiny.guessed_nll(batch.documents)

    def totals(outputs: list[StepOutput]) -> list[float]:
        return [float(output.stats["reconstruction/nll_per_piece"]) for output in outputs]

    outputs = tiny.taught(
        step, batch, 250, 1e-2, lambda outputs: tiny.last_mean(totals(outputs[-5:])) < guessed
    )
    assert tiny.last_mean(totals(outputs)) < guessed < totals(outputs)[0]


def test_enumeration_lists_every_summary_once() -> None:
    found = [tuple(ids) for ids in all_summaries(tiny.facts(words=3), length=3)]
    assert len(found) == len(set(found)) == 3 + len(list(itertools.product(range(3), repeat=2)))
