"""The warm start and the cycle: maximum likelihood for every network but the discriminator."""

from __future__ import annotations

from torch import nn

from summ.config import LikelihoodConfig
from summ.families.summarizer.language_model import LanguageModelStep
from summ.families.summarizer.likelihood import DenoisingObjective, ReconstructionObjective
from summ.networks.compressor import Compressor
from summ.networks.language_model import LanguageModel
from summ.networks.policy import Marks
from summ.networks.reconstructor import Reconstructor
from summ.training.random_streams import RandomStreams
from summ.types import Batch, StepOutput


class PretrainStep(nn.Module):
    """All lessons on one batch; the step is the module that Accelerate wraps."""

    def __init__(
        self,
        compressor: Compressor,
        reconstructor: Reconstructor,
        marks: Marks,
        likelihood: LikelihoodConfig,
        max_document: int,
        max_sentence: int,
        language_model: LanguageModel | None = None,
    ) -> None:
        super().__init__()
        sizes = (max_document, max_sentence)
        self.seek = DenoisingObjective(compressor, reconstructor, marks, likelihood, *sizes)
        self.rebuild = ReconstructionObjective(
            compressor, reconstructor, marks, likelihood, max_sentence
        )
        self.speak = None if language_model is None else LanguageModelStep(language_model)

    def forward(self, batch: Batch, streams: RandomStreams) -> StepOutput:
        """Sums the losses, each in nats a sequence."""
        denoising_loss = self.seek(batch, streams)
        nll, drafts = self.rebuild(batch, streams)
        rebuild_loss = nll.mean()
        loss = denoising_loss + rebuild_loss
        stats = {
            "denoising/loss": denoising_loss.detach(),
            "reconstruction/nll": rebuild_loss.detach(),
            "reconstruction/nll_per_piece": nll.detach().sum() / batch.documents.mask.sum(),
        }
        if self.speak is not None:
            spoken: StepOutput = self.speak(batch.sentences, streams)
            loss = loss + spoken.loss
            stats |= spoken.stats
        return StepOutput(loss=loss, draft=drafts, stats=stats)
