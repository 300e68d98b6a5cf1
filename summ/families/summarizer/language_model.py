"""The language model's update: maximum likelihood of human sentences."""

from __future__ import annotations

from torch import nn

from summ.networks.language_model import LanguageModel
from summ.training.objectives.likelihood import sequence_nll
from summ.training.random_streams import RandomStreams
from summ.types import StepOutput, Tokens


class LanguageModelStep(nn.Module):
    """One update of the language model; the step is the module that Accelerate wraps."""

    def __init__(self, language_model: LanguageModel) -> None:
        super().__init__()
        self.language_model = language_model

    def forward(self, sentences: Tokens, streams: RandomStreams) -> StepOutput:
        """The nll of human sentences, in nats a sentence; nothing is drawn."""
        nll = sequence_nll(self.language_model.log_probs(sentences), sentences.mask)
        return StepOutput(
            loss=nll.mean(),
            stats={
                "language_model/nll_per_piece": nll.detach().sum() / sentences.mask.sum(),
            },
        )
