"""What is asked of a network once it is there: that its numbers are numbers, and how far it reads.

A folder from anywhere can hold weights of NaN, or promise more pieces than its network has
positions for; a configuration can ask for the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Any

import torch
from torch import nn

from summ.errors import CheckpointError
from summ.networks.pegasus import PegasusSettings


def check_finite(folder: Path, networks: Mapping[str, nn.Module]) -> None:
    """Passes where no weight is NaN or infinite.

    Raises:
        CheckpointError: one is; what such a network says means nothing.
    """
    for network, module in networks.items():
        for name, weights in chain(module.named_parameters(), module.named_buffers()):
            # A sum is quick, and finite only if all are; what is huge can sum to infinity, too.
            if (
                weights.is_floating_point()
                and not torch.isfinite(weights.sum())
                and not torch.isfinite(weights).all()
            ):
                raise CheckpointError(
                    f"{folder}: {network}: {name} holds numbers that are not finite. Get the model "
                    "again, or train it again."
                )


def too_few_positions(networks: Mapping[str, tuple[Any, int]]) -> str | None:
    """Which network of transformers has fewer positions than it is to read, and by how many.

    Args:
        networks: by name, each with the most pieces that it reads at once, marks included.

    Returns:
        *name has N positions, but M are needed*; None where all have enough, or have no limit.
    """
    for name, (network, needed) in networks.items():
        own = isinstance(network.config, PegasusSettings)
        described = asdict(network.config) if own else network.config.to_dict()
        there = described.get("max_position_embeddings", described.get("n_positions"))
        if isinstance(there, int) and there < needed:
            return f"{name} has {there} positions, but {needed} are needed"
    return None
