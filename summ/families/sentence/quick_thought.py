"""Quick-thought: pick a sentence's neighbours among all sentences of the batch.

Source: Logeswaran & Lee (2018, arXiv:1803.02893), Section 3.
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional

from summ.families.sentence.config import QuickThoughtStage
from summ.training.gather import all_rows
from summ.training.objectives.contrastive import (
    neighbour_log_probs,
    neighbours,
    quick_thought_nll,
)
from summ.training.random_streams import RandomStreams
from summ.types import Spans, StepOutput


class QuickThoughtStep(nn.Module):
    """One batch: encode, compare with the candidates of all processes, choose."""

    def __init__(self, encoders: nn.ModuleList, stage: QuickThoughtStage) -> None:
        """``encoders`` are f and g; one alone is both."""
        super().__init__()
        self.encoders = encoders
        self.stage = stage

    def forward(self, batch: Spans, streams: RandomStreams) -> StepOutput:
        """The loss in nats a sentence, over the sentences of all processes.

        It is this process's part of the sum, times the number of parts, since the trainer averages
        the gradients of the parts.
        """
        # 1. Encode every sentence twice: as itself, and as a candidate.      f(s), g(s)  (N, D)
        here, candidates = self._vectors(batch)
        # 2. Candidates are the sentences of all processes.                                (M, D)
        everyone = all_rows(candidates)
        spans, places = all_rows(batch.span), all_rows(batch.place)
        # 3. Compare; a sentence is not its own candidate.                                 (N, M)
        scores = self._scores(here, everyone)
        log_probs = neighbour_log_probs(scores, batch.place[:, None] == places[None, :])
        # 4. Maximise the likelihood of the true neighbours.
        near = neighbours(batch.span, batch.place, spans, places, self.stage.window)
        nll = quick_thought_nll(log_probs, near)
        return StepOutput(
            loss=nll.sum() * streams.shards / batch.total,
            stats={
                "quick_thought/loss": nll.detach().mean(),
                "quick_thought/accuracy": _accuracy(log_probs, near),
            },
        )

    @torch.no_grad()
    def evaluate(self, batch: Spans) -> dict[str, float]:
        """Loss and accuracy, summed over the sentences of a batch that is not split."""
        here, candidates = self._vectors(batch)
        itself = batch.place[:, None] == batch.place[None, :]
        log_probs = neighbour_log_probs(self._scores(here, candidates), itself)
        near = neighbours(batch.span, batch.place, batch.span, batch.place, self.stage.window)
        return {
            "loss": float(quick_thought_nll(log_probs, near).sum()),
            "accuracy": float(_accuracy(log_probs, near) * len(near)),
        }

    def _vectors(self, batch: Spans) -> tuple[Float[Tensor, "N D"], Float[Tensor, "N D"]]:
        """Each sentence's vectors by f and by g, normalised if cosines are compared."""
        vectors = [encoder(batch.sentences).float() for encoder in self.encoders]
        if self.stage.similarity == "cosine":
            vectors = [functional.normalize(one, dim=1) for one in vectors]
        return vectors[0], vectors[-1]

    def _scores(
        self, here: Float[Tensor, "N D"], candidates: Float[Tensor, "M D"]
    ) -> Float[Tensor, "N M"]:
        # Half precision would round scores of 20 to tenths.
        with torch.autocast(here.device.type, enabled=False):
            return here @ candidates.T / self.stage.temperature


def _accuracy(log_probs: Float[Tensor, "N M"], near: Bool[Tensor, "N M"]) -> Float[Tensor, ""]:
    """How often the most probable candidate is a neighbour."""
    best = log_probs.detach().argmax(dim=1, keepdim=True)
    return near.gather(1, best).float().mean()
