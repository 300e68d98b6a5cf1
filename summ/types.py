"""The values that modules exchange: frozen dataclasses, a shape on every field.

Axes: B sequences, N sentences, T positions, V pieces of the vocabulary.  A token is one piece.
Masks are True on real tokens (the end mark included), False on padding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor


@dataclass(frozen=True)
class Tokens:
    """Sequences of vocabulary pieces, padded on the right; each ends with the end mark."""

    ids: Int[Tensor, "B T"]
    mask: Bool[Tensor, "B T"]

    def __len__(self) -> int:
        return self.ids.shape[0]

    def to(self, device: torch.device) -> Tokens:
        return Tokens(self.ids.to(device), self.mask.to(device))

    def rows(self, index: slice | Int[Tensor, " B"]) -> Tokens:
        """The chosen sequences, with columns that became all padding cut off."""
        mask = self.mask[index]
        width = int(mask.any(dim=0).sum()) if len(mask) else 0
        return Tokens(self.ids[index][:, :width], mask[:, :width])

    def at(self, index: Int[Tensor, " R"]) -> Tokens:
        """The chosen sequences, each as often as the index names it, as wide as before."""
        return Tokens(self.ids[index], self.mask[index])

    def repeat(self, times: int) -> Tokens:
        """Each sequence ``times`` times in a row: a a b b, not a b a b."""
        return Tokens(
            self.ids.repeat_interleave(times, dim=0), self.mask.repeat_interleave(times, dim=0)
        )

    @staticmethod
    def from_lists(sequences: Sequence[Sequence[int]], pad: int) -> Tokens:
        """Pads lists of ids (end mark already in them) to a common width."""
        lengths = [len(sequence) for sequence in sequences]
        width = max(lengths, default=0)
        # One tensor of all rows: one a row costs as much as a small encoder.
        rows = [
            [*sequence, *[pad] * (width - size)]
            for sequence, size in zip(sequences, lengths, strict=True)
        ]
        ids = torch.tensor(rows, dtype=torch.long).reshape(len(rows), width)
        mask = torch.arange(width) < torch.tensor(lengths, dtype=torch.long)[:, None]
        return Tokens(ids, mask)

    @staticmethod
    def stack(parts: Sequence[Tokens], pad: int) -> Tokens:
        """Puts batches of different widths under each other."""
        width = max(part.ids.shape[1] for part in parts)
        ids = [_widen(part.ids, width, pad) for part in parts]
        mask = [_widen(part.mask, width, False) for part in parts]
        return Tokens(torch.cat(ids), torch.cat(mask))


def _widen(rows: Tensor, width: int, value: int | bool) -> Tensor:
    """Widens (B, T) to (B, width) on the right."""
    return torch.nn.functional.pad(rows, (0, width - rows.shape[1]), value=value)


@dataclass(frozen=True)
class Batch:
    """The texts of one update.  ``documents`` and ``sentences`` are not paired.

    Attributes:
        documents: texts to be summarized.
        keywords: a few content words of each document, in order (row i belongs to document i).
        sentences: human sentences, which show what a summary looks like.
        noised: each sentence with words of other texts mixed in, from which the compressor
            has to recover it (row i belongs to sentence i).
        budget: how many words (not pieces) each sentence has: the requested length.
    """

    documents: Tokens
    keywords: Tokens
    sentences: Tokens
    noised: Tokens
    budget: Int[Tensor, " B"]

    def to(self, device: torch.device) -> Batch:
        return Batch(
            self.documents.to(device),
            self.keywords.to(device),
            self.sentences.to(device),
            self.noised.to(device),
            self.budget.to(device),
        )


@dataclass(frozen=True)
class Spans:
    """Consecutive sentences of running text: the part of a batch that one process has.

    Attributes:
        sentences: in the order of the text within each span.
        span: which span of the whole batch a sentence belongs to.
        place: where the sentence stands in the whole batch; neighbours in a span differ by 1.
        total: sentences of the whole batch.
    """

    sentences: Tokens
    span: Int[Tensor, " N"]
    place: Int[Tensor, " N"]
    total: int

    def to(self, device: torch.device) -> Spans:
        return Spans(
            self.sentences.to(device), self.span.to(device), self.place.to(device), self.total
        )


@dataclass(frozen=True)
class Leads:
    """First sentences of documents, and which of their words the rest repeats.

    Attributes:
        tokens: the sentences.
        repeated: where a word begins that another sentence of the same document contains, too.
    """

    tokens: Tokens
    repeated: Bool[Tensor, "B T"]

    def __len__(self) -> int:
        return len(self.tokens)

    def to(self, device: torch.device) -> Leads:
        return Leads(self.tokens.to(device), self.repeated.to(device))

    def rows(self, index: slice) -> Leads:
        """The chosen leads, with columns that became all padding cut off."""
        tokens = self.tokens.rows(index)
        return Leads(tokens, self.repeated[index, : tokens.ids.shape[1]])


@dataclass(frozen=True)
class Relaxed:
    """Relaxed tokens: a distribution over the vocabulary at each position, with gradient.

    Attributes:
        tokens: the tokens as ids; their mask is the mask of the rows.
        rows: one distribution over all pieces at each position, zero on padding.  Of a draft
            they carry the gradient; straight-through, their value is the one-hot token.
    """

    tokens: Tokens
    rows: Float[Tensor, "B T V"]

    def __len__(self) -> int:
        return len(self.tokens)

    def detach(self) -> Relaxed:
        """The same values, constant."""
        return Relaxed(self.tokens, self.rows.detach())


@dataclass(frozen=True)
class PolicyScores:
    """Given tokens, scored under the policy, position by position.

    Attributes:
        log_probs: in nats; ``-inf`` where the policy forbids the token.  Carries gradient.
        entropy: of the policy's distribution at each position, in nats. Without gradient.
    """

    log_probs: Float[Tensor, "B T"]
    entropy: Float[Tensor, "B T"]


@dataclass(frozen=True)
class StepOutput:
    """What a training step returns to the trainer.

    Attributes:
        loss: to be minimised.
        draft: the summaries that were drawn, for the discriminator; None where none were.
        stats: figures for the log, by name.
    """

    loss: Float[Tensor, ""]
    draft: Tokens | None = None
    stats: dict[str, Tensor] = field(default_factory=dict)
