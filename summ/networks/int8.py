"""Weights stored in 8 bits a number, with a scale for each row that maps its largest to 127.

A row is the embedding of a piece, or the weights of one output.  Other tensors are stored in 16
bits.  The folder of such a network holds ``config.json`` and the weights.

Source: Dettmers et al. (2022, arXiv:2208.07339), Section 2.1, the symmetric case; used for storage
only, all arithmetic is in full precision.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from summ.errors import CheckpointError
from summ.networks.model_sizes import check_defaults, read_json
from summ.networks.pegasus import Pegasus, pegasus_settings
from summ.networks.transformer import loading, reading, without_dropout

WEIGHTS = "weights.safetensors"


def quantised(name: str, table: Float[Tensor, "V E"]) -> dict[str, Tensor]:
    """A matrix as int8 numbers and a float16 scale for each row."""
    largest = table.float().abs().amax(dim=1, keepdim=True)
    # Rounded first as it is stored, so that the numbers are divided by the scale that is read.
    scale = (largest / 127).to(torch.float16).clamp(min=torch.finfo(torch.float16).tiny)
    numbers = (table.float() / scale.float()).round().clamp(-127, 127).to(torch.int8)
    return {name: numbers, _scale(name): scale}


def restored(stored: dict[str, Tensor]) -> dict[str, Tensor]:
    """All weights in float32; those that have a scale are multiplied by it."""
    scales = {_scale(name) for name in stored if _scale(name) in stored}
    return {
        name: weights.float() * stored[_scale(name)].float()
        if _scale(name) in stored
        else weights.float()
        for name, weights in stored.items()
        if name not in scales
    }


def save_eight_bits(network: Any, folder: Path) -> None:
    """Writes a network of transformers; tied weights once."""
    from safetensors.torch import save_file

    stored: dict[str, Tensor] = {}
    for name, weights in _weights(network).items():
        if weights.ndim == 2:
            stored |= quantised(name, weights.detach())
        else:
            stored[name] = weights.detach().to(torch.float16)
    network.config.architectures = [type(network).__name__]
    network.config.save_pretrained(folder)
    save_file({name: weights.contiguous() for name, weights in stored.items()}, folder / WEIGHTS)


def read_weights(folder: Path) -> dict[str, Tensor]:
    """The weights that ``save_eight_bits`` wrote, in float32.

    Raises:
        CheckpointError: they cannot be read.
    """
    from safetensors.torch import load_file

    with reading(folder):
        return restored(load_file(folder / WEIGHTS))


def load_eight_bits(folder: Path, attention: str) -> Any:
    """Reads what ``save_eight_bits`` wrote, in float32 and without dropout.

    Raises:
        CheckpointError: it cannot be read, or its weights are not the network's.
    """
    import transformers

    with loading(folder):
        config = transformers.AutoConfig.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
        check_defaults(folder, config.to_dict())
        (name,) = config.architectures
        # Of transformers' own networks: not whatever else it has under a name.
        kind = getattr(transformers, name)
        if not issubclass(kind, transformers.PreTrainedModel):
            raise ValueError(f"{name!r:.80} is no network")
        # Without initialising it first, which takes longer than all the rest.
        network, report = kind.from_pretrained(
            None,
            config=config,
            state_dict=read_weights(folder),
            dtype=torch.float32,
            attn_implementation=attention,
            output_loading_info=True,
        )
    if report["missing_keys"] or report["unexpected_keys"]:
        raise _other_weights(folder)
    return without_dropout(network)


def load_for_inference(folder: Path, attention: str) -> Any:
    """The same network, without transformers and without gradients where ``Pegasus`` can be it.

    Raises:
        CheckpointError: it cannot be read, or its weights are not the network's.
    """
    settings = pegasus_settings(read_json(folder / "config.json"))
    if settings is None or attention != "eager":
        return load_eight_bits(folder, attention)
    weights = read_weights(folder)
    try:
        network = Pegasus(settings)
        shared = weights["model.shared.weight"]
        tied = ("model.encoder.embed_tokens", "model.decoder.embed_tokens", "lm_head")
        network.load_state_dict(weights | {f"{name}.weight": shared for name in tied}, assign=True)
    except (KeyError, RuntimeError, ValueError, ZeroDivisionError) as error:
        raise _other_weights(folder) from error
    network.tie()
    return network.requires_grad_(False).eval()


def _other_weights(folder: Path) -> CheckpointError:
    return CheckpointError(
        f"{folder}: {WEIGHTS} has other weights than config.json describes. Get the model again."
    )


def _scale(name: str) -> str:
    """The name under which the scales of a matrix are stored."""
    return name.removesuffix(".weight") + ".scale"


def _weights(network: nn.Module) -> dict[str, Tensor]:
    """Parameters, tied ones once, and the buffers that are saved."""
    saved = network.state_dict()
    buffers = {name: value for name, value in network.named_buffers() if name in saved}
    return {**dict(network.named_parameters()), **buffers}
