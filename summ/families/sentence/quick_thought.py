"""Quick-thought: pick a sentence's neighbours among all sentences of the batch.

Source: Logeswaran & Lee (2018, arXiv:1803.02893), Section 3.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from summ.families.sentence.choice import Candidates, compared, encoded, step_output, totals
from summ.families.sentence.config import QuickThoughtStage
from summ.training.objectives.contrastive import neighbours, quick_thought_nll
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
        """The loss in nats a sentence, over the sentences of all processes."""
        nll, right = self._figures(batch, alone=False)
        return step_output("quick_thought", nll, right, batch, streams)

    @torch.no_grad()
    def evaluate(self, batch: Spans) -> dict[str, float]:
        """Loss and accuracy, summed over the sentences of a batch that is not split."""
        return totals(*self._figures(batch, alone=True))

    def _figures(
        self, batch: Spans, alone: bool
    ) -> tuple[Float[Tensor, " N"], Float[Tensor, " N"]]:
        """The loss of each sentence, and whether the likeliest candidate is a neighbour.

        Args:
            alone: whether no other process takes part.
        """
        # 1. Encode every sentence twice: as itself, and as a candidate.      f(s), g(s)  (N, D)
        here, candidates = (compared(one, self.stage) for one in encoded(self.encoders, batch))
        # 2. Candidates are the sentences of all processes.                                (M, D)
        others = Candidates(candidates, batch.span, batch.place)
        others = others if alone else others.of_all_processes()
        # 3. Compare; a sentence is not its own candidate.                                 (N, M)
        log_probs = others.log_probs(here, batch.place, self.stage.temperature)
        # 4. Maximise the likelihood of the true neighbours.
        near = neighbours(batch.span, batch.place, others.span, others.place, self.stage.window)
        best = log_probs.detach().argmax(dim=1, keepdim=True)
        return quick_thought_nll(log_probs, near), near.gather(1, best).squeeze(1).float()
