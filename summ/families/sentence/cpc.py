"""Contrastive predictive coding: from a document so far, pick the sentences that come next.

Source: van den Oord, Li & Vinyals (2018, arXiv:1807.03748), equation (4), with sentences for the
windows of the paper's signal.
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from summ.families.sentence.choice import Candidates, compared, encoded, step_output, totals
from summ.families.sentence.config import CpcStage
from summ.networks.document_context import DocumentContext
from summ.training.objectives.contrastive import quick_thought_nll
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
        """The loss in nats a sentence, over the sentences of all processes."""
        nll, right = self._figures(batch, alone=False)
        return step_output("cpc", nll, right, batch, streams)

    @torch.no_grad()
    def evaluate(self, batch: Spans) -> dict[str, float]:
        """Loss and accuracy, summed over the sentences of a batch that is not split."""
        return totals(*self._figures(batch, alone=True))

    def _figures(
        self, batch: Spans, alone: bool
    ) -> tuple[Float[Tensor, " N"], Float[Tensor, " R"]]:
        """The loss of each sentence, and of those that have a next one whether it is found.

        Args:
            alone: whether no other process takes part.
        """
        stage = self.stage
        # 1. Encode every sentence as what is read and as a candidate.        f(s), g(s)  (N, D)
        read, candidates = encoded(self.encoders, batch)
        # 2. Read each span in order; candidates are the sentences of all processes.      (M, D)
        context = self.context(read, batch.span)
        everyone = Candidates(compared(candidates, stage), batch.span, batch.place)
        everyone = everyone if alone else everyone.of_all_processes()
        # 3. Predict the sentence k places later, and choose it.                          (N, M)
        losses: list[Tensor] = []
        right = read.new_zeros(0)
        for ahead in range(1, stage.ahead + 1):
            expected = compared(self.context.expected(context, ahead), stage)
            log_probs = everyone.log_probs(expected, batch.place, stage.temperature)
            true = later(batch.span, batch.place, everyone.span, everyone.place, ahead)
            losses.append(quick_thought_nll(log_probs, true))
            if ahead == 1:
                best = log_probs.detach().argmax(dim=1, keepdim=True)
                right = true.gather(1, best).squeeze(1)[true.any(dim=1)].float()
        return torch.stack(losses).mean(dim=0), right


def later(
    span: Int[Tensor, " N"],
    place: Int[Tensor, " N"],
    all_spans: Int[Tensor, " M"],
    all_places: Int[Tensor, " M"],
    ahead: int,
) -> Bool[Tensor, "N M"]:
    """Which sentence of the batch comes so many places after which, in the same span."""
    return (span[:, None] == all_spans[None, :]) & (place[:, None] + ahead == all_places[None, :])
