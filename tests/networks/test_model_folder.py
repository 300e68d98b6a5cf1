import json
from pathlib import Path

import pytest

from summ.errors import CheckpointError
from summ.networks.model_folder import (
    ModelManifest,
    load_settings,
    new_model_folder,
    read_manifest,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with new_model_folder(tmp_path / "model", "summarizer", "en", {"width": 3}) as work:
        (work / "part").mkdir()
        (work / "part" / "weights").write_bytes(b"123")
    return tmp_path / "model"


def width(manifest: ModelManifest) -> int:
    return int(manifest.settings["width"])


def test_a_manifest_says_what_a_folder_holds(folder: Path) -> None:
    manifest = read_manifest(folder)
    assert (manifest.family, manifest.language, manifest.settings) == (
        "summarizer",
        "en",
        {"width": 3},
    )
    assert list(manifest.files) == ["part/weights"]
    assert load_settings(folder, "summarizer", width) == 3
    stored = json.loads((folder / "model.json").read_text())
    assert list(stored) == ["family", "format", "language", "settings", "files", "sha256"]


@pytest.mark.parametrize(
    ("name", "family"), [("summ.json", "summarizer"), ("sentence-encoder.json", "sentence")]
)
def test_manifests_of_0_1_are_read(folder: Path, name: str, family: str) -> None:
    stored = json.loads((folder / "model.json").read_text())
    (folder / "model.json").unlink()
    kept = {"format": 1, "settings": stored["settings"], "files": stored["files"]}
    (folder / name).write_text(json.dumps(kept))
    manifest = read_manifest(folder)
    assert (manifest.family, manifest.language) == (family, "und")
    assert load_settings(folder, family, width) == 3
    (folder / name).write_text(json.dumps(kept | {"format": 2}))
    with pytest.raises(CheckpointError, match="written in model format 2"):
        read_manifest(folder)


def test_another_family_is_refused(folder: Path) -> None:
    with pytest.raises(CheckpointError, match=r"of the family 'summarizer', but one .* 'sentence'"):
        load_settings(folder, "sentence", width)
