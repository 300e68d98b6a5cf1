"""The gradient through relaxed words (Gumbel-softmax), one update.

Axes: B documents, one draft of each, T summary positions, S document positions, V word types.
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
    rebuild_nll,
    text_mask,
    uniform_integers,
)
from summ.families.summarizer.relaxation import (
    GumbelNoise,
    annealed,
    draw_words,
    relax,
    weigh_gradient,
)
from summ.families.summarizer.rewards import length_reward, repeats
from summ.networks.compressor import Compressor
from summ.networks.discriminator import Discriminator, frozen_scores
from summ.networks.policy import Marks, entropy, policy_log_probs
from summ.networks.reconstructor import Reconstructor
from summ.training.objectives import losses as objectives
from summ.training.random_streams import RandomStreams
from summ.types import Batch, Relaxed, StepOutput, Tokens


@runtime_checkable
class Prior(Protocol):
    """What a step asks of a ``LanguageModel``.

    Attributes:
        unigram: log-probability of each type anywhere in documents, in nats.  (V,)
    """

    unigram: Tensor

    def __call__(self, words: Tokens) -> Tensor:
        """Log-probabilities of every type at each position, in nats.  (B, T, V)"""


class GumbelStep(nn.Module):
    """Algorithm 1 with relaxed words: compress, judge, differentiate; and teach the reconstructor.

    To be read beside ``ReinforceStep``: the five comments are the same five.  There the reward is
    a number and its gradient is estimated; here every judge reads relaxed words and the gradient
    goes back through them.

    Args:
        critic: judges drafts as a frozen function: its parameters are not this step's.
        rarity: how much each piece tells of a topic, not negative; see ``rarity``.
        prior: a frozen language model of human sentences; None where neither ``prior_weight`` nor
            ``fluency_weight`` asks for it.
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
        rarity: Float[Tensor, " V"],
        prior: Prior | None = None,
    ) -> None:
        super().__init__()
        self.compressor, self.reconstructor = compressor, reconstructor
        # In a tuple, so that nn.Module does not adopt the judges' parameters.
        self._judges = (critic, prior)
        sizes = (max_document, max_sentence)
        self.likelihood = DenoisingObjective(
            compressor, reconstructor, marks, stage.likelihood, *sizes
        )
        self.marks, self.stage, self.max_sentence = marks, stage, max_sentence
        self.rarity = rarity

    def forward(self, batch: Batch, streams: RandomStreams) -> StepOutput:
        """One pass of the algorithm over ``batch``."""
        stage, documents, rows = self.stage, batch.documents, len(batch.documents)
        temperature = annealed(stage.temperature, streams.step, stage.steps)

        # 1. Draw summaries from the policy; they need no rival.                  y ~ pi(.|x)
        budget = uniform_integers(streams, "budget", rows, stage.likelihood.budgets)
        encoded = self.compressor.read(documents, budget)
        noise = GumbelNoise(streams, rows, len(self.marks.starts_word))
        sampled = draw_words(
            self.compressor,
            encoded.detach(),
            self.marks,
            noise,
            self.max_sentence,
            stage.policy_temperature,
        )

        # 2. Score and relax the drawn words under the same policy, with gradient.     (B, T, V)
        log_probs = policy_log_probs(
            self.compressor, encoded, sampled, self.marks, stage.policy_temperature
        )
        table = noise.table(sampled.ids.shape[1])
        draft = relax(log_probs, table, sampled, temperature, stage.straight_through)

        # 3. Rebuild the source from each; it also teaches.                   -log p(x|y)  (B,)
        share = stage.terms.reconstruction_weight / documents.mask.sum(dim=1)
        nll = rebuild_nll(self.reconstructor, weigh_gradient(draft, share), documents, self.marks)

        # 4. Terms in place of a reward: read as human, and of the right length; no baseline.
        terms = self._terms(draft, log_probs, documents, budget)

        # 5. Gradient through the words for the compressor; maximum likelihood for the
        #    reconstructor, whose nll gives the words 3's share of its gradient.
        reconstruction_loss = nll.mean()
        uncertainty = entropy(log_probs.detach()).masked_fill(~sampled.mask, 0.0).sum()
        loss = reconstruction_loss + sum(terms.values())
        stats = {
            "reconstruction/nll_per_word": nll.detach().sum() / documents.mask.sum(),
            "policy/entropy": uncertainty / sampled.mask.sum(),
            "policy/temperature": torch.tensor(temperature),
            "summary/words": count_words(sampled, self.marks).float().mean(),
            "summary/length_error": -self._length(sampled, budget).mean(),
        }
        stats |= {f"terms/{name}": term.detach() for name, term in terms.items()}
        if stage.likelihood_weight:
            denoising_loss = self.likelihood(batch, streams)
            loss = loss + stage.likelihood_weight * denoising_loss
            stats["denoising/loss"] = denoising_loss.detach()
        return StepOutput(loss=loss, draft=sampled, stats=stats)

    def _terms(
        self,
        draft: Relaxed,
        log_probs: Float[Tensor, "B T V"],
        documents: Tokens,
        budget: Int[Tensor, " B"],
    ) -> dict[str, Tensor]:
        """The weighted losses of relaxed drafts by name, those of weight 0 left out."""
        weights, terms = self.stage.terms, {}
        critic, prior = self._judges
        if weights.discriminator_weight:
            scores, mask = frozen_scores(critic, draft), draft.words.mask
            if self.stage.critic == "discriminator":
                inhuman = objectives.humanness_loss(scores, mask)
            else:
                inhuman = -objectives.mean_score(scores, mask).mean()
            terms["humanness"] = weights.discriminator_weight * inhuman
        if weights.length_weight:
            begun = (draft.rows @ self.marks.starts_word.to(draft.rows.dtype)).sum(dim=1)
            terms["length"] = weights.length_weight * objectives.length_loss(begun, budget)
        if prior is not None:
            terms |= self._spoken(prior, log_probs, draft.words)
        if weights.topic_weight:
            terms["topic"] = weights.topic_weight * self._topic(draft, documents)
        if weights.coverage_weight:
            missed = objectives.coverage_loss(_said(draft, documents), self._rarity_of(documents))
            terms["coverage"] = weights.coverage_weight * missed
        if weights.position_weight:
            text = text_mask(documents, self.marks)
            first = text & ~repeats(documents.ids, text)
            place = objectives.position_loss(_said(draft, documents), first, text.sum(dim=1))
            terms["position"] = weights.position_weight * place
        return terms

    def _spoken(
        self, prior: Prior, log_probs: Float[Tensor, "B T V"], words: Tokens
    ) -> dict[str, Tensor]:
        """The terms of the language model, which reads the words that were drawn."""
        weights, terms = self.stage.terms, {}
        with torch.no_grad():
            expected = prior(words)
        if weights.prior_weight:
            divergence = objectives.prior_loss(log_probs, expected, words.mask)
            terms["prior"] = weights.prior_weight * divergence
        if weights.fluency_weight:
            lifts = expected - prior.unigram
            clumsiness = objectives.fluency_loss(log_probs, lifts, words.mask)
            terms["fluency"] = weights.fluency_weight * clumsiness
        return terms

    def _topic(self, draft: Relaxed, documents: Tokens) -> Float[Tensor, ""]:
        """The topic loss, in the compressor's embeddings, held constant.

        Were they not, they could all be made alike, and every draft be on every topic.
        """
        table = self.compressor.network.get_input_embeddings().weight.detach()
        rows = draft.rows.to(table.dtype)
        return objectives.topic_loss(
            table[documents.ids], self._rarity_of(documents), rows @ table, rows @ self.rarity
        )

    def _rarity_of(self, documents: Tokens) -> Float[Tensor, "B S"]:
        return self.rarity[documents.ids].masked_fill(~documents.mask, 0.0)

    def _length(self, drafts: Tokens, budget: Int[Tensor, " B"]) -> Float[Tensor, " B"]:
        begins = self.marks.starts_word[drafts.ids] & drafts.mask
        return length_reward(begins, budget)


def _said(draft: Relaxed, documents: Tokens) -> Float[Tensor, "B T S"]:
    """The row's entry for each word of the document."""
    index = documents.ids[:, None, :].expand(-1, draft.rows.shape[1], -1)
    return draft.rows.gather(-1, index)


def rarity(frequencies: Int[Tensor, " V"], special: Tensor) -> Float[Tensor, " V"]:
    """Minus the log of each piece's share of a text, in nats; 0 for marks, which tell nothing.

    In place of the inverse document frequency of the papers: pieces are counted over the corpus,
    not by document, and the two differ little for the rare pieces that make a topic.

    Args:
        frequencies: occurrences of each piece; one is added to each.
        special: True for marks and prompts, the end mark included.  (V,)
    """
    counts = frequencies.float() + 1
    return (counts.sum() / counts).log().masked_fill(special, 0.0)
