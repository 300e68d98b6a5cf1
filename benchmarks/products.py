"""The time that a program's matrix products take alone: what no other program of them could beat.

Products of the sizes that a program needs do not all run at the rate of large ones.  So they are
recorded, with their shapes and strides, and run again back to back on numbers that are there.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

_ATEN = torch.ops.aten
_PRODUCTS = {
    _ATEN.mm.default,
    _ATEN.addmm.default,
    _ATEN.bmm.default,
    _ATEN.baddbmm.default,
    _ATEN._scaled_dot_product_flash_attention_for_cpu.default,
}


class _Recorder(TorchDispatchMode):
    """Notes the arguments of each product while a program runs."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[Any, tuple[Any, ...], dict[str, Any]]] = []
        self._known: dict[tuple[Any, ...], Tensor] = {}

    def __torch_dispatch__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        if function in _PRODUCTS:
            own = tuple(map(self._like, args))
            self.calls.append((function, own, {key: self._like(v) for key, v in kwargs.items()}))
        return function(*args, **kwargs)

    def _like(self, value: Any) -> Any:
        """Random numbers in the shape of a tensor, the same ones for all of this shape."""
        if not isinstance(value, Tensor):
            return value
        key = (value.shape, value.stride(), value.dtype)
        if key not in self._known:
            self._known[key] = torch.empty_strided(*key[:2], dtype=value.dtype).normal_()
        return self._known[key]


def products_alone(function: Callable[[], Any], repeats: int = 2) -> float:
    """The least processor seconds of a call's matrix products, run back to back."""
    with _Recorder() as recorder:
        function()
    found = []
    with torch.no_grad():
        for _ in range(repeats + 1):
            start = time.process_time()
            for product, args, kwargs in recorder.calls:
                product(*args, **kwargs)
            found.append(time.process_time() - start)
    return min(found[1:])
