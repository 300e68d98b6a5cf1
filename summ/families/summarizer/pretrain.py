"""The warm start and the cycle: maximum likelihood for every network but the discriminator."""

from __future__ import annotations

from torch import nn

from summ.families.summarizer.config import LikelihoodConfig
from summ.families.summarizer.language_model import LanguageModelStep
from summ.families.summarizer.likelihood import DenoisingObjective, ReconstructionObjective
from summ.networks.compressor import Compressor
from summ.networks.language_model import LanguageModel
from summ.networks.policy import Marks
from summ.networks.reconstructor import Reconstructor
from summ.training.random_streams import RandomStreams
from summ.types import Batch, StepOutput


class PretrainStep(nn.Module):
    """Denoising, reconstruction and language model on one batch; Accelerate wraps this module."""

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
        networks = (compressor, reconstructor, marks, likelihood)
        self.denoising = DenoisingObjective(*networks, max_document, max_sentence)
        self.reconstruction = ReconstructionObjective(*networks, max_sentence)
        self.language_model = None if language_model is None else LanguageModelStep(language_model)

    def forward(self, batch: Batch, streams: RandomStreams) -> StepOutput:
        """Sums the losses, each in nats a sequence."""
        denoising_loss = self.denoising(batch, streams)
        nll, drafts = self.reconstruction(batch, streams)
        reconstruction_loss = nll.mean()
        loss = denoising_loss + reconstruction_loss
        stats = {
            "denoising/loss": denoising_loss.detach(),
            "reconstruction/nll": reconstruction_loss.detach(),
            "reconstruction/nll_per_piece": nll.detach().sum() / batch.documents.mask.sum(),
        }
        if self.language_model is not None:
            output: StepOutput = self.language_model(batch.sentences, streams)
            loss = loss + output.loss
            stats |= output.stats
        return StepOutput(loss=loss, draft=drafts, stats=stats)
