"""The discriminator's update: human sentences against the compressor's drafts."""

from __future__ import annotations

from torch import nn

from summ.families.summarizer.likelihood import draw_drafts
from summ.networks.compressor import Compressor
from summ.networks.discriminator import Discriminator
from summ.networks.policy import Marks
from summ.training.objectives.adversarial import discriminator_loss
from summ.training.random_streams import RandomStreams
from summ.types import Batch, StepOutput, Tokens


class DiscriminatorStep(nn.Module):
    """One update of the discriminator; the step is the module that Accelerate wraps.

    Args:
        compressor: draws drafts where the other step drew none; its parameters are not this
            step's.
        budgets: fewest and most words of such drafts.
        max_sentence: their most pieces.
    """

    def __init__(
        self,
        discriminator: Discriminator,
        compressor: Compressor,
        marks: Marks,
        budgets: tuple[int, int],
        max_sentence: int,
    ) -> None:
        super().__init__()
        self.discriminator = discriminator
        # In a tuple, so that nn.Module does not adopt the compressor's parameters.
        self._compressor = (compressor,)
        self.marks, self.budgets, self.max_sentence = marks, budgets, max_sentence

    def forward(self, batch: Batch, draft: Tokens | None, streams: RandomStreams) -> StepOutput:
        """Binary cross-entropy at every prefix of human sentences and drafts."""
        if draft is None:
            (compressor,) = self._compressor
            draft = draw_drafts(
                compressor, batch.documents, self.marks, streams, self.budgets, self.max_sentence
            )
        sentences = batch.sentences
        human_logits = self.discriminator(sentences)
        draft_logits = self.discriminator(draft)
        loss = discriminator_loss(human_logits, sentences.mask, draft_logits, draft.mask)
        human, drafted = human_logits.detach().float(), draft_logits.detach().float()
        return StepOutput(
            loss=loss,
            stats={
                "discriminator/loss": loss.detach(),
                "discriminator/human": human.sigmoid()[sentences.mask].mean(),
                "discriminator/draft": drafted.sigmoid()[draft.mask].mean(),
            },
        )
