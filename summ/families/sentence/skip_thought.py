"""Skip-thought: predict the sentences before and after a sentence from its vector.

Source: Kiros et al. (2015, arXiv:1506.06726), Section 2.1.
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from summ.networks.sentence_decoder import SentenceDecoder
from summ.networks.sentence_encoder import Encoder
from summ.training.objectives.contrastive import skip_thought_nll
from summ.training.random_streams import RandomStreams
from summ.types import Spans, StepOutput


class SkipThoughtStep(nn.Module):
    """One batch: encode every sentence, decode its neighbours."""

    def __init__(
        self, encoder: Encoder, previous: SentenceDecoder, following: SentenceDecoder
    ) -> None:
        super().__init__()
        self.encoder, self.previous, self.following = encoder, previous, following

    def forward(self, batch: Spans, streams: RandomStreams) -> StepOutput:
        """The loss in nats a sentence, both neighbours together, over all processes.

        It is this process's part of the sum times the number of parts, since the trainer averages
        the gradients of all parts.
        """
        # 1. Encode every sentence.                                                 h  (N, D)
        vectors = self.encoder(batch.sentences)
        # 2. Decode the sentences before and after it, where they are in the same span.
        nll, words = self._decoded(vectors, batch)
        return StepOutput(
            loss=nll * streams.shards / batch.total,
            stats={"skip_thought/nll_per_piece": (nll / words).detach()},
        )

    @torch.no_grad()
    def evaluate(self, batch: Spans) -> dict[str, float]:
        """Loss summed over sentences, and nll and number of the words decoded."""
        nll, words = self._decoded(self.encoder(batch.sentences), batch)
        return {"loss": float(nll), "words": float(words)}

    def _decoded(
        self, vectors: Float[Tensor, "N D"], batch: Spans
    ) -> tuple[Float[Tensor, ""], Float[Tensor, ""]]:
        """Nll of all neighbours, summed, and how many words they have."""
        joined = batch.span[1:] == batch.span[:-1]  # sentence i + 1 follows sentence i
        follows = torch.nn.functional.pad(joined, (1, 0))
        precedes = torch.nn.functional.pad(joined, (0, 1))
        following = self._nll(self.following, vectors, precedes, batch, follows)
        previous = self._nll(self.previous, vectors, follows, batch, precedes)
        lengths = batch.sentences.mask.sum(dim=1)
        return following + previous, (lengths[follows].sum() + lengths[precedes].sum()).float()

    def _nll(
        self,
        decoder: SentenceDecoder,
        vectors: Float[Tensor, "N D"],
        sources: Bool[Tensor, " N"],
        batch: Spans,
        targets: Bool[Tensor, " N"],
    ) -> Float[Tensor, ""]:
        """The nll of the sentences in ``targets``, each given the vector of one in ``sources``."""
        sentences = batch.sentences.rows(targets.nonzero().squeeze(1))
        logits = decoder(vectors[sources], sentences)
        return skip_thought_nll(logits, sentences.ids, sentences.mask).sum()
