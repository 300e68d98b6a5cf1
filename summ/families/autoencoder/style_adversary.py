"""A critic that tells the style from the content of a code, and a code that must not let it.

Source: John et al. (2019, arXiv:1808.04339), Section 3.2, whose content space has an adversary of
the style; the cross-entropy with even odds in place of the entropy.
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


class HidingStep(nn.Module):
    """Rebuilds texts from codes whose content leaves a frozen critic at even odds."""

    def __init__(self, inner: RebuildStep, critic: StyleCritic) -> None:
        super().__init__()
        self.inner = inner
        # In a tuple, so that nn.Module does not adopt its parameters.
        self._frozen = (critic,)

    def forward(self, batch: StyledTokens, streams: RandomStreams) -> StepOutput:
        """The loss in nats a text, averaged over the texts."""
        rebuilt = self.inner.rebuilt(batch.texts, streams)
        content = _content(self.inner, rebuilt.code.parts)
        (critic,) = self._frozen
        # As in ``frozen_scores``: stand-ins, since requires_grad is the critic's own step's, too.
        constants = {name: value.detach() for name, value in critic.named_parameters()}
        logits = torch.func.functional_call(critic, constants, (content,))
        even = -logits.float().log_softmax(dim=1).mean(dim=1)
        loss = rebuilt.loss + self.inner.stage.adversary_weight * even
        stats = {**rebuilt.stats, "style/even_odds_nll": even.detach().mean()}
        return StepOutput(loss=loss.mean(), stats=stats)


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
            code = inner.network.bottleneck(inner.network.slots(batch.texts))
            content = _content(inner, code.parts)
        logits = self.critic(content).float()
        told = (logits.argmax(dim=1) == batch.styles).float().mean()
        loss = functional.cross_entropy(logits, batch.styles)
        return StepOutput(
            loss=loss, stats={"style/critic_nll": loss.detach(), "style/critic_accuracy": told}
        )


def _content(inner: RebuildStep, parts: Tensor | None) -> Tensor:
    bottleneck = inner.network.bottleneck
    if parts is None or not isinstance(bottleneck, StyledBottleneck):
        raise ConfigError("bottleneck: an adversary needs 'kind: styled'. Choose that.")
    return bottleneck.content(parts)
