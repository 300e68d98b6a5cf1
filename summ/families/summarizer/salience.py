"""The update of salience: which words of a lead does the rest of its document repeat?"""

from __future__ import annotations

from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from summ.networks.compressor import Compressor
from summ.networks.salience import Salience
from summ.training.random_streams import RandomStreams
from summ.types import Leads, StepOutput


class SalienceStep(nn.Module):
    """One update of the two layers on the compressor's encoding, which stays fixed."""

    def __init__(self, salience: Salience, compressor: Compressor) -> None:
        super().__init__()
        self.salience = salience
        # Bound in a function, so that nn.Module does not adopt the compressor's parameters.
        self._read = partial(salience.read, compressor)

    def forward(self, leads: Leads, streams: RandomStreams) -> StepOutput:
        """Cross-entropy of the telling words, in nats a lead; nothing is drawn."""
        nll = self.nll(leads)
        words = self.salience.telling(leads.tokens).sum()
        per_word = nll.detach().sum() / words.clamp(min=1)
        return StepOutput(loss=nll.mean(), stats={"salience/nll_per_telling_word": per_word})

    def nll(self, leads: Leads) -> Float[Tensor, " B"]:
        """Of each lead, in nats, summed over its telling words."""
        with torch.no_grad():
            states = self._read(leads.tokens)
        losses = functional.binary_cross_entropy_with_logits(
            self.salience(states).float(), leads.repeated.float(), reduction="none"
        )
        telling = self.salience.telling(leads.tokens)
        return losses.masked_fill(~telling, 0.0).sum(dim=1)
