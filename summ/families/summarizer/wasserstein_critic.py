"""The Wasserstein critic's update: human sentences against relaxed drafts.

Axes: B sentences, C drafts, T and U their positions, V pieces of the vocabulary.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import pad

from summ.families.summarizer.config import GumbelStage
from summ.families.summarizer.relaxation import GumbelNoise, annealed, draw_tokens, one_hot, relax
from summ.networks.compressor import Compressor
from summ.networks.discriminator import Discriminator, limit_spectra
from summ.networks.policy import Marks, policy_log_probs
from summ.training.objectives.adversarial import critic_loss, gradient_penalty, mean_score
from summ.training.random_streams import RandomStreams
from summ.types import Batch, Relaxed, StepOutput, Tokens


class WassersteinCriticStep(nn.Module):
    """One update of the critic; the step is the module that Accelerate wraps.

    The critic is the discriminator's network; its score of a text is the mean over the prefixes.
    Its slope is bounded by a gradient penalty (Gulrajani et al. 2017, arXiv:1704.00028) or by
    limiting the spectra of its weights (after Miyato et al. 2018, arXiv:1802.05957).

    Args:
        compressor: draws drafts where the other step drew none, or where soft ones are needed;
            its parameters are not this step's.
        max_sentence: the most pieces of a draft.
    """

    def __init__(
        self,
        critic: Discriminator,
        compressor: Compressor,
        marks: Marks,
        stage: GumbelStage,
        max_sentence: int,
    ) -> None:
        super().__init__()
        self.critic = critic
        # In a tuple, so that nn.Module does not adopt the compressor's parameters.
        self._compressor = (compressor,)
        self.marks, self.stage, self.max_sentence = marks, stage, max_sentence

    def forward(self, batch: Batch, draft: Tokens | None, streams: RandomStreams) -> StepOutput:
        """Increases the gap between the scores of human sentences and of drafts."""
        if self.stage.critic == "spectral":
            limit_spectra(self.critic)
        human = one_hot(batch.sentences, len(self.marks.starts_word))
        drafted = self._relaxed(batch, draft, streams)
        human_score = mean_score(self.critic(human), human.tokens.mask)
        draft_score = mean_score(self.critic(drafted), drafted.tokens.mask)
        loss = critic_loss(human_score, draft_score)
        stats = {
            "critic/distance": -loss.detach(),
            "critic/human": human_score.detach().mean(),
            "critic/draft": draft_score.detach().mean(),
        }
        if self.stage.critic == "wgan-gp":
            penalty = gradient_penalty(self._slope(human, drafted, streams))
            loss = loss + self.stage.penalty_weight * penalty
            stats["critic/penalty"] = penalty.detach()
        return StepOutput(loss=loss, stats=stats)

    @torch.no_grad()
    def _relaxed(self, batch: Batch, draft: Tokens | None, streams: RandomStreams) -> Relaxed:
        """Drafts as ``GumbelStep`` passes them to its critic, held constant."""
        stage, types = self.stage, len(self.marks.starts_word)
        if draft is not None and stage.straight_through:
            return one_hot(draft, types)
        (compressor,) = self._compressor
        rows = len(batch.documents)
        budget = streams.integers("budget", rows, stage.likelihood.budgets)
        encoded = compressor.read(batch.documents, budget)
        noise = GumbelNoise(streams, rows, types)
        policy_temperature = stage.policy_temperature
        tokens = draw_tokens(
            compressor, encoded, self.marks, noise, self.max_sentence, policy_temperature
        )
        if stage.straight_through:
            return one_hot(tokens, types)
        log_probs = policy_log_probs(compressor, encoded, tokens, self.marks, policy_temperature)
        temperature = annealed(stage.temperature, streams.step, stage.steps)
        return relax(log_probs, noise.table(tokens.ids.shape[1]), tokens, temperature, False)

    def _slope(
        self, human: Relaxed, drafted: Relaxed, streams: RandomStreams
    ) -> Float[Tensor, "P U V"]:
        """The gradient of the score at points between paired texts, differentiable once more.

        Row i of the sentences is paired with row i of the drafts, so that a pair is the same in
        whichever process it happens to be; the longer list's rest has no pair.  Attention must be
        ``eager``: the fused kernels have no second derivative.
        """
        pairs = min(len(human), len(drafted))
        width = max(human.rows.shape[1], drafted.rows.shape[1])
        first, second = _widened(human, pairs, width), _widened(drafted, pairs, width)
        share = streams.uniform("critic/share", pairs, 1)[..., None]
        rows = share * first.rows + (1 - share) * second.rows
        rows.requires_grad_()
        tokens = Tokens(first.tokens.ids, first.tokens.mask | second.tokens.mask)
        # A second derivative in bf16 would be mostly rounding.
        with torch.autocast(rows.device.type, enabled=False):
            score = mean_score(self.critic(Relaxed(tokens, rows)), tokens.mask)
        return torch.autograd.grad(score.sum(), rows, create_graph=True)[0]


def _widened(source: Relaxed, rows: int, width: int) -> Relaxed:
    """The first rows, with positions of padding up to ``width``."""
    room = width - source.rows.shape[1]
    ids, mask = source.tokens.ids[:rows], source.tokens.mask[:rows]
    return Relaxed(
        Tokens(pad(ids, (0, room)), pad(mask, (0, room), value=False)),
        pad(source.rows[:rows], (0, 0, 0, room)),
    )
