"""Codes whose style says what style a text has, and whose content does not let a critic tell.

Source: John et al. (2019, arXiv:1808.04339), Section 3.2, whose style space has a classifier and
whose content space an adversary; the cross-entropy with even odds in place of the entropy.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from summ.errors import ConfigError
from summ.families.autoencoder.lines import StyledTokens
from summ.families.autoencoder.rebuild import RebuildStep
from summ.networks.styled import StyleCritic, StyledBottleneck
from summ.training.random_streams import RandomStreams
from summ.types import StepOutput, Tokens


class StyleStep(nn.Module):
    """Rebuilds texts from codes of which a classifier is told the style, and a frozen critic not.

    The classifier learns with the codes.  Of some texts the style is that of another one of the
    same style, so that it says what all of these have in common.
    """

    def __init__(
        self, inner: RebuildStep, classifier: StyleCritic | None, critic: StyleCritic | None
    ) -> None:
        super().__init__()
        self.inner, self.classifier = inner, classifier
        # In a tuple, so that nn.Module does not adopt its parameters.
        self._frozen = (critic,)

    def forward(self, batch: StyledTokens, streams: RandomStreams) -> StepOutput:
        """The loss in nats a text, averaged over the texts."""
        rebuilt = self.inner.rebuilt(batch.texts, streams, self._lenders(batch, streams))
        loss, stats = rebuilt.loss.mean(), dict(rebuilt.stats)
        bottleneck, parts = _styled(self.inner, rebuilt.code.parts)
        if self.classifier is not None:
            logits = self.classifier(bottleneck.manner(parts)).float()
            told = functional.cross_entropy(logits, batch.styles)
            stats["style/told_nll"] = told.detach()
            loss = loss + self.inner.stage.style_weight * told
        (critic,) = self._frozen
        if critic is not None:
            even = _even_odds(critic, bottleneck.content(parts))
            stats["style/even_odds_nll"] = even.detach()
            loss = loss + self.inner.stage.adversary_weight * even
        return StepOutput(loss=loss, stats=stats)

    def _lenders(self, batch: StyledTokens, streams: RandomStreams) -> Tokens | None:
        """The texts that the style is read from: another one of the same style, of some."""
        share = self.inner.stage.lent_share
        if not share:
            return None
        lent = streams.uniform("lent", len(batch), 1)[:, 0] < share
        both = Tokens.stack([batch.texts, batch.others], self.inner.vocabulary.pad)
        return both.at(torch.arange(len(batch), device=lent.device) + len(batch) * lent)


class CriticStep(nn.Module):
    """One update of the critic: which style had the text of this content?"""

    def __init__(self, critic: StyleCritic, inner: RebuildStep) -> None:
        super().__init__()
        self.critic = critic
        self._frozen = (inner,)

    def forward(
        self, batch: StyledTokens, draft: Tokens | None, streams: RandomStreams
    ) -> StepOutput:
        """Cross-entropy in nats a text; there are no drafts, and nothing is random."""
        (inner,) = self._frozen
        with torch.no_grad():
            bottleneck, parts = _styled(inner, inner.network.code(batch.texts).parts)
        logits = self.critic(bottleneck.content(parts)).float()
        told = (logits.argmax(dim=1) == batch.styles).float().mean()
        loss = functional.cross_entropy(logits, batch.styles)
        return StepOutput(
            loss=loss, stats={"style/critic_nll": loss.detach(), "style/critic_accuracy": told}
        )


def _styled(inner: RebuildStep, parts: Tensor | None) -> tuple[StyledBottleneck, Tensor]:
    bottleneck = inner.network.bottleneck
    if parts is None or not isinstance(bottleneck, StyledBottleneck):
        raise ConfigError("bottleneck: an adversary needs 'kind: styled'. Choose that.")
    return bottleneck, parts


def _even_odds(critic: StyleCritic, content: Tensor) -> Tensor:
    """Cross-entropy of even odds with what a frozen critic says of the content."""
    # As in ``frozen_scores``: stand-ins, since requires_grad is the critic's own step's, too.
    constants = {name: value.detach() for name, value in critic.named_parameters()}
    logits = torch.func.functional_call(critic, constants, (content,))
    return -logits.float().log_softmax(dim=1).mean()
