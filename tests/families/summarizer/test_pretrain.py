from dataclasses import replace

import pytest
import torch

from summ.families.summarizer.config import LikelihoodConfig
from summ.families.summarizer.discriminator import DiscriminatorStep
from summ.families.summarizer.language_model import LanguageModelStep
from summ.families.summarizer.likelihood import coverage
from summ.families.summarizer.pretrain import PretrainStep
from summ.networks.policy import greedy
from summ.training.random_streams import RandomStreams
from tests import tiny

CPU = torch.device("cpu")
FACTS = tiny.facts(words=8)
CYCLE = LikelihoodConfig(
    back_translated_share=0.5, draft_share=0.5, back_translated_length=(4, 6), budgets=(2, 3)
)


def build(likelihood: LikelihoodConfig, shortlist: list[int] | None = None):
    torch.manual_seed(0)
    parts = tiny.compressor(FACTS, shortlist), tiny.reconstructor(FACTS)
    return PretrainStep(
        *parts, tiny.marks(FACTS), likelihood, max_document=10, max_sentence=5
    ), parts


@pytest.mark.parametrize("likelihood", [LikelihoodConfig(), CYCLE], ids=["noise", "cycle"])
def test_one_batch_of_eight_equals_two_of_four(likelihood: LikelihoodConfig) -> None:
    step, _ = build(likelihood)
    whole = tiny.batch(FACTS, rows=8)
    step(whole, RandomStreams(1, 5, 0, 1, CPU)).loss.backward()
    expected = tiny.gradients(step)
    step.zero_grad()
    for shard in range(2):
        part = tiny.share(whole, shard, 2)
        (step(part, RandomStreams(1, 5, shard, 2, CPU)).loss / 2).backward()
    actual = tiny.gradients(step)
    assert expected.keys() == actual.keys()
    for name, value in expected.items():
        torch.testing.assert_close(actual[name], value, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("likelihood", [LikelihoodConfig(), CYCLE], ids=["noise", "cycle"])
def test_gradient_reaches_every_parameter_of_both_networks(likelihood: LikelihoodConfig) -> None:
    step, parts = build(likelihood)
    step(tiny.batch(FACTS), RandomStreams(1, 0, 0, 1, CPU)).loss.backward()
    for part in parts:
        assert all(p.grad is not None for p in part.parameters() if p.requires_grad)


def test_coverage_is_the_share_of_pieces_that_the_document_has() -> None:
    sentences = tiny.words([8, 9, 8, 10], [11, 12], [])
    documents = tiny.words([10, 13, 8], [13], [8])
    found = coverage(sentences, documents, tiny.marks(FACTS))
    assert found.tolist() == [0.75, 0.0, 1.0]


def test_a_back_translation_that_lacks_the_words_is_replaced_by_noise(monkeypatch) -> None:
    """Of four back-translations two contain their sentence's words; the others are not used."""
    likelihood = CYCLE.model_copy(update={"back_translated_coverage": 0.7})
    step, (compressor, _) = build(likelihood)
    batch = tiny.batch(FACTS, rows=8)
    texts = [
        row[mask].tolist()[:-1] for row, mask in zip(*vars(batch.sentences).values(), strict=True)
    ]
    lacking = [15 if 15 not in texts[1] else 14]
    written = tiny.words([*texts[0], 8], lacking, [8, *texts[2]], [])
    monkeypatch.setattr(step.denoising, "back_translate", lambda *_: written)
    read = []
    monkeypatch.setattr(compressor, "read", lambda source, budget: read.append(source) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        step.denoising(batch, RandomStreams(1, 0, 0, 1, CPU))
    found = [row[mask].tolist() for row, mask in zip(*vars(read[0]).values(), strict=True)]
    noised = [row[mask].tolist() for row, mask in zip(*vars(batch.noised).values(), strict=True)]
    assert found[0] == [*texts[0], 8, tiny.EOS] and found[2] == [8, *texts[2], tiny.EOS]
    assert [found[1], *found[3:]] == [noised[1], *noised[3:]]


def test_each_objective_trains_its_own_network_only() -> None:
    """Back-translations and drafts carry no gradient back to the network that drew them."""
    step, (compressor, reconstructor) = build(CYCLE)
    batch, streams = tiny.batch(FACTS), RandomStreams(1, 0, 0, 1, CPU)
    step.denoising(batch, streams).backward()
    assert all(p.grad is None for p in reconstructor.parameters())
    assert any(p.grad is not None for p in compressor.parameters())
    step.zero_grad()
    nll, drafts = step.reconstruction(batch, streams)
    nll.mean().backward()
    assert drafts is not None and len(drafts) == 4
    assert all(p.grad is None for p in compressor.parameters())


def test_the_language_model_learns_its_own_term_and_no_other() -> None:
    """The loss grows by its nll, and its gradient is that of the nll alone."""
    step, parts = build(LikelihoodConfig())
    language_model = tiny.language_model(FACTS)
    config = (LikelihoodConfig(), 10, 5)
    richer = PretrainStep(*parts, tiny.marks(FACTS), *config, language_model)
    batch, streams = tiny.batch(FACTS), RandomStreams(1, 0, 0, 1, CPU)
    alone = LanguageModelStep(language_model)(batch.sentences, streams)
    alone.loss.backward()
    expected = tiny.gradients(language_model)
    language_model.zero_grad()
    step(batch, streams).loss.backward()
    others = tiny.gradients(step)
    step.zero_grad()
    output = richer(batch, streams)
    output.loss.backward()
    whole = step(batch, streams).loss + alone.loss
    torch.testing.assert_close(output.loss, whole)
    for name, value in tiny.gradients(language_model).items():
        torch.testing.assert_close(value, expected[name])
    for name, value in tiny.gradients(step).items():
        torch.testing.assert_close(value, others[name])
    assert "language_model/nll_per_piece" in output.stats


def test_overfits_eight_sentences() -> None:
    """It finds each hidden sentence word for word, and rebuilds each document."""
    step, (compressor, _) = build(LikelihoodConfig())
    batch = tiny.batch(FACTS)
    figures = ("denoising/loss", "reconstruction/nll_per_piece")
    output = tiny.taught(
        step, batch, 200, 5e-3, lambda outputs: all(outputs[-1].stats[f] < 0.08 for f in figures)
    )[-1]
    # 90 % of the probability is on the right sentence (of 8^2 or 8^3), and less is left of a
    # document than a reconstructor that ignores the keywords could know.
    assert output.stats["denoising/loss"] < 0.1
    assert output.stats["reconstruction/nll_per_piece"] < 0.1 < tiny.guessed_nll(batch.documents)
    with torch.no_grad():
        encoded = compressor.read(batch.noised, batch.budget)
        found = greedy(compressor, encoded, tiny.marks(FACTS), 5)
    assert found.ids.tolist() == batch.sentences.ids.tolist()


def test_words_beyond_the_policy_cost_nothing() -> None:
    """A word of the sentence that its source lost is left out of the loss, which stays finite."""
    step, _ = build(LikelihoodConfig(), shortlist=[8])
    batch = tiny.batch(FACTS)
    poorer = replace(batch, noised=tiny.words(*[[9, 9]] * 8))
    loss = step.denoising(poorer, RandomStreams(1, 0, 0, 1, CPU))
    assert torch.isfinite(loss)


def discriminator_step() -> DiscriminatorStep:
    compressor = tiny.compressor(FACTS)
    return DiscriminatorStep(tiny.discriminator(FACTS), compressor, tiny.marks(FACTS), (2, 4), 5)


def test_the_discriminator_draws_the_drafts_it_is_not_given() -> None:
    """The same ones for the same draws, and without a gradient for the compressor."""
    step, batch = discriminator_step(), tiny.batch(FACTS)
    (compressor,) = step._compressor
    losses = [step(batch, None, RandomStreams(1, number, 0, 1, CPU)).loss for number in (0, 0, 1)]
    assert losses[0] == losses[1] != losses[2]
    losses[0].backward()
    assert all(value.grad is None for value in compressor.parameters())
    assert not {id(value) for value in step.parameters()} & {
        id(value) for value in compressor.parameters()
    }


def test_the_discriminator_learns_to_tell() -> None:
    torch.manual_seed(0)
    step, batch = discriminator_step(), tiny.batch(FACTS)
    human = tiny.words(*[[8, 9, 10]] * 4, *[[9, 10, 11]] * 4)
    batch = replace(batch, sentences=human)
    drafts = tiny.words(*[[12, 12]] * 4, *[[13, 12]] * 4)
    optimizer = torch.optim.Adam(step.parameters(), lr=1e-2)
    for _ in range(60):
        output = step(batch, drafts, RandomStreams(1, 0, 0, 1, CPU))
        optimizer.zero_grad()
        output.loss.backward()
        optimizer.step()
    # Their first words differ, so that both can be known: 1 and 0.  Chance is 0.5, and 0.95 is a
    # loss of 0.05 nats a prefix where chance has 0.69.
    assert output.stats["discriminator/human"] > 0.95
    assert output.stats["discriminator/draft"] < 0.05


def test_draws_of_shards_are_the_rows_of_the_whole() -> None:
    whole = RandomStreams(3, 7, 0, 1, CPU).uniform("words", 6, 4)
    for shard in range(3):
        part = RandomStreams(3, 7, shard, 3, CPU).uniform("words", 2, 4)
        assert torch.equal(part, whole[shard::3])
    other = RandomStreams(3, 8, 0, 1, CPU).uniform("words", 6, 4)
    assert not torch.equal(other, whole)
    assert not torch.equal(RandomStreams(3, 7, 0, 1, CPU).uniform("length", 6, 4), whole)
