"""The tutorial is typed along, block by block; links between the documents lead somewhere."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT
from tests.processes import forking_programs

DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "summ" / "pretrained").glob("*/README.md")),
]
FEW_UPDATES = {"warm-start": 20, "cycle": 4, "reinforce": 2}


def blocks(document: Path, language: str) -> list[str]:
    """The fenced blocks of a language, in their order."""
    text = document.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture
def desk(tmp_path) -> Iterator[Path]:
    """An empty folder beside ``configs/``, whose tiny run takes seconds, with summ on the PATH."""
    shutil.copytree(ROOT / "configs", tmp_path / "configs")
    tiny = tmp_path / "configs" / "tiny.yaml"
    values = yaml.safe_load(tiny.read_text(encoding="utf-8"))
    # Untrained networks write to the limit.
    values["data"] |= {"max_document": 16, "max_sentence": 8, "documents": 8, "sentences": 8}
    values["validation_documents"] = 8
    for stage in values["stages"]:
        stage["steps"] = FEW_UPDATES.get(stage["name"], 2)
    tiny.write_text(yaml.safe_dump(values), encoding="utf-8")
    programs = tmp_path / "bin"
    programs.mkdir()
    with forking_programs(programs):
        yield tmp_path


def test_every_block_of_the_tutorial_runs(desk):
    environment = {
        **os.environ,
        "PATH": f"{desk / 'bin'}{os.pathsep}{os.environ['PATH']}",
    }
    said = []
    for block in blocks(ROOT / "docs" / "tutorial.md", "sh"):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block],
            cwd=desk,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{block}\n{done.stderr}"
        said.append(done.stdout)
    summaries = next(text for text, block in zip(said, _tutorial(), strict=True) if "news" in block)
    assert [len(line.split()) <= 5 for line in summaries.splitlines()] == [True, True]
    assert (desk / "runs" / "tiny" / "model" / "model.json").is_file()
    assert any("R-1" in text for text in said)


def _tutorial() -> list[str]:
    return blocks(ROOT / "docs" / "tutorial.md", "sh")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_and_named_files_exist(document):
    text = document.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text)
    missing = [link for link in links if not (document.parent / link).exists()]
    if document.name != "lab-notebook.md":  # the record keeps the names of its time
        named = re.findall(r"`((?:summ|configs|docs|data_prep|benchmarks)/[\w./-]+\.\w+)`", text)
        missing += [name for name in named if not (ROOT / name).exists()]
    assert not missing
