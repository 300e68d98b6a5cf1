"""What every test needs: shapes checked, no network, and a small machine to ask."""

import copy
import gc
import importlib
import os
from collections.abc import Generator, Iterator
from functools import cache
from pathlib import Path

import pytest
import typer.main
from hypothesis import settings

from tests import processes, shapes

# Before anything of summ is imported.
shapes.check(
    *("summ.types", "summ.networks", "summ.training"),
    *("summ.families", "summ.pipelines", "summ.export"),
)

# A slow machine is no defect.  CI tries the same examples each time; at a desk new ones are sought.
settings.register_profile("summ", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("summ")
os.environ["HF_HUB_OFFLINE"] = "1"

ROOT = Path(__file__).parents[1]
SHIPPED = ROOT / "summ" / "pretrained" / "en-small"


# Files of several seconds, longest first: begun last, one of them would keep a worker busy when
# the others have nothing left to do.
LONGEST = [
    "training/test_trainer.py",
    "test_cli.py",
    "test_docs.py",
    "families/summarizer/test_gumbel_run.py",
    "families/summarizer/test_recipe.py",
    "pipelines/test_summarize.py",
    "evaluation/vectors/test_probes.py",
    "pipelines/test_shorten.py",
    "export/test_export.py",
    "networks/test_hostile_models.py",
    "evaluation/reports/test_summaries.py",
    "data/test_prepare.py",
    "families/sentence/test_task.py",
    "families/test_stage_keys.py",
    "test_embed_command.py",
    "test_config.py",
    "families/summarizer/test_reinforce.py",
    "families/summarizer/test_gumbel.py",
    "evaluation/vectors/test_evaluation.py",
    "families/summarizer/test_pretrained_start.py",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {ROOT / "tests" / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


gc.disable()  # while what stays is imported


def pytest_collection_finish() -> None:
    """What was imported stays: no later collection of garbage (a stage's end has one) walks it."""
    if "PYTEST_XDIST_WORKER" in os.environ:  # in which some test will import them
        for name in ("accelerate", "datasets", *processes.MODELING):
            importlib.import_module(name)
    gc.freeze()
    gc.enable()


@pytest.hookimpl(wrapper=True, tryfirst=True)  # outside of what collects warnings and logs
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    if session.items:  # not in the process that only hands out tests to workers
        processes.begin_server()
    return (yield)


@pytest.fixture(scope="session", autouse=True)
def networks_are_read_once() -> Iterator[None]:
    """Of model folders with the same manifest, the first is read; copies stand for the others.

    All that is checked before (the SHA-256 of every file) is checked each time.
    """
    from summ.families.summarizer import model

    read, known = model._read_networks, {}

    def read_once(folder: Path, settings: object) -> object:
        manifest = folder / "model.json"
        if not manifest.is_file():  # of summ 0.1
            return read(folder, settings)
        content = manifest.read_bytes()
        if content not in known:
            known[content] = read(folder, settings)
        found = known[content]
        return copy.deepcopy(found, {id(found.vocabulary): found.vocabulary})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model, "_read_networks", read_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def commands_begin_at_once() -> Iterator[None]:
    """Typer makes a program of all options anew for each command, in 30 ms: here it is kept.

    And that something is frozen is known; to count all of it takes as long.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typer.main, "get_command", cache(typer.main.get_command))
        patch.setattr(gc, "get_freeze_count", lambda: 1)
        yield


@pytest.fixture(scope="module", autouse=True)
def frozen() -> None:
    """The same of what was imported since."""
    gc.freeze()


# News of an invented world, in natural case and digits.
STORIES = [
    "The ministry of finance in Verania said on Monday that its budget deficit fell to 3.4 "
    "percent in the second quarter, helped by higher taxes on fuel.",
    "Police in the port city of Lomask arrested 14 people after a protest against the closure of "
    "the old shipyard turned violent late on Friday.",
    "Striker Jana Holub scored twice as Dravo beat the champions 3-1 to reach the final of the "
    "northern cup for the first time in 22 years.",
    "A storm that crossed the eastern islands killed at least seven people and left thousands "
    "without power, rescue workers said.",
    "Shares in the chip maker Oltec rose 12 percent after it reported record sales and promised "
    "to build a new plant in the south.",
    "Doctors at the university hospital said a new vaccine against river fever protected nine of "
    "ten children in a trial that lasted two years.",
]


@pytest.fixture(scope="session")
def summary_model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an untrained machine with a vocabulary of its own."""
    from summ.families.summarizer.config import NetworksConfig
    from summ.families.summarizer.model import (
        SummaryModelSettings,
        build_summary_model,
        save_summary_model,
    )
    from summ.text.vocabulary import Vocabulary
    from tests import tiny

    folder = tmp_path_factory.mktemp("machine")
    vocabulary = Vocabulary.train(STORIES * 20, 500, folder / "vocabulary")
    networks = NetworksConfig(
        compressor=tiny.seq2seq(), reconstructor=tiny.seq2seq(), discriminator=tiny.causal()
    )
    closed = vocabulary.encode_canonical(["the said in of to and on says after"])[0]
    settings = SummaryModelSettings(max_document=60, max_sentence=36, shortlist=tuple(set(closed)))
    model = build_summary_model(networks, vocabulary, settings, seed=1)
    save_summary_model(model, folder / "tiny")
    return folder / "tiny"


@pytest.fixture(scope="session")
def shipped() -> Path:
    """The model that ships with summ; skips where the checkout has none yet."""
    if not (SHIPPED / "model.json").is_file():
        pytest.skip("summ/pretrained/en-small is not in this checkout")
    return SHIPPED


@pytest.fixture(scope="session")
def tiny_corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of invented news, prepared once."""
    from data_prep import tiny

    place = tmp_path_factory.mktemp("corpora") / "tiny"
    tiny.make(place, rows=200)
    return place


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of the real corpora."""
    given = os.environ.get("SUMM_DATA")
    folder = Path(given) if given else Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no real corpora in {folder}; set SUMM_DATA")
    return folder
