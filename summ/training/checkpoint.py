"""Training checkpoints: everything a run needs to go on as if it had not stopped.

A checkpoint is a folder of safetensors and JSON, written by ``new_folder``: it gets its name once
all of it is on the disk, and only then are older ones removed.  Whatever interrupts that, the
newest folder with a final name is whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import torch
from pydantic import TypeAdapter
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from summ.data.files import (
    content_besides,
    content_digest,
    new_folder,
    sha256,
)
from summ.data.unfinished import remove_folder
from summ.errors import CheckpointError
from summ.text.bounded_json import bounded_json, bounded_text
from summ.training.sharding import shared_out, unsharded

_MANIFEST = "state.json"
_MOST_BYTES = 1 << 24  # of the manifest
_MOMENTS = frozenset({"step", "exp_avg", "exp_avg_sq"})  # that AdamW keeps
_KEYS = frozenset({"state", "files", "sha256"})
_NAME = re.compile(r"step-(\d{8,})")


@dataclass(frozen=True)
class TrainState:
    """Where a run stands.

    Attributes:
        stage: position of the current stage in the configuration.
        stage_step: updates done in it.
        step: updates done in the whole run.
        bad_steps: updates that were skipped because a loss or gradient was not finite.
        fingerprint: of the configuration, to refuse resuming another run.
        texts: digest of the texts it learns from, to refuse others; empty if written by 0.2.
        figures: sums and counts of figures that are not yet in the log, by name.
    """

    stage: int
    stage_step: int
    step: int
    bad_steps: int
    fingerprint: str
    texts: str = ""
    figures: dict[str, tuple[float, int]] = field(default_factory=dict)


def save_checkpoint(
    root: Path,
    state: TrainState,
    networks: Mapping[str, nn.Module],
    optimizers: Mapping[str, torch.optim.Optimizer],
    keep: int,
    is_planned: Callable[[int], bool],
) -> Path:
    """Writes ``root/step-N`` and removes all of this run but the newest ``keep`` planned ones.

    Args:
        is_planned: whether the configuration asks for a checkpoint at a step.  Others, written
            when a run was interrupted, take no planned one's place, and go with the next.

    Raises:
        CheckpointError: it cannot be written, or would replace something else; what was there
            before is untouched.
    """
    folder = root / checkpoint_name(state.step)
    obstacle = partial(_content_of_others, fingerprint=state.fingerprint)
    with new_folder(folder, obstacle, CheckpointError) as work:
        try:
            _write(work, state, networks, optimizers)
        except (OSError, SafetensorError) as error:
            raise CheckpointError(
                f"{folder}: cannot be written ({error}). Make room and go on with --resume; the "
                "checkpoint before it is whole."
            ) from error
    own = [f for f in checkpoints(root) if _content_of_others(f, state.fingerprint) is None]
    kept = [f for f in own if is_planned(step_of(f))][-keep:]
    for old in own:
        if old not in kept and old != folder:
            with suppress(OSError):  # somebody else's to mend; the new one is there
                remove_folder(old)
    return folder


def _content_of_others(folder: Path, fingerprint: str) -> str | None:
    """What a folder holds besides a checkpoint of this run, if anything."""
    try:
        manifest = bounded_json(folder / _MANIFEST, _MOST_BYTES)
        if manifest["state"]["fingerprint"] == fingerprint:
            return content_besides(folder, {_MANIFEST, *manifest["files"]})
        return "is a checkpoint of another run"
    except (OSError, ValueError, KeyError, TypeError):
        return content_besides(folder) or "is no checkpoint"


def _write(
    work: Path,
    state: TrainState,
    networks: Mapping[str, nn.Module],
    optimizers: Mapping[str, torch.optim.Optimizer],
) -> None:
    """All files of a checkpoint, the manifest last."""
    for name, network in networks.items():
        save_file(_plain(network.state_dict()), work / f"{name}.safetensors")
    for name, optimizer in optimizers.items():
        save_file(_flat(optimizer), work / f"{name}.optimizer.safetensors")
    files = sorted(work.iterdir())
    manifest: dict[str, Any] = {"state": asdict(state)}
    manifest["files"] = {path.name: sha256(path) for path in files}
    manifest["sha256"] = content_digest(manifest)
    (work / _MANIFEST).write_text(_written(manifest), encoding="utf-8")


def _written(manifest: Mapping[str, Any]) -> str:
    return json.dumps(manifest, indent=1)


def checkpoints(root: Path) -> list[Path]:
    """The finished checkpoints under ``root``, oldest first."""
    found = root.glob("step-*") if root.is_dir() else ()
    return sorted(f for f in found if _NAME.fullmatch(f.name) and f.is_dir() and not f.is_symlink())


def checkpoint_name(step: int) -> str:
    """The name of the folder of a checkpoint at a step of the run."""
    return f"step-{step:08d}"


def step_of(folder: Path) -> int:
    """The step of the run at which a checkpoint was written, by its name."""
    found = _NAME.fullmatch(folder.name)
    return int(found[1]) if found else 0


def read_state(folder: Path) -> TrainState:
    """The state in a checkpoint whose files are all as they were written.

    Raises:
        CheckpointError: a file is missing or damaged.
    """
    try:
        text = bounded_text(folder / _MANIFEST, _MOST_BYTES)
        manifest = json.loads(text)
        if manifest.keys() - _KEYS:
            raise ValueError("unknown keys")
        # Those of 0.2 have no digest of their own.  Many spellings of a number read the same.
        if "sha256" in manifest and (
            manifest["sha256"] != content_digest(manifest) or _written(manifest) != text
        ):
            raise ValueError("wrong SHA-256 of its own content")
        if manifest["state"].keys() - TrainState.__annotations__.keys():
            raise ValueError("unknown keys in state")
        state = TypeAdapter(TrainState).validate_python(manifest["state"])
        files = TypeAdapter(dict[str, str]).validate_python(manifest["files"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        reason = " ".join(str(error).split())[:200]
        raise CheckpointError(
            f"{folder / _MANIFEST}: damaged ({reason}). Remove {folder}; --resume takes the one "
            "before it."
        ) from error
    for name, digest in files.items():
        if not (folder / name).is_file() or sha256(folder / name) != digest:
            raise CheckpointError(
                f"{folder / name}: missing or damaged. Remove {folder}; --resume takes the one "
                "before it."
            )
    return state


def load_networks(folder: Path, networks: Mapping[str, nn.Module]) -> None:
    """Puts the stored weights into the networks, in place."""
    for name, network in networks.items():
        _put(network, _read(folder / f"{name}.safetensors"), folder)


def load_average(folders: Sequence[Path], networks: Mapping[str, nn.Module]) -> None:
    """Puts the mean of the weights of several checkpoints into the networks, in place.

    Source: Vaswani et al. (2017, arXiv:1706.03762), Section 6.1, who average the last five.
    """
    for name, network in networks.items():
        states = [_read(folder / f"{name}.safetensors") for folder in folders]
        mean = {
            key: torch.stack([state[key] for state in states]).mean(dim=0)
            if last.is_floating_point()
            else last
            for key, last in states[-1].items()
        }
        _put(network, mean, folders[-1])


def _put(network: nn.Module, weights: dict[str, torch.Tensor], folder: Path) -> None:
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:200]
        raise CheckpointError(
            f"{folder}: its weights are not those of this run's networks ({reason})."
        ) from error


def load_optimizers(folder: Path, optimizers: Mapping[str, torch.optim.Optimizer]) -> None:
    """Puts the stored moments and step counts into the optimizers, in place."""
    for name, optimizer in optimizers.items():
        flat = _read(folder / f"{name}.optimizer.safetensors")
        state: dict[int, dict[str, torch.Tensor]] = {}
        parameters = [one for group in optimizer.param_groups for one in group["params"]]
        owners = {str(index): one for index, one in enumerate(parameters)}
        for key, value in flat.items():
            index, _, kind = key.partition(".")
            owner = owners.get(index)
            if owner is None or not _is_moment(kind, value, owner):
                raise _of_others(folder, name, key)
            moment = value if kind == "step" else shared_out(value, owner)
            state.setdefault(int(index), {})[kind] = moment
        for place, moments in state.items():
            if len(moments) < len(_MOMENTS):
                raise _of_others(folder, name, str(place))
        groups = optimizer.state_dict()["param_groups"]
        optimizer.load_state_dict({"state": state, "param_groups": groups})


def _is_moment(kind: str, value: torch.Tensor, owner: torch.Tensor) -> bool:
    """Whether a stored tensor is what AdamW keeps of a parameter."""
    shape = () if kind == "step" else owner.shape
    return kind in _MOMENTS and value.shape == shape and value.is_floating_point()


def _of_others(folder: Path, name: str, key: str) -> CheckpointError:
    return CheckpointError(
        f"{folder}: {name}.optimizer.safetensors is of other networks ({key[:40]!r}). "
        f"Remove {folder}; --resume takes the one before it."
    )


def _read(path: Path) -> dict[str, torch.Tensor]:
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"{path}: cannot be read: {error}.") from error


def _plain(state: Mapping[str, Any]) -> dict[str, torch.Tensor]:
    """Tensors as safetensors wants them: tied weights copied, all contiguous."""
    return {
        name: unsharded(value.detach()).cpu().clone().contiguous() for name, value in state.items()
    }


def _flat(optimizer: torch.optim.Optimizer) -> dict[str, torch.Tensor]:
    """The optimizer's tensors, named ``parameter.kind``; an unused optimizer gives none."""
    state = optimizer.state_dict()["state"]
    return _plain(
        {f"{i}.{kind}": value for i, part in state.items() for kind, value in part.items()}
    )
