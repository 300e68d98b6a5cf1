"""A network that begins with the layers of one for another language.

What a shortener's layers have learned is to copy, to skip and to end, whatever the words are; only
the embeddings belong to a language.  A piece that both vocabularies have keeps its row.  Of the
others, the k-th most frequent takes the row of the k-th most frequent of the other vocabulary, so
that rows are told apart as the layers expect.  Training then learns what the rows mean.

The idea is that of Artetxe et al. (2020, arXiv:1910.11856), who train new embeddings under the
frozen body of a model of another language; here everything is trained on.
"""

from __future__ import annotations

import itertools
from typing import Any

import torch

from summ.errors import ConfigError
from summ.families.shortener.model import ShortenerModel
from summ.text.vocabulary import Vocabulary

_WORD = "\u2581"  # begins the first piece of a word
_SAME_MARKS = {",": "，", ";": "；", ":": "：", "(": "（", ")": "）", "?": "？", "!": "！"}


@torch.no_grad()
def transplant(network: Any, vocabulary: Vocabulary, donor: ShortenerModel) -> None:
    """Gives a network the layers of another, and rows of its embeddings.

    Args:
        network: of the same shape, for ``vocabulary``.

    Raises:
        ConfigError: the layers have other shapes.
    """
    theirs = donor.compressor.network.state_dict()
    own = network.state_dict()
    embeddings = {name for name in own if own[name].shape[-1] == vocabulary.size} | {
        name for name in own if own[name].dim() == 2 and own[name].shape[0] == vocabulary.size
    }
    for name in own.keys() - embeddings:
        if name not in theirs or theirs[name].shape != own[name].shape:
            found = tuple(theirs[name].shape) if name in theirs else "none"
            raise ConfigError(
                f"new.compressor: must be of the same shape as new.layers_from, but {name} is "
                f"{tuple(own[name].shape)} and there {found}. Copy its settings."
            )
        own[name].copy_(theirs[name])
    rows = torch.tensor(matched_rows(vocabulary.pieces(), donor.vocabulary.pieces()))
    own["model.shared.weight"].copy_(theirs["model.shared.weight"][rows])
    network.load_state_dict(own)
    network.tie_weights()


def matched_rows(pieces: list[str], theirs: list[str]) -> list[int]:
    """For each piece the place of one in another vocabulary; both begin with the most frequent.

    The same piece where there is one; the others in their order, from the first on again where
    there are not enough.
    """
    known = {piece: place for place, piece in enumerate(theirs)}
    for begin, (mark, other) in itertools.product(("", _WORD), _SAME_MARKS.items()):
        # A vocabulary with both keeps them apart.
        if begin + other in known and begin + other not in pieces:
            known[begin + mark] = known[begin + other]
    shared = set(pieces) & known.keys()
    held = {known[piece] for piece in shared}
    free = [place for place in range(len(theirs)) if place not in held] or [0]
    rows: list[int] = []
    taken = 0
    for piece in pieces:
        if piece in shared:
            rows.append(known[piece])
        else:
            rows.append(free[taken % len(free)])
            taken += 1
    return rows
