"""Files of models and checkpoints that are not what was written: each is refused by its name."""

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from summ.errors import CheckpointError
from summ.networks.model_folder import load_settings, read_manifest
from summ.pretrained import __file__ as pretrained
from summ.training.checkpoint import TrainState, read_state, save_checkpoint

SHIPPED = sorted(path.parent for path in Path(pretrained).parent.glob("*/model.json"))
MANIFESTS = ("model.json", "state.json")


def flip(path: Path, bit: int) -> None:
    content = bytearray(path.read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)


def flip_one(path: Path) -> None:
    flip(path, random.Random(path.name).randrange(path.stat().st_size * 8))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a bit": flip_one,
    "half": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b" "),
    "gone": lambda path: path.unlink(),
}


def load(folder: Path) -> None:
    load_settings(folder, read_manifest(folder).family, lambda manifest: manifest.settings)


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_a_shipped_manifest_lists_every_file(folder: Path) -> None:
    """After a change of the card: ``python -m data_prep.seal FOLDER``."""
    files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert files - {"model.json"} == set(read_manifest(folder).files)
    load(folder)


@pytest.mark.slow
@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_every_file_of_a_shipped_model_counts(folder: Path, tmp_path: Path) -> None:
    """Damaged in four ways each, the manifest itself as well."""
    copy = Path(shutil.copytree(folder, tmp_path / folder.name))
    before = read_manifest(copy)
    for path in sorted(path for path in copy.rglob("*") if path.is_file()):
        whole = path.read_bytes()
        for name, damage in DAMAGES.items():
            damage(path)
            if name == "longer" and path.name in MANIFESTS:  # a space at the end says nothing
                assert read_manifest(copy) == before
            else:
                with pytest.raises(CheckpointError, match=path.name) as refused:
                    load(copy)
                assert "\n" not in str(refused.value)
            path.write_bytes(whole)
    load(copy)


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    network = torch.nn.Linear(2, 2)
    optimizer = torch.optim.AdamW(network.parameters(), lr=0.1)
    network(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    figures = {"loss": (0.1 + 0.2, 3)}
    state = TrainState(1, 20, 70, 1, "abc", texts="0" * 64, figures=figures)
    parts = {"net": network}, {"opt": optimizer}
    return save_checkpoint(tmp_path, state, *parts, 2, lambda _: True)


def test_every_bit_of_a_checkpoint_counts(checkpoint: Path) -> None:
    """Of state.json, too: 40 of 1,260 flips of it once loaded other values."""
    before = read_state(checkpoint)
    assert before.figures == {"loss": (0.1 + 0.2, 3)}
    for path in sorted(checkpoint.iterdir()):
        whole = path.read_bytes()
        for bit in range(0, len(whole) * 8, 1 if path.name == "state.json" else 97):
            flipped = bytearray(whole)
            flipped[bit // 8] ^= 1 << bit % 8
            path.write_bytes(flipped)
            with pytest.raises(CheckpointError, match=path.name) as refused:
                read_state(checkpoint)
            assert "\n" not in str(refused.value)
        path.write_bytes(whole)
    assert read_state(checkpoint) == before


def test_a_checkpoint_without_a_digest_is_read(checkpoint: Path) -> None:
    """As 0.2 wrote it; but no other key may stand in its place."""
    path = checkpoint / "state.json"

    stored = json.loads(path.read_text())
    digest = stored.pop("sha256")
    path.write_text(json.dumps(stored))
    assert read_state(checkpoint).step == 70
    for changed in (
        stored | {"sha255": digest},
        stored | {"state": stored["state"] | {"stop": 3}},
        stored | {"state": stored["state"] | {"step": "many"}},
        stored | {"state": [], "files": 3},
        [],
    ):
        path.write_text(json.dumps(changed))
        with pytest.raises(CheckpointError, match=r"state\.json: damaged"):
            read_state(checkpoint)
