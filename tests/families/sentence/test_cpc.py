"""Contrastive predictive coding against quick-thought, a loop, and what it must not see."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional

from summ.config import OptimizerConfig
from summ.errors import ConfigError
from summ.families import train
from summ.families.sentence.config import CpcStage
from summ.families.sentence.cpc import CpcStep
from summ.families.sentence.model import load_sentence_model
from summ.networks.document_context import DocumentContext
from summ.networks.sentence_encoder import build_sentence_encoder
from summ.text.vocabulary import Vocabulary
from summ.training.checkpoint import checkpoints
from summ.training.objectives.contrastive import neighbour_log_probs, quick_thought_nll
from tests.families.sentence.test_task import config, corpus, one_thread, weights  # noqa: F401
from tests.families.sentence.test_thought_steps import CONFIG, quick, sentences, share, streams
from tests.tiny import gradients


@pytest.fixture(scope="module")
def vocabulary(tiny_corpus: Path) -> Vocabulary:
    return Vocabulary.load(tiny_corpus / "vocabulary")


def cpc(vocabulary: Vocabulary, **changes: object) -> CpcStep:
    torch.manual_seed(0)
    built = [build_sentence_encoder(CONFIG, vocabulary) for _ in range(2)]
    values = {"name": "a", "kind": "cpc", "steps": 1, "ahead": 2, "hidden": 10, **changes}
    values["optimizer"] = OptimizerConfig(learning_rate=1e-3)
    stage = CpcStage.model_validate(values)
    width = built[0].width
    context = DocumentContext(stage.context, width, stage.hidden, width, stage.ahead)
    return CpcStep(nn.ModuleList(built), context, stage)


def test_the_next_sentence_from_this_one_alone_is_quick_thought(vocabulary: Vocabulary) -> None:
    """k = 1, the context the last vector, and its map the identity: the inner product of f and g,
    where a sentence's neighbour is the one after it."""
    step, batch = cpc(vocabulary, ahead=1, context="sentence"), sentences()
    (predictor,) = step.context.predictors
    with torch.no_grad():
        predictor.weight.copy_(torch.eye(len(predictor.weight)))
    f, g = (encoder(batch.sentences) for encoder in step.encoders)
    itself = torch.eye(batch.total, dtype=torch.bool)
    following = torch.zeros_like(itself)
    for i in range(batch.total - 1):
        following[i, i + 1] = batch.span[i] == batch.span[i + 1]
    expected = quick_thought_nll(neighbour_log_probs(f @ g.T, itself), following)
    torch.testing.assert_close(step(batch, streams()).loss, expected.sum() / batch.total)


@pytest.mark.parametrize("similarity", ["inner-product", "cosine"])
def test_each_next_sentence_is_picked_among_all_others(
    vocabulary: Vocabulary, similarity: str
) -> None:
    step, batch = cpc(vocabulary, similarity=similarity, temperature=0.3), sentences()
    f, g = (encoder(batch.sentences) for encoder in step.encoders)
    losses, right = torch.zeros(()), []
    for i in range(batch.total):
        before = [k for k in range(i + 1) if batch.span[k] == batch.span[i]]
        states, _ = step.context.gru(f[before][None])
        for ahead in (1, 2):
            j = i + ahead
            if j >= batch.total or batch.span[j] != batch.span[i]:
                continue
            wanted = step.context.predictors[ahead - 1](states[0, -1])
            others = [k for k in range(batch.total) if k != i]
            if similarity == "cosine":
                scores = functional.cosine_similarity(wanted[None], g[others])
            else:
                scores = g[others] @ wanted
            chosen = (scores / 0.3).log_softmax(dim=0)
            losses = losses - chosen[others.index(j)] / 2
            if ahead == 1:
                right.append(others[int(chosen.argmax())] == j)
    output = step(batch, streams())
    torch.testing.assert_close(output.loss, losses / batch.total)
    assert float(output.stats["cpc/accuracy"]) == pytest.approx(sum(right) / len(right))
    assert step.evaluate(batch)["loss"] == pytest.approx(float(losses.detach()), rel=1e-5)


@pytest.mark.parametrize("make", [cpc, quick])
def test_the_main_process_validates_alone(
    make: object, vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others have gone on: whoever asked them would wait for ever."""
    step, batch = make(vocabulary), sentences()  # type: ignore[operator]
    expected = step.evaluate(batch)
    monkeypatch.setattr(torch.distributed, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.distributed, "get_world_size", lambda: 2)
    monkeypatch.setattr(torch.distributed, "all_gather", lambda *_: pytest.fail("nobody answers"))
    assert step.evaluate(batch) == expected


def test_a_context_knows_nothing_of_what_comes(vocabulary: Vocabulary) -> None:
    context, batch = cpc(vocabulary).context, sentences()
    vectors = torch.randn(batch.total, 12, requires_grad=True)
    states = context(vectors, batch.span)
    for i in range(batch.total):
        (slope,) = torch.autograd.grad(states[i].sum(), vectors, retain_graph=True)
        read = slope.abs().sum(dim=1) > 0
        expected = (batch.span == batch.span[i]) & (torch.arange(batch.total) <= i)
        assert torch.equal(read, expected)


def test_two_parts_are_the_whole_where_nothing_is_shared(vocabulary: Vocabulary) -> None:
    """Contexts are of spans, which stay whole; what spans of other parts are candidates for is
    tested with quick-thought, which gathers alike."""
    step, batch = cpc(vocabulary), sentences()
    whole = step.context(step.encoders[0](batch.sentences), batch.span)
    for rank in range(2):
        part = share(batch, rank, 2)
        found = step.context(step.encoders[0](part.sentences), part.span)
        torch.testing.assert_close(found, whole[batch.span % 2 == rank])
    step(batch, streams()).loss.backward()
    assert all(value.abs().max() > 0 for value in gradients(step).values())


def test_a_run_leaves_its_encoders_and_goes_on_from_where_it_stopped(
    corpus: Path,  # noqa: F811 (the fixture)
    tmp_path: Path,
) -> None:
    settings, run = config(tmp_path, corpus, "cpc"), tmp_path / "run"
    train(settings)
    whole = weights(run)
    assert load_sentence_model(run / "model").settings.objective == "cpc"
    last = json.loads((run / "metrics.jsonl").read_text().splitlines()[-1])
    assert {"held_out/loss", "held_out/accuracy"} <= last.keys()
    for folder in checkpoints(run / "checkpoints"):
        if int(folder.name.split("-")[1]) > 2:
            shutil.rmtree(folder)
    for place in ("model", "stages"):
        shutil.rmtree(run / place)
    train(settings, resume=True)
    again = weights(run)
    assert whole and all(torch.equal(value, again[name]) for name, value in whole.items())


def test_what_lies_beyond_a_span_is_refused(corpus: Path, tmp_path: Path) -> None:  # noqa: F811
    stage = {"name": "a", "kind": "cpc", "steps": 1, "span": 3, "ahead": 3}
    stage["optimizer"] = {"learning_rate": 0.1}
    with pytest.raises(ConfigError, match="ahead must be below span"):
        config(tmp_path, corpus, "quick", stages=[stage])
