"""A recorded step has the logits of an unrecorded one."""

from dataclasses import replace

import pytest
import torch

from summ.networks import cuda_graphs
from summ.networks.policy import greedy, sample
from tests import tiny

FACTS = tiny.facts(words=3, continuations=2)
MARKS = tiny.marks(FACTS)
SOURCES = tiny.words([8, 11, 9], [10], [9, 12, 8, 11])
OTHERS = tiny.words([9, 9, 12, 10], [11, 8], [12])
BUDGET = torch.tensor([2, 1, 3])


@pytest.fixture
def compressor():
    torch.manual_seed(0)
    return tiny.compressor(FACTS)


def logits_after(step, words) -> torch.Tensor:
    """The logits after each of given words."""
    start = torch.full((len(words), 1), tiny.BOS)
    inputs = torch.cat([start, words.ids[:, :-1]], dim=1)
    return torch.cat([step(inputs[:, i : i + 1]).clone() for i in range(inputs.shape[1])], dim=1)


@torch.no_grad()
def test_fixed_buffers_give_the_logits_of_a_growing_cache_also_for_later_sources(
    compressor,
) -> None:
    recorder = cuda_graphs._Recorder(compressor, torch.float32)
    for sources, words in ((SOURCES, OTHERS), (OTHERS, SOURCES)):
        encoded = compressor.read(sources, BUDGET)
        expected = logits_after(cuda_graphs._cached(compressor, encoded), words)
        found = logits_after(recorder.continuation(encoded, length=7), words)
        torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)
    assert len(recorder.tapes) == 1, "both are of one shape"


@torch.no_grad()
def test_a_recorder_follows_its_network(compressor) -> None:
    recorder = cuda_graphs._Recorder(compressor, torch.float32)
    encoded = compressor.read(SOURCES, BUDGET)
    logits_after(recorder.continuation(encoded, length=5), OTHERS)
    for weights in compressor.parameters():
        weights.mul_(1.1)
    recorder.update(compressor)
    encoded = compressor.read(SOURCES, BUDGET)
    expected = logits_after(cuda_graphs._cached(compressor, encoded), OTHERS)
    found = logits_after(recorder.continuation(encoded, length=5), OTHERS)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


def test_a_network_with_eager_attention_is_recorded_with_sdpa(compressor) -> None:
    """Eager masks copy a number from the CPU at every step, which no recording allows.

    The logits are the same: the tests above compare this recording with the eager network.
    """
    recorder = cuda_graphs._Recorder(compressor, torch.float32)
    assert compressor.network.config._attn_implementation == "eager"
    assert recorder.low.network.config._attn_implementation == "sdpa"


@torch.no_grad()
def test_tapes_that_are_not_used_go(compressor) -> None:
    recorder = cuda_graphs._Recorder(compressor, torch.float32)
    for length in range(1, cuda_graphs._TAPES + 3):
        recorder.continuation(compressor.read(SOURCES, BUDGET), length)
    assert len(recorder.tapes) == cuda_graphs._TAPES
    assert min(shape[2] for shape in recorder.tapes) == 3


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@torch.no_grad()
def test_on_a_gpu_recorded_drafts_are_the_plain_ones(compressor, monkeypatch) -> None:
    compressor.cuda()
    marks = replace(MARKS, starts_word=MARKS.starts_word.cuda())
    budget = BUDGET.cuda()
    uniforms = torch.rand(3, 9).cuda()
    with torch.autocast("cuda", torch.bfloat16):
        for sources in (SOURCES, OTHERS, SOURCES):
            encoded = compressor.read(sources.to(torch.device("cuda")), budget)
            drafts = [
                sample(compressor, encoded, marks, uniforms).ids,
                greedy(compressor, encoded, marks, 9).ids,
            ]
            with monkeypatch.context() as patch:
                patch.setattr(
                    cuda_graphs, "_recorder", lambda decoder, dtype: _Plain(decoder, dtype)
                )
                plain = [
                    sample(compressor, encoded, marks, uniforms).ids,
                    greedy(compressor, encoded, marks, 9).ids,
                ]
            assert all(torch.equal(*both) for both in zip(drafts, plain, strict=True))


class _Plain(cuda_graphs._Recorder):
    def continuation(self, encoded, length):
        return cuda_graphs._cached(self.low, encoded)
