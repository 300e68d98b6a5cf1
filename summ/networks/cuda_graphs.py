"""From word to word: what a network says next, at the price of one launch where there is a GPU.

A decoding step is hundreds of small kernels.  On a GPU launching them takes several times as long
as they do, whatever the number of rows, and drafts are most of an adversarial update.  In training
the step is therefore recorded once for each shape, as a CUDA graph, and replayed.

Axes: B sequences, S source positions, V word types, D width.
"""

from __future__ import annotations

import contextlib
import copy
import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from summ.networks.transformer import AutoregressiveDecoder, Encoded

log = logging.getLogger("summ.replay")

_TAPES = 16  # of one network; the one that was longest not used goes first
_WIDTHS = 16  # sources are widened to a multiple of this, so that few shapes occur


Step = Callable[[Int[Tensor, "B 1"]], Float[Tensor, "B 1 V"]]


def continuation(decoder: AutoregressiveDecoder, encoded: Encoded, length: int) -> Step:
    """A function that takes each row's last word and returns the logits of the next one.

    It is called at most ``length`` times, first with the start mark.  Its result is overwritten
    by the next call.  Under autocast it speaks in the lower precision.
    """
    device = encoded.states.device.type
    if not torch.is_autocast_enabled(device):
        return _cached(decoder, encoded)
    dtype = torch.get_autocast_dtype(device)
    encoded = replace(encoded, states=encoded.states.to(dtype))
    if device == "cuda" and isinstance(decoder, nn.Module):
        return _recorder(decoder, dtype).continuation(encoded, length)
    # Autocast would cast every weight again at every word, since it keeps casts only where there
    # is a gradient: a third of a training step on CPU.
    low = copy.deepcopy(decoder).to(dtype)  # type: ignore[attr-defined]
    return _cached(low, encoded)


def _cached(decoder: AutoregressiveDecoder, encoded: Encoded) -> Step:
    from transformers.cache_utils import DynamicCache, EncoderDecoderCache

    cache = EncoderDecoderCache(DynamicCache(), DynamicCache())
    return lambda last: _say(decoder, encoded, last, cache)


def _say(decoder: AutoregressiveDecoder, encoded: Encoded, last: Tensor, cache: Any) -> Tensor:
    with torch.autocast(last.device.type, enabled=False):
        return decoder.logits(encoded, last, cache)


class Tape:
    """The step of one network for one shape, over buffers that stay where they are.

    The first step reads the source and is never recorded; the second warms up; the third is
    recorded, if there is a GPU, and replayed from then on.
    """

    def __init__(self, decoder: Any, encoded: Encoded, length: int) -> None:
        from transformers.cache_utils import EncoderDecoderCache, StaticCache

        self.decoder = decoder
        self.encoded = replace(
            encoded, states=encoded.states.clone(), mask=encoded.mask.clone(), budget=None
        )
        rows, width = encoded.mask.shape
        config = decoder.network.config
        self.cache = EncoderDecoderCache(
            StaticCache(config=config, max_cache_len=length),
            StaticCache(config=config, max_cache_len=width),
        )
        self.last = torch.zeros((rows, 1), dtype=torch.long, device=encoded.mask.device)
        self.steps = 0  # since the beginning of the sequences
        self.warm = False
        self.recordable = self.last.is_cuda
        self.graph: Any = None
        self.recorded: Tensor | None = None

    def begin(self, encoded: Encoded) -> None:
        """Puts other sources of the same shape in."""
        self.encoded.states.copy_(encoded.states)
        self.encoded.mask.copy_(encoded.mask)
        self.cache.reset()
        self.cache.is_updated = dict.fromkeys(self.cache.is_updated, False)
        self.steps = 0

    def step(self, last: Int[Tensor, "B 1"]) -> Float[Tensor, "B 1 V"]:
        """The logits of the word after ``last``."""
        self.last.copy_(last)
        self.steps += 1
        if self.graph is None and self.warm and self.steps > 1 and self.recordable:
            self._record()
        if self.graph is None or self.steps == 1 or self.recorded is None:
            self.warm |= self.steps > 1
            return _say(self.decoder, self.encoded, self.last, self.cache)
        self.graph.replay()
        return self.recorded

    def _record(self) -> None:
        """Records a step; what is recorded is not carried out."""
        graph = torch.cuda.CUDAGraph()
        try:
            # Other threads may go on: those that load batches, or watch over other processes.
            with torch.cuda.graph(graph, capture_error_mode="thread_local"):
                recorded = _say(self.decoder, self.encoded, self.last, self.cache)
        except RuntimeError as error:  # a network that asks the GPU for numbers as it goes
            reason = " ".join(str(error).split())[:200]
            log.warning("drafts are slower than need be: a step cannot be recorded (%s)", reason)
            self.recordable = False
            return
        self.graph, self.recorded = graph, recorded


class _Recorder:
    """The tapes of one network, and its copy in the precision that it decodes in."""

    def __init__(self, decoder: nn.Module, dtype: torch.dtype) -> None:
        self.low = copy.deepcopy(decoder).to(dtype).requires_grad_(False)
        _attend_fused(self.low)
        self.dtype = dtype
        self.tapes: OrderedDict[tuple[int, int, int], Tape] = OrderedDict()

    def update(self, decoder: nn.Module) -> None:
        """Takes the weights over, in place: tapes know where they lie."""
        pairs = zip(self.low.parameters(), decoder.parameters(), strict=True)
        mine, theirs = zip(*pairs, strict=True)
        torch._foreach_copy_(list(mine), [weights.detach() for weights in theirs])

    def continuation(self, encoded: Encoded, length: int) -> Step:
        rows, width = encoded.mask.shape
        more = -width % _WIDTHS
        encoded = replace(
            encoded,
            states=functional.pad(encoded.states, (0, 0, 0, more)),
            mask=functional.pad(encoded.mask, (0, more)),
        )
        shape = (rows, width + more, length)
        tape = self.tapes.pop(shape, None)
        if tape is None:
            tape = Tape(self.low, encoded, length)
            log.info("a step of %d rows and %d source positions is recorded", rows, width + more)
        self.tapes[shape] = tape
        if len(self.tapes) > _TAPES:
            self.tapes.popitem(last=False)
        tape.begin(encoded)
        return tape.step


def _attend_fused(decoder: Any) -> None:
    """Fused attention, where the architecture has it: eager's masks bring numbers from the CPU at
    every step, which cannot be recorded.  Nothing is differentiated here, so nothing else is lost.
    """
    with contextlib.suppress(ValueError, ImportError):  # transformers': this one cannot
        decoder.network.set_attn_implementation("sdpa")


# By network: a tape goes when its network does.
_recorders: WeakKeyDictionary[nn.Module, _Recorder] = WeakKeyDictionary()


@torch.no_grad()
def _recorder(decoder: nn.Module, dtype: torch.dtype) -> _Recorder:
    known = _recorders.get(decoder)
    if known is None or known.dtype != dtype:
        known = _recorders[decoder] = _Recorder(decoder, dtype)
    known.update(decoder)
    return known
