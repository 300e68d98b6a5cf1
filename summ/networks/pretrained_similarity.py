"""How alike texts are to a pretrained sentence encoder (those of sentence-transformers, BERT, ...).

Axes: N texts, T pieces, D width of a vector.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from summ.errors import CheckpointError
from summ.networks.local_checkpoint import LocalCheckpoint, load_local_checkpoint
from summ.networks.transformer import reading
from summ.text.tokenizer_limits import tokenizing
from summ.types import Tokens

_MODES = "pooling_mode_"


class PretrainedSimilarity:
    """The cosine of texts' vectors by a network that was trained elsewhere.

    A vector is the mean of the last states, or the first of them where a folder of
    sentence-transformers says so.
    """

    def __init__(self, checkpoint: LocalCheckpoint) -> None:
        """A judge of similarity.

        Raises:
            CheckpointError: its vectors are made in a way that is not known here.
        """
        self._checkpoint = checkpoint
        with reading(checkpoint.folder):
            self._pooling = _pooling(checkpoint.folder)

    @staticmethod
    def load(name: Path | str, device: torch.device | str = "cpu") -> PretrainedSimilarity:
        """Reads a network of transformers' ``AutoModel``.

        Args:
            name: a folder, or a name in the hub's cache; nothing is downloaded.

        Raises:
            CheckpointError: it is not there, is damaged, or makes vectors in an unknown way.
        """
        from transformers import AutoModel

        return PretrainedSimilarity(load_local_checkpoint(AutoModel, name, device, ("pooler.",)))

    @torch.no_grad()
    def vectors(self, texts: Sequence[str], rows: int = 64) -> Float[Tensor, "N D"]:
        """The vector of each text, on the network's device; of a long text, that of its head.

        Args:
            rows: texts in one forward pass; changes speed and memory only.
        """
        every = [self._pooled(texts[first : first + rows]) for first in range(0, len(texts), rows)]
        return torch.cat(every)

    def cosines(self, source: str, lines: Sequence[str]) -> Float[Tensor, " N"]:
        """Cosine of the vectors of a text and of each of these lines."""
        first, *others = self.vectors([source, *lines]).split([1, len(lines)])
        return functional.cosine_similarity(first, others[0], dim=1).cpu()

    def _pooled(self, texts: Sequence[str]) -> Float[Tensor, "N D"]:
        room = self._checkpoint.most_pieces
        with tokenizing():
            ids = self._checkpoint.tokenizer(list(texts), truncation=True, max_length=room)
        pieces = Tokens.from_lists(ids.input_ids, 0).to(self._checkpoint.device)
        network = self._checkpoint.network
        states = network(
            input_ids=pieces.ids, attention_mask=pieces.mask.long()
        ).last_hidden_state.float()
        if self._pooling == "cls":
            return states[:, 0]
        mask = pieces.mask[:, :, None]
        return states.masked_fill(~mask, 0.0).sum(dim=1) / mask.sum(dim=1).clamp(min=1)


def _pooling(folder: Path) -> Literal["mean", "cls"]:
    """How a folder of sentence-transformers pools; any other is pooled by its mean.

    A cosine is the same with vectors of length 1, so *Normalize* needs nothing.
    """
    modules = folder / "modules.json"
    if not modules.is_file():
        return "mean"
    kinds = {each["type"].rpartition(".")[2]: each for each in json.loads(modules.read_text())}
    unknown = kinds.keys() - {"Transformer", "Pooling", "Normalize"}
    stored = json.loads((folder / kinds["Pooling"]["path"] / "config.json").read_text())
    modes = {
        key.removeprefix(_MODES) for key, on in stored.items() if key.startswith(_MODES) and on
    }
    if modes == {"cls_token"} and not unknown:
        return "cls"
    if modes == {"mean_tokens"} and not unknown:
        return "mean"
    found = ", ".join(sorted(unknown | modes)) or "none"
    raise CheckpointError(
        f"{folder}: pools its states by {found}, and only the mean and the first are known here. "
        "Give another encoder."
    )
