"""Choosing a sentence among those of a batch: what quick-thought and CPC have in common.

Axes: N sentences of this process, M sentences among which is chosen, D width.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from summ.families.sentence.config import CpcStage, QuickThoughtStage
from summ.training.gather import all_rows
from summ.training.objectives.contrastive import neighbour_log_probs
from summ.training.random_streams import RandomStreams
from summ.types import Spans, StepOutput


@dataclass(frozen=True)
class Candidates:
    """The sentences among which is chosen.

    Attributes:
        vectors: by g, as they are compared.
        span, place: see ``summ.types.Spans``.
    """

    vectors: Float[Tensor, "M D"]
    span: Int[Tensor, " M"]
    place: Int[Tensor, " M"]

    def of_all_processes(self) -> Candidates:
        """These and those of the other processes, each of which has to ask for them."""
        return Candidates(all_rows(self.vectors), all_rows(self.span), all_rows(self.place))

    def log_probs(
        self, wanted: Float[Tensor, "N D"], place: Int[Tensor, " N"], temperature: float
    ) -> Float[Tensor, "N M"]:
        """Log-probability, in nats, that each is chosen; of a sentence's own vector ``-inf``.

        Args:
            wanted: what candidates are compared with, as they are compared.
            place: of the sentences that ask.
        """
        # Half precision would round scores of 20 to tenths.
        with torch.autocast(wanted.device.type, enabled=False):
            scores = wanted.float() @ self.vectors.float().T / temperature
        return neighbour_log_probs(scores, place[:, None] == self.place[None, :])


def encoded(encoders: Iterable[nn.Module], batch: Spans) -> tuple[Tensor, Tensor]:
    """Each sentence's vectors by f and by g, (N, D); one encoder alone is both."""
    vectors = [encoder(batch.sentences).float() for encoder in encoders]
    return vectors[0], vectors[-1]


def compared(
    vectors: Float[Tensor, "N D"], stage: QuickThoughtStage | CpcStage
) -> Float[Tensor, "N D"]:
    """Vectors whose inner products are what a stage compares sentences by."""
    return functional.normalize(vectors, dim=1) if stage.similarity == "cosine" else vectors


def step_output(
    name: str,
    nll: Float[Tensor, " N"],
    right: Float[Tensor, " R"],
    batch: Spans,
    streams: RandomStreams,
) -> StepOutput:
    """The loss in nats a sentence, over the sentences of all processes.

    It is this process's part of the sum, times the number of parts, since the trainer averages
    the gradients of the parts.

    Args:
        name: of the objective, in the figures.
        nll: of each sentence.
        right: 1 where the likeliest candidate is true, of the sentences that have a true one.
    """
    return StepOutput(
        loss=nll.sum() * streams.shards / batch.total,
        stats={f"{name}/loss": nll.detach().mean(), f"{name}/accuracy": right.mean()},
    )


def totals(nll: Float[Tensor, " N"], right: Float[Tensor, " R"]) -> dict[str, float]:
    """Loss and accuracy, summed over the sentences of a batch that is not split."""
    return {"loss": float(nll.sum()), "accuracy": float(right.mean() * len(nll))}
