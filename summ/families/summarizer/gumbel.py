"""The gradient through relaxed tokens (Gumbel-softmax), one update.

Axes: B documents, one draft of each, T summary positions, S document positions, V pieces of the
vocabulary.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from summ.families.summarizer.config import GumbelStage
from summ.families.summarizer.likelihood import (
    DenoisingObjective,
    count_words,
    reconstruction_nll,
)
from summ.families.summarizer.relaxation import (
    GumbelNoise,
    annealed,
    draw_tokens,
    relax,
    weigh_gradient,
)
from summ.families.summarizer.rewards import length_reward
from summ.networks.compressor import Compressor
from summ.networks.discriminator import Discriminator, frozen_scores
from summ.networks.policy import Marks, entropy, policy_log_probs
from summ.networks.reconstructor import Reconstructor
from summ.training.objectives.adversarial import humanness_loss, mean_score
from summ.training.objectives.relaxed import fluency_loss, length_loss, prior_loss
from summ.training.random_streams import RandomStreams
from summ.types import Batch, Relaxed, StepOutput, Tokens


@runtime_checkable
class Prior(Protocol):
    """The part of a ``LanguageModel`` that a step uses.

    Attributes:
        unigram: log-probability of each piece anywhere in documents, in nats.  (V,)
    """

    unigram: Tensor

    def __call__(self, tokens: Tokens) -> Tensor:
        """Log-probabilities of every piece at each position, in nats.  (B, T, V)"""


class GumbelStep(nn.Module):
    """Algorithm 1 with relaxed tokens: draw, relax, rebuild, weigh, differentiate.

    To be read beside ``ReinforceStep``, whose five comments are the same five.  There the reward
    is a number and its gradient is estimated; here every network that reads the draft reads
    relaxed tokens, and the gradient passes back through them.

    Args:
        critic: scores drafts as a frozen function: its parameters are not this step's.
        prior: a frozen language model of human sentences; None where both ``prior_weight`` and
            ``fluency_weight`` are 0.
    """

    def __init__(
        self,
        compressor: Compressor,
        reconstructor: Reconstructor,
        critic: Discriminator,
        marks: Marks,
        stage: GumbelStage,
        max_document: int,
        max_sentence: int,
        prior: Prior | None = None,
    ) -> None:
        super().__init__()
        self.compressor, self.reconstructor = compressor, reconstructor
        # In a tuple, so that nn.Module does not adopt the parameters of either.
        self._frozen = (critic, prior)
        sizes = (max_document, max_sentence)
        self.denoising = DenoisingObjective(
            compressor, reconstructor, marks, stage.likelihood, *sizes
        )
        self.marks, self.stage, self.max_sentence = marks, stage, max_sentence

    def forward(self, batch: Batch, streams: RandomStreams) -> StepOutput:
        """One pass of the algorithm over ``batch``."""
        stage, documents, rows = self.stage, batch.documents, len(batch.documents)
        temperature = annealed(stage.temperature, streams.step, stage.steps)

        # 1. Draw a draft of each document from the policy.                       y ~ pi(.|x)
        budget = streams.integers("budget", rows, stage.likelihood.budgets)
        encoded = self.compressor.read(documents, budget)
        noise = GumbelNoise(streams, rows, len(self.marks.starts_word))
        sampled = draw_tokens(
            self.compressor,
            encoded.detach(),
            self.marks,
            noise,
            self.max_sentence,
            stage.policy_temperature,
        )

        # 2. Score and relax the drawn tokens under the same policy, with gradient.   (B, T, V)
        log_probs = policy_log_probs(
            self.compressor, encoded, sampled, self.marks, stage.policy_temperature
        )
        table = noise.table(sampled.ids.shape[1])
        draft = relax(log_probs, table, sampled, temperature, stage.straight_through)

        # 3. Rebuild the document from each draft, which also trains.       -log p(x|y)  (B,)
        share = stage.terms.reconstruction_weight / documents.mask.sum(dim=1)
        weighed = weigh_gradient(draft, share)
        nll = reconstruction_nll(self.reconstructor, weighed, documents, self.marks)

        # 4. Losses in place of a reward: reads as human, has the right length; no baseline.
        terms = self._terms(draft, log_probs, budget)

        # 5. Gradient through the tokens for the compressor, with 3's share of the nll; maximum
        #    likelihood for the reconstructor.
        reconstruction_loss = nll.mean()
        loss = reconstruction_loss + sum(terms.values())
        uncertainty = entropy(log_probs.detach()).masked_fill(~sampled.mask, 0.0).sum()
        begins = self.marks.starts_word[sampled.ids] & sampled.mask
        stats = {
            "reconstruction/nll_per_piece": nll.detach().sum() / documents.mask.sum(),
            "policy/entropy": uncertainty / sampled.mask.sum(),
            "policy/temperature": torch.tensor(temperature),
            "summary/words": count_words(sampled, self.marks).float().mean(),
            "summary/length_error": -length_reward(begins, budget).mean(),
        }
        stats |= {f"terms/{name}": term.detach() for name, term in terms.items()}
        if stage.likelihood_weight:
            denoising_loss = self.denoising(batch, streams)
            loss = loss + stage.likelihood_weight * denoising_loss
            stats["denoising/loss"] = denoising_loss.detach()
        return StepOutput(loss=loss, draft=sampled, stats=stats)

    def _terms(
        self, draft: Relaxed, log_probs: Float[Tensor, "B T V"], budget: Int[Tensor, " B"]
    ) -> dict[str, Tensor]:
        """The weighted losses of relaxed drafts by name, those of weight 0 left out."""
        weights, terms = self.stage.terms, {}
        critic, prior = self._frozen
        if weights.discriminator_weight:
            scores, mask = frozen_scores(critic, draft), draft.tokens.mask
            if self.stage.critic == "discriminator":
                critic_term = humanness_loss(scores, mask)
            else:
                critic_term = -mean_score(scores, mask).mean()
            terms["humanness"] = weights.discriminator_weight * critic_term
        if weights.length_weight:
            begun = (draft.rows @ self.marks.starts_word.to(draft.rows.dtype)).sum(dim=1)
            terms["length"] = weights.length_weight * length_loss(begun, budget)
        if prior is not None:
            terms |= self._prior_terms(prior, log_probs, draft.tokens)
        return terms

    def _prior_terms(
        self, prior: Prior, log_probs: Float[Tensor, "B T V"], tokens: Tokens
    ) -> dict[str, Tensor]:
        """The losses under the language model, which reads the drawn tokens."""
        weights, terms = self.stage.terms, {}
        with torch.no_grad():
            expected = prior(tokens)
        if weights.prior_weight:
            divergence = prior_loss(log_probs, expected, tokens.mask)
            terms["prior"] = weights.prior_weight * divergence
        if weights.fluency_weight:
            lifts = expected - prior.unigram
            terms["fluency"] = weights.fluency_weight * fluency_loss(log_probs, lifts, tokens.mask)
        return terms
