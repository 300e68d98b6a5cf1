"""A judge of completeness: does a line end where a human line would, and is its verb there?

It is a logistic regression on hashed n-grams of words and word classes, taught by human lines
against the same kinds of lines broken on purpose (``data_prep.completeness``); no summary is read.
Blind readers' marks were used to test it and to set its price, not to teach it.

Source: hashed n-grams with a linear classifier as in Joulin et al. (2017, arXiv:1607.01759).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from summ.errors import CheckpointError
from summ.networks.int8 import quantised, restored
from summ.text.languages.en import LEANING
from summ.text.languages.en_phrases import (
    AUXILIARIES,
    BE,
    DETERMINERS,
    MODALS,
    NUMBERS,
    PREPOSITIONS,
    PRONOUNS,
    RELATIVES,
    SOFT_ADVERBS,
    SUBORDINATORS,
)
from summ.text.languages.tables import table
from summ.text.verbs import VerbLexicon

SLOTS = 1 << 18
_ROW = 256  # slots that share a scale when stored
_CLOSED = (
    DETERMINERS
    | PREPOSITIONS
    | AUXILIARIES
    | BE
    | PRONOUNS
    | SUBORDINATORS
    | RELATIVES
    | LEANING
    | SOFT_ADVERBS
    | MODALS
    | table("to of and or but not n't 's been than there we you him them % ( ) , : ; --")
    | {'"'}
)
_ENDINGS = ("ing", "ed", "ly", "s", "al", "ive", "ous", "ic", "ian", "er")
_LONGEST = 14  # words that are told apart


@dataclass(frozen=True)
class Completeness:
    """The judge.

    Attributes:
        weights: of each slot.
        bias: of the regression.
        verbs: tell the classes of words.
    """

    weights: Float[Tensor, " F"]
    bias: float
    verbs: VerbLexicon

    def logit(self, tokens: Sequence[str]) -> float:
        """Log odds that a line is complete.

        Args:
            tokens: canonical words of the line, as ``fold`` gives them.
        """
        return float(self.weights[list(slots(tokens, self.verbs))].sum()) + self.bias

    def save(self, path: Path) -> None:
        """Writes 8 bits a weight."""
        from safetensors.torch import save_file

        stored = quantised("weights", self.weights.view(-1, _ROW))
        save_file({**stored, "bias": torch.tensor([self.bias])}, path)

    @staticmethod
    def load(path: Path, verbs: VerbLexicon) -> Completeness:
        """Reads what ``save`` wrote.

        Raises:
            CheckpointError: it is something else.
        """
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        try:
            stored = restored(load_file(path))
            weights, bias = stored["weights"].flatten(), float(stored["bias"])
        except (SafetensorError, OSError, KeyError, ValueError, RuntimeError) as error:
            raise CheckpointError(
                f"{path}: not a judge of completeness ({error}). Get the model again."
            ) from error
        if len(weights) != SLOTS:
            raise CheckpointError(
                f"{path}: has {len(weights)} weights instead of {SLOTS}. Get the model again."
            )
        return Completeness(weights, bias, verbs)


def slots(tokens: Sequence[str], verbs: VerbLexicon) -> set[int]:
    """The slots of a line's features."""
    return {zlib.crc32(one.encode()) & (SLOTS - 1) for one in _features(tokens, verbs)}


def _features(tokens: Sequence[str], verbs: VerbLexicon) -> Iterator[str]:
    classes = [_word_class(token, verbs) for token in tokens]
    finite = sum("F" in kind or kind in AUXILIARIES for kind in classes)
    yield f"length {min(len(tokens), _LONGEST)}"
    yield f"verbs {min(finite, 3)}"
    words, kinds = ["^", *tokens, "$"], ["^", *classes, "$"]
    # How the line ends and begins.
    for size in (1, 2, 3):
        yield f"end {' '.join(words[-1 - size : -1])}"
    for size in (2, 3, 4, 5):
        yield f"end classes {' '.join(kinds[-1 - size : -1])}"
    if tokens:
        yield f"end mixed {kinds[-3]} {words[-2]}"
        yield f"end mixed {words[-3]} {kinds[-2]} "
    yield f"begin {words[1]}"
    yield f"begin classes {' '.join(kinds[1:3])}"
    # What follows what.
    for place in range(len(words) - 1):
        yield f"words {words[place]} {words[place + 1]}"
        for size in (2, 3, 4):
            if place + size <= len(kinds):
                yield f"classes {' '.join(kinds[place : place + size])}"
    # The same of closed classes and verbs alone: the skeleton of the sentence.
    bones = [kind for kind in kinds if kind in _CLOSED or "F" in kind or kind in "^$"]
    yield f"last bones {' '.join(bones[-4:])}"
    for place in range(len(bones) - 1):
        yield f"bones {' '.join(bones[place : place + 3])}"


def _word_class(token: str, verbs: VerbLexicon) -> str:
    """A word of a closed class itself; of others what they can be, and their ending."""
    if token in _CLOSED:
        return token
    if "#" in token or token in NUMBERS:
        return "0"
    lists = {"F": verbs.finite, "B": verbs.base, "P": verbs.passive}
    lists |= {"N": verbs.nounish, "T": verbs.transitive}
    kind = "".join(letter for letter, words in lists.items() if token in words)
    ending = next((ending for ending in _ENDINGS if token.endswith(ending)), "")
    return f"{kind}-{ending}" if kind or ending else "o"
