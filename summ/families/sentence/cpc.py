"""Contrastive predictive coding: from a document so far, pick the sentences that come next.

Source: van den Oord, Li & Vinyals (2018, arXiv:1807.03748), equation (4), with sentences for the
windows of the paper's signal.
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional

from summ.families.sentence.config import CpcStage
from summ.networks.document_context import DocumentContext
from summ.training.gather import all_rows
from summ.training.objectives.contrastive import neighbour_log_probs, quick_thought_nll
from summ.training.random_streams import RandomStreams
from summ.types import Spans, StepOutput


class CpcStep(nn.Module):
    """One batch: encode, read each span in order, predict in code space, choose.

    Candidates are the sentences of all processes but the one last read: those of other documents,
    and the others of the same.
    """

    def __init__(self, encoders: nn.ModuleList, context: DocumentContext, stage: CpcStage) -> None:
        """``encoders`` are f of what is read and g of the candidates; one alone is both."""
        super().__init__()
        self.encoders, self.context, self.stage = encoders, context, stage

    def forward(self, batch: Spans, streams: RandomStreams) -> StepOutput:
        """The loss in nats a sentence, over the sentences of all processes.

        It is this process's part of the sum, times the number of parts, since the trainer averages
        the gradients of the parts.
        """
        nll, right = self._figures(batch)
        return StepOutput(
            loss=nll.sum() * streams.shards / batch.total,
            stats={"cpc/loss": nll.detach().mean(), "cpc/accuracy": right.mean()},
        )

    @torch.no_grad()
    def evaluate(self, batch: Spans) -> dict[str, float]:
        """Loss and accuracy, summed over the sentences of a batch that is not split."""
        nll, right = self._figures(batch)
        return {"loss": float(nll.sum()), "accuracy": float(right.mean() * len(nll))}

    def _figures(self, batch: Spans) -> tuple[Float[Tensor, " N"], Float[Tensor, " R"]]:
        """The loss of each sentence, and of those that have a next one whether it is found."""
        # 1. Encode every sentence as what is read and as a candidate.        f(s), g(s)  (N, D)
        vectors = [encoder(batch.sentences).float() for encoder in self.encoders]
        read, candidates = vectors[0], vectors[-1]
        # 2. Read each span in order; candidates are the sentences of all processes.      (M, E)
        context = self.context(read, batch.span)
        everyone = self._compared(all_rows(candidates))
        spans, places = all_rows(batch.span), all_rows(batch.place)
        itself = batch.place[:, None] == places[None, :]
        # 3. Predict the sentence k places later, and choose it.                          (N, M)
        losses: list[Tensor] = []
        right = read.new_zeros(0)
        for ahead in range(1, self.stage.ahead + 1):
            expected = self._compared(self.context.expected(context, ahead))
            with torch.autocast(read.device.type, enabled=False):
                scores = expected.float() @ everyone.float().T / self.stage.temperature
            log_probs = neighbour_log_probs(scores, itself)
            true = later(batch.span, batch.place, spans, places, ahead)
            losses.append(quick_thought_nll(log_probs, true))
            if ahead == 1:
                best = log_probs.detach().argmax(dim=1, keepdim=True)
                right = true.gather(1, best).squeeze(1)[true.any(dim=1)].float()
        return torch.stack(losses).mean(dim=0), right

    def _compared(self, vectors: Float[Tensor, "N D"]) -> Float[Tensor, "N D"]:
        cosine = self.stage.similarity == "cosine"
        return functional.normalize(vectors, dim=1) if cosine else vectors


def later(
    span: Int[Tensor, " N"],
    place: Int[Tensor, " N"],
    all_spans: Int[Tensor, " M"],
    all_places: Int[Tensor, " M"],
    ahead: int,
) -> Bool[Tensor, "N M"]:
    """Which sentence of the batch comes so many places after which, in the same span."""
    return (span[:, None] == all_spans[None, :]) & (place[:, None] + ahead == all_places[None, :])
