"""Whole runs of a shortener: repeatable, resumable, and what comes of them shortens."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from safetensors.torch import load_file

from data_prep import splices
from summ.errors import ConfigError
from summ.families import load_run, train
from summ.families.shortener.config import ShortenerRun
from summ.families.shortener.model import load_shortener
from summ.families.shortener.task import ShortenerTask, StartingPoint
from summ.pipelines.decoding_options import DecodingOptions
from summ.pipelines.shorten import Shortener
from summ.training.checkpoint import checkpoints
from tests import processes
from tests.conftest import STORIES

ROOT = Path(__file__).parents[3]
CPU = torch.device("cpu")
SHORT = [
    "The mayor opened a new bridge.",
    *(f"Police arrested {number} people." for number in range(2, 20)),
]
# The verbs of the stories, behind words that tell.
TELLING = [
    f"He {verb} it and she {verb} them, who {verb} it there."
    for verb in ("opened", "arrested", "beat", "killed", "rose", "scored", "said")
]


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """From texts to pairs by the command of the recipe."""
    place = tmp_path_factory.mktemp("lines")
    (place / "texts.txt").write_text("\n".join([*STORIES, *SHORT, *TELLING] * 20))
    splices.main([str(place / "pairs.jsonl"), str(place / "texts.txt")])
    return place / "pairs.jsonl"


def values(pairs: Path, start_from: Path, output: Path) -> dict[str, Any]:
    return {
        "family": "shortener",
        "output": str(output),
        "start_from": str(start_from),
        "data": {
            "pairs": str(pairs),
            "verbs": str(pairs.with_suffix(".verbs.json")),
            "max_document": 60,
            "max_sentence": 36,
            "rows": 4,
            "held_out": 2,
        },
        "save_every": 2,
        "log_every": 1,
        "keep_checkpoints": 9,
        "stages": [
            {
                "name": "only",
                "kind": "shorten",
                "steps": 6,
                "longest_line": 12,
                "optimizer": {"learning_rate": 0.003, "warmup_steps": 2},
            }
        ],
    }


def config(place: Path, pairs: Path, start: Path, *overrides: str) -> ShortenerRun:
    """A configuration in a file of its own, as a run in another process needs it."""
    place.mkdir(exist_ok=True)
    (place / "config.yaml").write_text(yaml.safe_dump(values(pairs, start, place / "run")))
    run = load_run(place / "config.yaml", overrides)
    assert isinstance(run, ShortenerRun)
    return run


@pytest.fixture(scope="module")
def reference(
    pairs: Path, summary_model_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    place = tmp_path_factory.mktemp("reference")
    torch.set_num_threads(1)
    train(config(place, pairs, summary_model_folder))
    return place / "run"


def weights(run: Path) -> dict[str, torch.Tensor]:
    """As trained, of the last checkpoint, and as stored in the model folder."""
    found = {}
    for folder in (checkpoints(run / "checkpoints")[-1], run / "model"):
        for file in sorted(folder.rglob("*.safetensors")):
            found |= {f"{file.relative_to(folder)}/{k}": v for k, v in load_file(file).items()}
    return found


def test_from_texts_to_a_model_that_shortens(reference: Path) -> None:
    model = load_shortener(reference / "model")
    assert model.settings.longest_line == 12 and model.settings.max_document == 60
    assert "arrested" in model.verbs.finite
    lines = Shortener(model).shorten(STORIES, [8] * len(STORIES), DecodingOptions(beams=2))
    for line in lines:
        assert 1 <= len(line.text.split()) <= 8
    log = [json.loads(line) for line in (reference / "metrics.jsonl").read_text().splitlines()]
    held = [entry["held_out/nll_per_piece"] for entry in log if "held_out/nll_per_piece" in entry]
    assert held and all(0 < value < 20 for value in held)


def test_killed_and_resumed_equals_uninterrupted(
    reference: Path, pairs: Path, summary_model_folder: Path, tmp_path: Path
) -> None:
    settings = config(tmp_path, pairs, summary_model_folder)
    folder = tmp_path / "run" / "checkpoints"
    process = processes.start(tmp_path, "summ.train", "config.yaml")
    process.kill_when(lambda: checkpoints(folder))
    _, *others = checkpoints(folder)
    for later in others:
        shutil.rmtree(later)
    train(settings, resume=True)
    ours, theirs = weights(tmp_path / "run"), weights(reference)
    assert ours.keys() == theirs.keys() and ours
    for name, value in ours.items():
        assert torch.equal(value, theirs[name]), name


def test_a_run_goes_on_from_a_shortener(reference: Path, pairs: Path, tmp_path: Path) -> None:
    """Its lexicon is kept where no other is given."""
    run = config(tmp_path, pairs, reference / "model", "data.verbs=null", "stages.0.steps=1")
    start = load_shortener(reference / "model")
    assert ShortenerTask(run, CPU, nowhere).model.verbs == start.verbs
    train(run)
    assert load_shortener(tmp_path / "run" / "model").verbs == start.verbs


def nowhere(folder: Path) -> StartingPoint:
    raise AssertionError(folder)


def test_what_does_not_fit_is_refused(
    reference: Path, pairs: Path, summary_model_folder: Path, tmp_path: Path
) -> None:
    for override, problem in (
        ("data.max_document=61", r"data\.max_document: must be at most 60, .* found 61"),
        ("data.verbs=null", r"data\.verbs: missing, and .* has none"),
        (f"data.verbs={pairs}", r"data\.verbs: .*no lexicon of verbs"),
        ("data.rows=5", r"5 rows cannot be shared equally by 2 parts"),
    ):
        changes = [override, "stages.0.optimizer.accumulation=2"]
        with pytest.raises(ConfigError, match=problem):
            train(config(tmp_path / "a", pairs, summary_model_folder, *changes))
    for override, problem in (
        ("stages.0.longest_line=41", r"longest_line: .*found 41"),
        ("stages.0.kind=pretrain", r"stages\.0\.kind: .*'shorten'"),
        ("stages.0.likelihood={}", r"stages\.0\.likelihood: unknown key"),
        ("data.corpus=x", r"data\.corpus: unknown key"),
    ):
        with pytest.raises(ConfigError, match=problem):
            config(tmp_path / "b", pairs, summary_model_folder, override)
