"""Sharding (FSDP2): the processes of a run divide its weights, gradients and moments among them.

A step is one unit: its weights are whole in every process while its ``forward`` and its backward
pass run, and divided while another step learns.  They are not divided layer by layer: processes
that draw summaries of different lengths would call the layers, and so meet, a different number of
times.

Checkpoints hold whole tensors, so a run may go on with another number of processes, or unsharded.

Source: PyTorch, ``torch.distributed.fsdp.fully_shard``; through Accelerate, ``fsdp_version: 2``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState, PartialState
from accelerate.utils import DistributedType, FullyShardedDataParallelPlugin
from torch import Tensor, nn
from torch.distributed.fsdp import FSDPModule, MixedPrecisionPolicy
from torch.distributed.tensor import DTensor, distribute_tensor


def accelerator_of(precision: str) -> Accelerator:
    """What wraps the steps of a run; it shards them where a launcher asks for that.

    ``accelerate launch --use_fsdp`` asks by setting ``ACCELERATE_USE_FSDP=true``.
    """
    asked = os.environ.get("ACCELERATE_USE_FSDP", "").lower() == "true"
    plugin = None
    if asked:
        plugin = FullyShardedDataParallelPlugin(
            fsdp_version=2,
            auto_wrap_policy="NO_WRAP",
            cpu_ram_efficient_loading=False,
            # Weights stay in float32, as without sharding; autocast chooses what is computed in.
            mixed_precision_policy=MixedPrecisionPolicy(),
        )
    cpu = not torch.cuda.is_available()
    accelerator = Accelerator(cpu=cpu, mixed_precision=precision, fsdp_plugin=plugin)
    if asked and accelerator.distributed_type == DistributedType.MULTI_CPU:
        # Accelerate (1.15) reads the plugin on accelerators only; torch shards on CPUs as well.
        AcceleratorState._shared_state["fsdp_plugin"] = plugin
        for state in (PartialState, AcceleratorState):
            state._shared_state["distributed_type"] = DistributedType.FSDP
    return accelerator


@contextmanager
def whole(*steps: nn.Module) -> Iterator[None]:
    """While it lasts, the networks of these steps have all their weights, in every process.

    Every process has to come here.  Steps that are not sharded stay as they are.
    """
    with ExitStack() as stack:
        for step in steps:
            if isinstance(step, FSDPModule):
                step.unshard()
                stack.callback(step.reshard)
        yield


def unsharded(value: Tensor) -> Tensor:
    """The whole of a tensor; every process has to ask for one that is divided."""
    return value.full_tensor() if isinstance(value, DTensor) else value


def shared_out(value: Tensor, like: Tensor) -> Tensor:
    """A whole tensor, of which each process keeps its part if ``like`` is divided."""
    if isinstance(like, DTensor):
        return distribute_tensor(value.to(like.device), like.device_mesh, like.placements)
    return value


def send_shards(
    networks: Mapping[str, nn.Module], optimizers: Mapping[str, torch.optim.Optimizer]
) -> None:
    """Takes part while the main process writes a checkpoint, tensor by tensor in its order."""
    for network in networks.values():
        for value in network.state_dict().values():
            unsharded(value)
    for optimizer in optimizers.values():
        for moments in optimizer.state_dict()["state"].values():
            for value in moments.values():
                unsharded(value)


def make_whole(*steps: nn.Module) -> None:
    """Ends the sharding of steps: their networks are plain ones again, for the next to shard."""
    for step in steps:
        if isinstance(step, FSDPModule):
            step.reshard()
            _put_plain_parameters(step)


def _put_plain_parameters(step: nn.Module) -> None:
    plain: dict[Tensor, nn.Parameter] = {}  # tied weights remain so
    for module in step.modules():
        for name, value in [*module.named_parameters(recurse=False)]:
            if value not in plain:
                plain[value] = nn.Parameter(unsharded(value.detach()), value.requires_grad)
            setattr(module, name, plain[value])
