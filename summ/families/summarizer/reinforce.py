"""Adversarial REINFORCE (Wang & Lee 2018, arXiv:1810.02851), one update.

Axes: N documents, K drafts of each, B = N * K drafts (those of a document adjacent),
T summary positions.
"""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from summ.families.summarizer import rewards
from summ.families.summarizer.config import ReinforceStage
from summ.families.summarizer.critics import Critics
from summ.families.summarizer.likelihood import (
    DenoisingObjective,
    count_words,
    reconstruction_nll,
)
from summ.families.summarizer.rewarded_drafts import RewardedDrafts, reward_drafts
from summ.networks.compressor import Compressor
from summ.networks.policy import Marks, greedy, sample, score
from summ.networks.reconstructor import Reconstructor
from summ.networks.transformer import Encoded
from summ.training.objectives.policy_gradient import reinforce_loss
from summ.training.random_streams import RandomStreams
from summ.types import Batch, StepOutput, Tokens


class ReinforceStep(nn.Module):
    """Algorithm 1: draw, score, rebuild, reward, reinforce.

    The step is itself the module that Accelerate wraps, so that every gradient passes
    through ``forward`` and is synchronised between processes.

    Args:
        critics: discriminator, language model, sentence encoder: this step does not teach them.
    """

    def __init__(
        self,
        compressor: Compressor,
        reconstructor: Reconstructor,
        critics: Critics,
        marks: Marks,
        stage: ReinforceStage,
        max_document: int,
        max_sentence: int,
    ) -> None:
        super().__init__()
        self.compressor, self.reconstructor = compressor, reconstructor
        # A plain dataclass, so that nn.Module does not adopt the critics' parameters.
        self.critics = critics
        sizes = (max_document, max_sentence)
        self.denoising = DenoisingObjective(
            compressor, reconstructor, marks, stage.likelihood, *sizes
        )
        self.marks, self.stage, self.max_sentence = marks, stage, max_sentence

    def forward(self, batch: Batch, streams: RandomStreams) -> StepOutput:
        """One pass of the algorithm over ``batch``."""
        stage, documents = self.stage, batch.documents

        # 1. Draw K drafts of each document from the policy.                      y ~ pi(.|x)
        budget = streams.integers("budget", len(documents), stage.likelihood.budgets)
        encoded = self.compressor.read(documents, budget)
        sources = encoded.repeat(stage.samples)
        sampled = self._sample(sources.detach(), streams)

        # 2. Score the drawn tokens under the same policy, with gradient.         log pi(y|x)
        scores = score(self.compressor, sources, sampled, self.marks, stage.temperature)

        # 3. Rebuild the document from each draft; the first one also trains.  -log p(x|y)  (B,)
        nll_trained, nll = self._rebuild(sampled, documents)

        # 4. Reward: faithful to the document, reads as human; and a baseline.            (B, T)
        rewarded = self._reward(sampled, nll, documents, budget)
        if stage.baseline == "leave-one-out":
            baseline = rewards.leave_one_out(rewarded.credit, sampled.mask, stage.samples)
        else:
            baseline = self._greedy_reward(encoded.detach(), documents, budget, sampled)

        # 5. Policy gradient for the compressor; maximum likelihood for the reconstructor.
        policy_loss = reinforce_loss(scores.log_probs, sampled.mask, rewarded.credit, baseline)
        reconstruction_loss = nll_trained.mean()
        loss = policy_loss + reconstruction_loss
        entropy = scores.entropy.masked_fill(~sampled.mask, 0.0).sum() / sampled.mask.sum()
        stats = {
            **{f"reward/{name}": values.mean() for name, values in rewarded.figures.items()},
            "reward/total": rewarded.total.mean(),
            "reward/advantage": (rewarded.credit - baseline)[:, 0].mean(),
            "reconstruction/nll_per_piece": nll.sum() / (stage.samples * documents.mask.sum()),
            "policy/entropy": entropy,
            "summary/words": count_words(sampled, self.marks).float().mean(),
            "summary/length_error": -rewarded.figures["length"].mean(),
        }
        if stage.likelihood_weight:
            denoising_loss = self.denoising(batch, streams)
            loss = loss + stage.likelihood_weight * denoising_loss
            stats["denoising/loss"] = denoising_loss.detach()
        return StepOutput(loss=loss, draft=sampled, stats=stats)

    def _sample(self, sources: Encoded, streams: RandomStreams) -> Tokens:
        """One draft of each source; a document's drafts share a row of random numbers."""
        samples, width = self.stage.samples, self.max_sentence
        uniforms = streams.uniform("draft", len(sources.states) // samples, samples * width)
        each = uniforms.unflatten(1, (samples, width)).flatten(0, 1)
        return sample(self.compressor, sources, self.marks, each, self.stage.temperature)

    def _rebuild(
        self, drafts: Tokens, documents: Tokens
    ) -> tuple[Float[Tensor, " N"], Float[Tensor, " B"]]:
        """The nll given each document's first draft, with gradient; and given all, without."""
        samples = self.stage.samples
        index = torch.arange(len(drafts), device=drafts.ids.device).unflatten(0, (-1, samples))
        first = drafts.rows(index[:, 0])
        trained = reconstruction_nll(self.reconstructor, first, documents, self.marks)
        if samples == 1:
            return trained, trained.detach()
        with torch.no_grad():
            others = reconstruction_nll(
                self.reconstructor,
                drafts.rows(index[:, 1:].flatten()),
                documents.repeat(samples - 1),
                self.marks,
            )
        others = others.unflatten(0, (-1, samples - 1))
        return trained, torch.cat([trained.detach()[:, None], others], dim=1).flatten()

    def _reward(
        self,
        drafts: Tokens,
        nll: Float[Tensor, " B"],
        documents: Tokens,
        budget: Int[Tensor, " N"],
    ) -> RewardedDrafts:
        weights = self.stage.reward
        return reward_drafts(self.critics, weights, drafts, nll, documents, budget)

    @torch.no_grad()
    def _greedy_reward(
        self,
        encoded: Encoded,
        documents: Tokens,
        budget: Int[Tensor, " N"],
        sampled: Tokens,
    ) -> Float[Tensor, "B T"]:
        """Self-critical baseline: the reward of the greedy draft, at the same position."""
        drafts = greedy(self.compressor, encoded, self.marks, self.max_sentence)
        nll = reconstruction_nll(self.reconstructor, drafts, documents, self.marks)
        credit = self._reward(drafts, nll, documents, budget).credit
        width = sampled.ids.shape[1]
        held = rewards.fit_width(rewards.hold_last(credit, drafts.mask), width)
        return held.repeat_interleave(self.stage.samples, dim=0)
