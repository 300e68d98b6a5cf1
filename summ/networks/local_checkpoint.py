"""A pretrained network and its tokenizer, from a folder or the hub's cache and from nowhere else.

Nothing is downloaded, no code is run, no pickle is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from summ.errors import CheckpointError
from summ.networks.soundness import check_finite
from summ.networks.transformer import load_pretrained, loading
from summ.text.tokenizer_limits import check_tokenizer, tokenizing

_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?", flags=re.ASCII)
_MOST_PIECES = 512  # of a text, which is a line or a paragraph


@dataclass(frozen=True)
class LocalCheckpoint:
    """A frozen network and its tokenizer.

    Attributes:
        folder: where they were read.
        network: of transformers, in float32 and ready for inference.
        tokenizer: of transformers.
    """

    folder: Path
    network: Any
    tokenizer: Any

    @property
    def device(self) -> torch.device:
        """Where the network is."""
        return next(self.network.parameters()).device

    @property
    def most_pieces(self) -> int:
        """How many pieces of a text are read, marks included."""
        described = self.network.config.to_dict()
        named = (described.get(key) for key in ("max_position_embeddings", "n_positions"))
        rooms = [room for room in (*named, self.tokenizer.model_max_length) if room]
        return int(min([_MOST_PIECES, *rooms]))


def local_folder(name: Path | str) -> Path:
    """The folder of a network: given by its path, or by a name whose files the hub's cache has.

    Raises:
        CheckpointError: there is no such folder, nor such a name in the cache.
    """
    path = Path(name)
    if path.is_dir():
        return path
    beside = path.parent != Path() and path.parent.exists()
    if beside or not _HUB_NAME.fullmatch(str(name)):
        raise CheckpointError(
            f"{name}: no such folder. Give the folder of a pretrained network, or owner/name of "
            "the hub."
        )
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError

    try:
        return Path(snapshot_download(str(name), local_files_only=True))
    except (HFValidationError, OSError) as error:  # LocalEntryNotFoundError is an OSError
        raise CheckpointError(
            f"{name}: no such folder, nor in the hub's cache, and nothing is downloaded here. "
            f"Run `hf download {name}` once, or give a folder."
        ) from error


def load_local_checkpoint(
    auto_class: Any,
    name: Path | str,
    device: torch.device | str,
    spare: tuple[str, ...] = (),
) -> LocalCheckpoint:
    """Reads a network and its tokenizer.

    Args:
        auto_class: ``AutoModel`` or ``AutoModelForCausalLM`` of transformers.
        name: a folder, or a name in the hub's cache.
        spare: how the names of tensors begin that may be missing, since nothing reads them.

    Raises:
        CheckpointError: it is not there, lacks a file, is damaged, or needs code of its own.
    """
    folder = local_folder(name)
    for pattern, what in (
        ("config.json", "config.json"),
        ("*.safetensors", "weights as safetensors, the only kind that is read"),
        ("tokenizer.json", "tokenizer.json"),
    ):
        if not any(folder.glob(pattern)):
            raise CheckpointError(
                f"{folder}: no {what}. Give a folder that transformers' save_pretrained wrote, "
                "with its tokenizer."
            )
    tokenizer = _load_tokenizer(folder)
    network = load_pretrained(auto_class, str(folder), "eager", spare, safetensors_only=True)
    check_finite(folder, {"network": network})
    return LocalCheckpoint(folder, network.eval().requires_grad_(False).to(device), tokenizer)


def _load_tokenizer(folder: Path) -> Any:
    from transformers import AutoTokenizer

    with loading(folder):
        check_tokenizer(folder / "tokenizer.json")
        with tokenizing(foreign=True):
            return AutoTokenizer.from_pretrained(
                str(folder), local_files_only=True, trust_remote_code=False
            )
