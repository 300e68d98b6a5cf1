"""The device that torch computes on, as users name it."""

from __future__ import annotations

import re
from typing import Any

from summ.errors import ArgumentError

_NAMES = re.compile(r"auto|cpu|mps|cuda(:[0-9]{1,3})?")


def device_name(name: Any) -> str:
    """The name, if it can be that of a device; nothing slow is imported to find out.

    Raises:
        ArgumentError: no device is called that.
    """
    if not isinstance(name, str) or _NAMES.fullmatch(name) is None:
        hint = "Did you mean 'cuda'? " if str(name).lower().startswith(("gpu", "nvidia")) else ""
        raise ArgumentError(
            f"device: {name!r} is unknown. {hint}Known: auto, cpu, cuda, cuda:N, mps."
        )
    return name


def chosen_device(name: str | None = None) -> str:
    """The device to load a model to, in torch's words.

    Args:
        name: ``auto`` or None takes a CUDA GPU if there is one (of several processes each its
            own), and the CPU otherwise; ``cpu``, ``cuda``, ``cuda:1`` or ``mps`` is taken as it is.

    Raises:
        ArgumentError: there is no such device, or not on this machine.
    """
    if name is None or device_name(name) == "auto":
        from summ.pipelines.processes import device

        return device()
    import torch

    kind, _, number = name.partition(":")
    if kind == "cuda" and int(number or 0) >= torch.cuda.device_count():
        found = torch.cuda.device_count()
        raise ArgumentError(f"device {name}: torch finds {found} CUDA GPUs. Use cpu, or auto.")
    if kind == "mps" and not torch.backends.mps.is_available():
        raise ArgumentError("device mps: torch finds no Apple GPU. Use cpu, or auto.")
    return name
