"""The likelihood of a shorter sentence given the long one that it lies within.

Axes: B pairs, T positions of the target.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from summ.families.shortener.pairs import PairBatch
from summ.networks.compressor import Compressor
from summ.networks.policy import Marks, chosen, policy_log_probs
from summ.training.objectives.likelihood import likelihood_loss, sequence_nll
from summ.training.random_streams import RandomStreams
from summ.types import StepOutput


class ShortenStep(nn.Module):
    """One batch of pairs."""

    def __init__(self, compressor: Compressor, marks: Marks, longest_line: int) -> None:
        """``longest_line`` is the most words that are asked for."""
        super().__init__()
        self.compressor, self.marks, self.longest_line = compressor, marks, longest_line

    def forward(self, batch: PairBatch, streams: RandomStreams) -> StepOutput:
        """The loss in nats a target, summed over its pieces."""
        # 1. The most words asked for: between the target's and the longest line's.
        share = streams.uniform("shorten/ceiling", len(batch), 1)[:, 0]
        room = self.longest_line - batch.words + 1
        ceiling = batch.words + (share * room).long()
        # 2. How likely is each target, given its source and that many words?         (B, T)
        log_probs = self._log_probs(batch, ceiling)
        # 3. Maximise it.
        loss = likelihood_loss(log_probs, batch.targets.mask)
        pieces = batch.targets.mask.sum() / len(batch)
        return StepOutput(
            loss=loss,
            stats={
                "shorten/loss": loss.detach(),
                "shorten/nll_per_piece": loss.detach() / pieces,
            },
        )

    @torch.no_grad()
    def nll(self, batch: PairBatch) -> Float[Tensor, " B"]:
        """Nats of each target where ``longest_line`` words are asked for."""
        ceiling = torch.full_like(batch.words, self.longest_line)
        return sequence_nll(self._log_probs(batch, ceiling), batch.targets.mask)

    def _log_probs(self, batch: PairBatch, ceiling: Int[Tensor, " B"]) -> Float[Tensor, "B T"]:
        """The log-probability of each piece of the targets."""
        encoded = self.compressor.read(batch.sources, ceiling)
        # The ceiling is asked for and not enforced: it counts words between spaces, the policy
        # words of canonical text, where a comma is one.
        encoded = replace(encoded, budget=None)
        log_probs = policy_log_probs(self.compressor, encoded, batch.targets, self.marks)
        return chosen(log_probs, batch.targets)
