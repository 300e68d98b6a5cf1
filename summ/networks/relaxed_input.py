"""How a network reads relaxed words: its own embeddings, mixed by the rows.

Axes: B sequences, P marks before the words, T positions of the words, V word types, D width.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from summ.types import Relaxed, Tokens


@contextmanager
def relaxed_input(embedding: nn.Module, source: Tokens | Relaxed) -> Iterator[None]:
    """While it lasts, ``embedding`` answers the last T ids it is asked for with relaxed words.

    The network is called with ids as ever, and only what its embedding says is replaced.
    ``inputs_embeds`` would be the other way, but networks of transformers disagree on whether it
    is scaled by the root of the width already (BART: yes; Pegasus: encoder yes, decoder no; T5:
    no scale), and positions and masks are made from ids anyway.  Here a one-hot row is read as
    its id is read, whatever the architecture; a test holds them to it.

    Args:
        embedding: the network's, from id to vector, scale included where it is the module's.
        source: with plain words nothing is replaced.
    """
    if isinstance(source, Tokens):
        yield
        return
    rows = source.rows

    def mix(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
        width = output.shape[1] - rows.shape[1]  # P
        every = torch.arange(rows.shape[-1], device=rows.device)
        # In full precision, as a look-up is: rows rounded to bf16 would be other words.
        with torch.autocast(rows.device.type, enabled=False):
            mixed = rows @ module.forward(every).to(rows.dtype)  # (B, T, D)
        return torch.cat([output[:, :width], mixed.to(output.dtype)], dim=1)

    handle = embedding.register_forward_hook(mix)
    try:
        yield
    finally:
        handle.remove()
