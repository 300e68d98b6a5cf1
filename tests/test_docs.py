"""Every block of README and docs that can be typed is, and links lead somewhere.

What cannot be typed here is named in ``NOT_TYPED``, with the reason.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from summ.families.autoencoder.model import load_autoencoder
from summ.families.tree.model import TreeModel, TreeSettings, save_tree_model
from summ.networks.phrase_borders import PhraseBorders
from tests.conftest import ROOT, STORIES
from tests.processes import forking_programs
from tests.test_code_commands import models as autoencoders  # noqa: F401 (a fixture)

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
DOCUMENTS = [
    *PAGES,
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "summ" / "pretrained").glob("*/README.md")),
]
FEW_UPDATES = {"warm-start": 20, "cycle": 4, "reinforce": 2}
PROGRAMS = {"summ", "python", "pip", "accelerate", "torchrun", "docker", "curl", "echo", "cat"}
# By how a command begins.
NOT_TYPED = {
    "pip install": "needs a network; .ci/run types it",
    "summ train configs/en-small.yaml": "takes hours; test_recipe.py runs its stages, shortened",
    "summ train configs/zh-small.yaml": "takes an hour, and corpora that are not here",
    "summ train configs/new-language.yaml": "takes half an hour",
    "summ train configs/autoencoder.yaml": "takes hours; test_code_commands.py has its models",
    "summ train configs/tree.yaml": "needs corpora/prose; test_tree.py runs it",
    "summ train configs/estimators.yaml": "needs a warm start; benchmarks/estimators.py trains it",
    "summ train configs/quick-thought.yaml": "takes an hour; test_cpc.py runs such a stage",
    "summ train configs/tiny.yaml --resume": "needs the run of the line before it",
    "accelerate launch": "needs GPUs; it starts what torchrun starts",
    "torchrun": "a launcher of new interpreters; tests/training types it",
    "python benchmarks/latents.py": "trains a dozen models, for an hour",
    "python benchmarks/lossless.py": "reads headlines that are not here; test_lossless.py",
    "python -m data_prep.chinese": "reads gigabytes; tests/data_prep gives it small ones",
    "python -m data_prep.phrase_pairs": "reads gigabytes; tests/data_prep gives it small ones",
    "python -m data_prep.running_text": "reads gigabytes; tests/data_prep gives it small ones",
    "summ serve": "serves until it is stopped; tests/serving starts it",
    "curl": "asks a server; tests/serving/test_app.py sends what it sends",
    "docker": "needs Docker",
}
# Blocks whose output is of texts or models that are not in the repository.
OUTPUT_OF_OTHER_TEXTS = {"docs/chinese.md", "docs/codes.md"}
QUICK = re.compile(
    r"summ (?:summarize (?:--lines examples|talk)|evaluate --predictions examples|info$)|echo "
)


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> Iterator[tuple[str, str]]:
    """The language and the content of every fenced block."""
    text = page.read_text(encoding="utf-8")
    for found in re.finditer(r"^```(\w*)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL):
        yield found[1], found[2]


def commands(block: str) -> Iterator[tuple[str, list[str]]]:
    """Every command of a block with the lines that are shown below it."""
    joined = block.replace("\\\n", " ")
    typed = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", joined, flags=re.MULTILINE)
    if typed:
        yield from ((line, shown.splitlines()) for line, shown in typed)
        return
    lines = [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]
    if lines and lines[0].split()[0] in PROGRAMS:
        for line in lines:
            # Of what a server says, nothing is typed.
            if line.split()[0] in PROGRAMS:
                yield line, []


def typed_here(page: Path) -> list[tuple[str, list[str]]]:
    """The commands of a page that no line of ``NOT_TYPED`` excuses."""
    return [
        (line, shown)
        for language, block in blocks(page)
        if language in {"", "sh"} and page.name != "tutorial.md"
        for line, shown in commands(block)
        if not line.startswith(tuple(NOT_TYPED))
    ]


def test_every_excuse_is_needed():
    typed = [
        line
        for page in PAGES
        for language, block in blocks(page)
        if language in {"", "sh"}
        for line, _ in commands(block)
    ]
    unused = [start for start in NOT_TYPED if not any(one.startswith(start) for one in typed)]
    assert not unused


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A checkout beside a reader's own files."""
    place = tmp_path_factory.mktemp("desk")
    shutil.copytree(ROOT / "examples", place / "examples")
    lines = (ROOT / "examples" / "news.txt").read_text(encoding="utf-8").splitlines()
    heads = [" ".join(line.split()[:6]) for line in lines]
    for name, content in {
        "articles.txt": STORIES * 40,
        "headlines.txt": heads * 40,
        "sentences.txt": lines,
        "texts.txt": lines,
        "mine.txt": heads,
        "human.txt": heads,
        "own.txt": lines,
        "FILE": lines,
        "talk.pptx": ["PK"],
        "news.txt": [
            "新华社北京电，中国国家主席昨天在北京会见了来访的法国总统，双方就贸易问题交换了意见。"
        ],
        "raw/documents.txt": STORIES * 40,
        "raw/lines.txt": heads * 40,
    }.items():
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text("\n".join(content) + "\n", encoding="utf-8")
    records = [
        {"id": n, "text": line, "summaries": [head]}
        for n, (line, head) in enumerate(zip(lines, heads, strict=True))
    ]
    (place / "test.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))
    (place / "reports.csv").write_text(
        "id,text\n" + "".join(f'{n},"{t}"\n' for n, t in enumerate(lines))
    )
    programs = place / "bin"
    programs.mkdir()
    with forking_programs(programs):
        yield place


@pytest.fixture
def models_of_a_reader(desk, autoencoders, summary_model_folder):  # noqa: F811 (the fixture)
    """Models that the pages train, untrained."""
    places = {
        **{f"runs/{kind}/model": autoencoders[kind] for kind in ("vq", "gaussian", "styled")},
        "runs/plain/model": autoencoders["continuous"],
        **{f"runs/{name}/model": summary_model_folder for name in ("mine", "new-language")},
    }
    for name, folder in places.items():
        shutil.copytree(folder, desk / name, dirs_exist_ok=True)
    vocabulary = load_autoencoder(autoencoders["continuous"]).vocabulary
    tree = TreeModel(PhraseBorders(vocabulary.size), vocabulary, TreeSettings(0.8, 4.0, 2.5))
    save_tree_model(tree, desk / "runs/tree/model")


def type_in(desk: Path, line: str) -> str:
    """What a command writes; it must do what it is for."""
    path = f"{desk / 'bin'}{os.pathsep}{os.environ['PATH']}"
    command = ["bash", "-euo", "pipefail", "-c", line]
    done = subprocess.run(
        command, cwd=desk, env={**os.environ, "PATH": path}, capture_output=True, text=True
    )
    if "talk.pptx" in line:  # shown for its error
        assert done.returncode == 1
        return done.stderr
    assert done.returncode == 0, f"{line}\n{done.stderr}"
    return done.stdout


def assert_shown(shown: list[str], written: str) -> None:
    """That every shown line was written, in order; of numbers three digits."""
    lines = iter(written.splitlines())
    for line in shown:
        if line != "...":
            assert any(_alike(line, one) for one in lines), f"{line!r} is not in\n{written}"


def _alike(shown: str, written: str) -> bool:
    number = re.compile(r"\d+\.\d{4,}")
    same = number.sub("N", shown).split() == number.sub("N", written).split()
    pairs = zip(number.findall(shown), number.findall(written), strict=False)
    return same and all(float(a) == pytest.approx(float(b), rel=1e-3) for a, b in pairs)


QUICK_COMMANDS = [
    (line, shown) for page in PAGES for line, shown in typed_here(page) if QUICK.match(line)
]


@pytest.mark.parametrize(("line", "shown"), QUICK_COMMANDS, ids=lambda one: str(one)[:40])
def test_quick_commands_write_what_is_shown(desk, shipped, line, shown):
    assert_shown(shown, type_in(desk, line))


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if typed_here(page)], ids=name_of)
def test_all_commands_of_a_page_write_what_is_shown(desk, models_of_a_reader, shipped, page):
    for line, shown in typed_here(page):
        written = type_in(desk, line)
        other = name_of(page) in OUTPUT_OF_OTHER_TEXTS or "runs/" in line
        assert_shown([] if other else shown, written)


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_python_on_a_page_runs(page, shipped):
    import datasets

    import summ

    known = {"summ": summ, "dataset": datasets.Dataset.from_dict({"text": STORIES[:2]})}
    for language, block in blocks(page):
        if language == "python" and block.startswith(">>> "):
            # The tests' own checks of types would answer first.
            statement, error = block.replace(">>> ", "import summ; ").splitlines()
            done = subprocess.run(
                [sys.executable, "-c", statement], capture_output=True, text=True, cwd=ROOT
            )
            assert done.stderr.splitlines()[-1] == error
        elif language == "python":
            exec(block, known)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_word_lists_on_a_page_are_toml(page):
    for language, block in blocks(page):
        if language == "toml":
            assert tomllib.loads(block)


