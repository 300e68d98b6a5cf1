"""Salience: which words of a document's first sentences the rest of the document repeats.

What a text repeats is what it is about (Luhn 1958, The Automatic Creation of Literature Abstracts).
In a whole document it can be counted; from the first sentences alone it must be predicted, which is
learned from documents: no summary and no headline is read.

Axes: B sequences, S source positions, T summary positions, D width, V word types.
"""

from __future__ import annotations

from pathlib import Path

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from summ.networks.compressor import Compressor
from summ.networks.transformer import VocabularyFacts
from summ.networks.whole_words import matches, repeats, word_keys, word_numbers
from summ.types import Tokens

# Words in more than this share of documents say nothing about a document that repeats them.
COMMON = 0.1
# Salience does not depend on the length of the summary: one length prompt for all sources.
_BUDGET = 8
_WEIGHTS = "weights.safetensors"


class Salience(nn.Module):
    """Two layers on the compressor's encoding of each word, and how common the word is.

    Attributes:
        commonness: share of documents that have each piece as a whole word, 1 for what no word
            can begin with that tells anything; 0 until a corpus has been counted.
    """

    commonness: Tensor
    starts: Tensor
    borders: Tensor

    def __init__(self, width: int, hidden: int, vocabulary: VocabularyFacts) -> None:
        super().__init__()
        self.hidden, self.score = nn.Linear(width, hidden), nn.Linear(hidden, 1)
        self.register_buffer("commonness", torch.zeros(vocabulary.size))
        self.register_buffer("starts", vocabulary.starts_word.clone(), persistent=False)
        # The end mark is no word, but neither a part of the last one.
        borders = vocabulary.starts_word.clone()
        borders[vocabulary.eos] = True
        self.register_buffer("borders", borders, persistent=False)

    def read(self, compressor: Compressor, source: Tokens) -> Float[Tensor, "B S D"]:
        """The compressor's encoding: at each piece of a source the mean over its word's pieces."""
        budget = torch.full((len(source),), _BUDGET, device=source.ids.device)
        states = compressor.read(source, budget).states[:, 1:]  # without the length prompt
        word = word_numbers(source, self.borders)[:, :, None].expand_as(states)
        sums = states.new_zeros(len(source), states.shape[1] + 1, states.shape[2])
        sums = sums.scatter_add(1, word, states)
        sizes = torch.zeros_like(sums).scatter_add(1, word, torch.ones_like(states))
        return (sums / sizes.clamp(min=1)).gather(1, word)

    def forward(self, states: Float[Tensor, "B S D"]) -> Float[Tensor, "B S"]:
        """Logits that the rest of the text has the word of each piece.

        Args:
            states: what ``read`` returns.
        """
        return self.score(nn.functional.gelu(self.hidden(states))).squeeze(-1)

    def expected(self, source: Tokens) -> Float[Tensor, "B S"]:
        """The share of documents that have the word that begins at each piece.

        0 for a word of several pieces, which is rare, unless no telling word begins so.
        """
        shares = self.commonness[source.ids]
        goes_on = torch.roll(source.mask & ~self.borders[source.ids], -1, dims=1)
        goes_on[:, -1:] = False
        return shares.masked_fill(goes_on & (shares < 1), 0.0)

    def telling(self, source: Tokens) -> Bool[Tensor, "B S"]:
        """Where words begin that can tell one document from another."""
        return self._begins(source) & (self.expected(source) <= COMMON)

    def lifts(self, states: Float[Tensor, "B S D"], source: Tokens) -> Float[Tensor, "B S"]:
        """How much likelier each word is in the rest of this text than in any text, from -1 to 1.

        The value stands where the word begins; it is 0 elsewhere and for common words.
        """
        lifts = self(states).float().sigmoid() - self.expected(source)
        return lifts.masked_fill(~self.telling(source), 0.0)

    def coverage(
        self, summaries: Tokens, sources: Tokens, lifts: Float[Tensor, "B S"]
    ) -> Float[Tensor, " B"]:
        """How much of what is salient in its source a summary says: the sum over its words.

        A word counts once, with the highest lift that it has in the source, and not at all if the
        source does not have it.

        Args:
            lifts: of each summary's source, what ``lifts`` returns.
        """
        keys, begins = word_keys(summaries, self.borders), self._begins(summaries)
        same = matches(keys, begins, word_keys(sources, self.borders), self._begins(sources))
        highest = lifts[:, None, :].masked_fill(~same, -1.0).amax(dim=2)  # (B, T)
        counted = same.any(dim=2) & ~repeats(keys, begins)
        return highest.masked_fill(~counted, 0.0).sum(dim=1)

    def _begins(self, words: Tokens) -> Bool[Tensor, "B T"]:
        return self.starts[words.ids] & words.mask


def save_salience(salience: Salience, folder: Path) -> None:
    """Writes the weights and ``commonness``."""
    from safetensors.torch import save_file

    folder.mkdir()
    save_file(salience.state_dict(), folder / _WEIGHTS)


def load_salience(folder: Path, vocabulary: VocabularyFacts) -> Salience:
    """Reads what ``save_salience`` wrote."""
    from safetensors.torch import load_file

    weights = load_file(folder / _WEIGHTS)
    hidden, width = weights["hidden.weight"].shape
    salience = Salience(width, hidden, vocabulary)
    salience.load_state_dict(weights)
    return salience
