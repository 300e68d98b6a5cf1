import resource
import signal
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from summ.errors import CheckpointError
from summ.training.checkpoint import (
    TrainState,
    checkpoints,
    load_networks,
    load_optimizers,
    read_state,
    save_checkpoint,
)
from tests.processes import FORKS

STATE = TrainState(stage=1, stage_step=20, step=70, bad_steps=1, fingerprint="abc")


def trained() -> tuple[torch.nn.Module, torch.optim.Optimizer]:
    torch.manual_seed(0)
    network = torch.nn.Linear(64, 64)
    optimizer = torch.optim.AdamW(network.parameters(), lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        network(torch.ones(1, 64)).square().sum().backward()
        optimizer.step()
    return network, optimizer


def save(root: Path, step: int, keep: int = 2) -> Path:
    network, optimizer = trained()
    state = TrainState(1, 20, step, 1, "abc")
    return save_checkpoint(
        root, state, {"net": network}, {"opt": optimizer}, keep, lambda at: at % 10 == 0
    )


def test_weights_moments_and_state_come_back(tmp_path: Path) -> None:
    folder = save(tmp_path, 70)
    assert read_state(folder) == STATE
    network, optimizer = trained()
    other = torch.nn.Linear(64, 64)
    fresh = torch.optim.AdamW(other.parameters(), lr=0.1)
    load_networks(folder, {"net": other})
    load_optimizers(folder, {"opt": fresh})
    for step in (optimizer, fresh):
        step.zero_grad()
    for each, step in ((network, optimizer), (other, fresh)):
        each(torch.ones(1, 64)).square().sum().backward()
        step.step()
    assert torch.equal(network.weight, other.weight)


def test_only_the_newest_are_kept_and_nothing_else_is_left(tmp_path: Path) -> None:
    for step in (10, 20, 30):
        save(tmp_path, step)
    assert sorted(f.name for f in tmp_path.iterdir()) == ["step-00000020", "step-00000030"]


def _save_with_little_room(root: Path, answer) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    sys.dont_write_bytecode = True  # it would be cut short, and be there for later processes
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    try:
        save(root, 20)
        answer.put("saved")
    except CheckpointError as error:
        answer.put(str(error))


def test_a_full_disk_leaves_the_last_checkpoint_whole(tmp_path: Path) -> None:
    """The system refuses files over 4 KiB, as it would on a full disk."""
    before = save(tmp_path, 10)
    answer = FORKS.Queue()
    process = FORKS.Process(target=_save_with_little_room, args=(tmp_path, answer))
    process.start()
    message = answer.get(timeout=120)
    process.join()
    assert "step-00000020: cannot be written" in message and "\n" not in message
    assert list(tmp_path.iterdir()) == [before]
    assert read_state(before).step == 10


@pytest.mark.parametrize("name", ["state.json", "net.safetensors", "opt.optimizer.safetensors"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    folder = save(tmp_path, 10)
    (folder / name).unlink()
    with pytest.raises(CheckpointError, match=r"step-00000010"):
        read_state(folder)


@pytest.mark.parametrize(
    "name", ["narrower", "fewer", "more", "unknown moment", "a number", "step less", "scalars"]
)
def test_what_is_of_other_networks_is_refused(tmp_path: Path, name: str) -> None:
    """By a folder that is whole by its own account."""
    folder = save(tmp_path, 10)
    network, optimizer = trained()
    for file in ("net.safetensors", "opt.optimizer.safetensors"):
        stored = load_file(folder / file)
        changed = {
            "narrower": {key: value[:1].clone() for key, value in stored.items() if value.ndim},
            "fewer": {} if file.startswith("net") else {"0.step": torch.ones(3)},
            "step less": {k: v for k, v in stored.items() if k not in ("0.exp_avg", "bias")},
            "scalars": {key: torch.ones(()) for key in stored},
            "complex": {key: value.to(torch.complex64) for key, value in stored.items()},
            "more": stored | {"2.exp_avg": torch.ones(3)},
            "unknown moment": stored | {"0.evil": torch.ones(())},
            "a number": stored | {"x": torch.ones(())},
        }
        save_file(changed[name], folder / file)
    for load, one in ((load_networks, {"net": network}), (load_optimizers, {"opt": optimizer})):
        with pytest.raises(CheckpointError) as refused:
            load(folder, one)
        assert "\n" not in str(refused.value)


def test_an_unfinished_checkpoint_does_not_count(tmp_path: Path) -> None:
    whole = save(tmp_path, 10)
    (tmp_path / ".step-00000020.part").mkdir()
    assert checkpoints(tmp_path) == [whole]