@pytest.fixture
def classroom(tmp_path) -> Iterator[Path]:
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


def test_every_block_of_the_tutorial_runs(classroom):
    environment = {
        **os.environ,
        "PATH": f"{classroom / 'bin'}{os.pathsep}{os.environ['PATH']}",
    }
    said = []
    for block in _tutorial():
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block],
            cwd=classroom,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{block}\n{done.stderr}"
        said.append(done.stdout)
    summaries = next(text for text, block in zip(said, _tutorial(), strict=True) if "news" in block)
    assert [len(line.split()) <= 5 for line in summaries.splitlines()] == [True, True]
    assert (classroom / "runs" / "tiny" / "model" / "model.json").is_file()
    assert any("R-1" in text for text in said)


def _tutorial() -> list[str]:
    page = ROOT / "docs" / "tutorial.md"
    return [block for language, block in blocks(page) if language == "sh"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_and_named_files_exist(document):
    text = document.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text)
    missing = [link for link in links if not (document.parent / link).exists()]
    if document.name != "lab-notebook.md":  # the record keeps the names of its time
        named = re.findall(r"`((?:summ|configs|docs|data_prep|benchmarks)/[\w./-]+\.\w+)`", text)
        missing += [name for name in named if not (ROOT / name).exists()]
    assert not missing
