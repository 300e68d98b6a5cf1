"""The warm start and the cycle: maximum likelihood for every network but the discriminator."""

from __future__ import annotations

from torch import nn

from summ.config import LessonConfig
from summ.inference.decoding import Marks
from summ.learning.draws import Draws
from summ.learning.language_model_step import LanguageModelStep
from summ.learning.lessons import RebuildLesson, SeekLesson
from summ.networks.compressor import Compressor
from summ.networks.language_model import LanguageModel
from summ.networks.reconstructor import Reconstructor
from summ.types import Batch, StepOutput


class PretrainStep(nn.Module):
    """All lessons on one batch; the step is the module that Accelerate wraps."""

    def __init__(
        self,
        compressor: Compressor,
        reconstructor: Reconstructor,
        marks: Marks,
        lesson: LessonConfig,
        max_document: int,
        max_sentence: int,
        language_model: LanguageModel | None = None,
    ) -> None:
        super().__init__()
        sizes = (max_document, max_sentence)
        self.seek = SeekLesson(compressor, reconstructor, marks, lesson, *sizes)
        self.rebuild = RebuildLesson(compressor, reconstructor, marks, lesson, max_sentence)
        self.speak = None if language_model is None else LanguageModelStep(language_model)

    def forward(self, batch: Batch, draws: Draws) -> StepOutput:
        """Sums the losses, each in nats a sequence."""
        seek_loss = self.seek(batch, draws)
        nll, drafts = self.rebuild(batch, draws)
        rebuild_loss = nll.mean()
        loss = seek_loss + rebuild_loss
        stats = {
            "seek/loss": seek_loss.detach(),
            "rebuild/nll": rebuild_loss.detach(),
            "rebuild/nll_per_word": nll.detach().sum() / batch.documents.mask.sum(),
        }
        if self.speak is not None:
            spoken: StepOutput = self.speak(batch.sentences, draws)
            loss = loss + spoken.loss
            stats |= spoken.stats
        return StepOutput(loss=loss, draft=drafts, stats=stats)
