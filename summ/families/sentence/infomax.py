"""Deep InfoMax of a sentence's halves: each must be found by the other among all of the batch.

The words of a sentence are dealt to two halves at random.  The vectors of both, or the codes that
a bottleneck makes of them, are compared with those of all other sentences; what tells a sentence
from the others is what its words have in common.

Source: Hjelm et al. (2019, arXiv:1808.06670), Section 3 (a representation must tell its own parts
from others'), with the estimator of van den Oord et al. (2018, arXiv:1807.03748).

Axes: N sentences here, M sentences of the whole batch (all processes), T positions, D width.
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional

from summ.families.sentence.config import InfoMaxStage
from summ.families.sentence.model import SentenceModel
from summ.networks.bottlenecks import BinaryBottleneck
from summ.training.gather import all_rows
from summ.training.objectives.information import (
    balance_penalty,
    decorrelation_penalty,
    info_nce_nll,
)
from summ.training.random_streams import RandomStreams
from summ.types import StepOutput, Tokens


class InfoMaxStep(nn.Module):
    """One batch: deal words, encode both halves, find each other.

    With a code, the encoders stay as they are and the code learns; without, the encoders learn.
    """

    def __init__(self, model: SentenceModel, stage: InfoMaxStage) -> None:
        super().__init__()
        self.model, self.stage = model, stage
        code = model.codes["binary"] if stage.code is not None else None
        self.code = code if isinstance(code, BinaryBottleneck) else None
        # What is registered learns.
        self.encoders = None if self.code is not None else model.encoders
        self.starts = torch.as_tensor(model.vocabulary.starts_word)

    def forward(self, batch: Tokens, streams: RandomStreams) -> StepOutput:
        """The loss in nats a half, over the sentences of all processes.

        It is this process's part of the sum, times the number of parts, since the trainer averages
        the gradients of the parts.
        """
        # 1. Deal the words of each sentence to two halves.
        coins = streams.uniform("halves", len(batch), self.model.settings.max_pieces)
        halves = deal(batch, self.starts.to(batch.ids.device), coins[:, : batch.ids.shape[1]])
        # 2. Encode both.                                                           (N, D)
        first, second = (self._values(half) for half in halves)
        # 3. Candidates are the halves of all processes.                            (M, D)
        firsts, seconds = all_rows(first), all_rows(second)
        # 4. Each half finds the other.
        nll = self._nll(first, seconds, streams) + self._nll(second, firsts, streams)
        loss = nll.sum() / 2 * streams.shards / len(firsts)
        stats = {"infomax/nats": nll.detach().mean() / 2}
        # 5. Bits that say something, each something else.
        if self.stage.code is not None:
            bits = torch.cat([firsts, seconds])
            loss = loss + self.stage.code.balance * balance_penalty(bits)
            loss = loss + self.stage.code.decorrelation * decorrelation_penalty(bits)
            stats["infomax/mean_bit"] = bits.detach().mean(dim=0).abs().mean()
        return StepOutput(loss=loss, stats=stats)

    @torch.no_grad()
    def evaluate(self, batch: Tokens, seed: int) -> dict[str, float]:
        """Mean nats and accuracy of finding the other half among these sentences."""
        streams = RandomStreams(seed, 0, 0, 1, batch.ids.device)
        coins = streams.uniform("halves", len(batch), batch.ids.shape[1])
        halves = deal(batch, self.starts.to(batch.ids.device), coins)
        first, second = (self._values(half) for half in halves)
        scores = self._scores(first, second)
        own = torch.arange(len(batch), device=scores.device)
        nll = info_nce_nll(scores, own)
        right = scores.argmax(dim=1) == own
        return {"loss": float(nll.mean()), "accuracy": float(right.float().mean())}

    def _values(self, half: Tokens) -> Float[Tensor, "N D"]:
        """The half as it is compared: its code, or its vector."""
        if self.code is None:
            return self.model.vectors(half)
        with torch.no_grad():
            vectors = self.model.vectors(half)
        with torch.autocast(vectors.device.type, enabled=False):
            return self.code(vectors[:, None]).values[:, 0]

    def _nll(
        self, here: Float[Tensor, "N D"], there: Float[Tensor, "M D"], streams: RandomStreams
    ) -> Float[Tensor, " N"]:
        rank = torch.distributed.get_rank() if len(there) > len(here) else 0
        own = rank * len(here) + torch.arange(len(here), device=here.device)
        return info_nce_nll(self._scores(here, there), own)

    def _scores(
        self, here: Float[Tensor, "N D"], there: Float[Tensor, "M D"]
    ) -> Float[Tensor, "N M"]:
        """Cosines, divided by the temperature."""
        # Half precision would round scores of 10 to tenths.
        with torch.autocast(here.device.type, enabled=False):
            both = functional.normalize(here, dim=1) @ functional.normalize(there, dim=1).T
            return both / self.stage.temperature


def deal(
    batch: Tokens, starts: Bool[Tensor, " V"], coins: Float[Tensor, "N T"]
) -> tuple[Tokens, Tokens]:
    """Two halves of the words of each sentence, in their order; the end mark belongs to both.

    Args:
        batch: sentences with end marks.
        starts: pieces that begin a word; the others stay with the piece before.
        coins: uniform numbers, of which a sentence uses one a word: the half of its words with
            the smaller ones is the first (the larger half, if their number is odd).  A single
            word is in both.
    """
    places = torch.arange(batch.ids.shape[1], device=batch.ids.device)
    end = batch.mask & (places == batch.mask.sum(dim=1, keepdim=True) - 1)
    words = batch.mask & ~end
    begins = (starts[batch.ids] | (places == 0)) & words
    number = begins.long().cumsum(dim=1) - 1  # of the word that a piece belongs to
    count = begins.sum(dim=1, keepdim=True)
    tossed = coins.masked_fill(places >= count, 2.0)
    rank = tossed.argsort(dim=1).argsort(dim=1)
    first = (rank < (count + 1) // 2).gather(1, number.clamp(min=0)) | (count == 1)
    second = ~first | (count == 1)
    return _kept(batch, words & first | end), _kept(batch, words & second | end)


def _kept(batch: Tokens, keep: Bool[Tensor, "N T"]) -> Tokens:
    """The pieces that are kept, moved to the left."""
    width = int(keep.sum(dim=1).max())
    order = (~keep).long().argsort(dim=1, stable=True)[:, :width]
    return Tokens(batch.ids.gather(1, order), keep.gather(1, order))
