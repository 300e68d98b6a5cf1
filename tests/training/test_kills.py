"""kill -9 at random moments: what comes of it is, byte for byte, what the run would have been.

Every family, one process and two, sixty-four kills in all: ``pytest -m slow -n 0 -s`` with this
file.  ``SUMM_SEED`` chooses other moments.  Runs are forked from here, so that a start costs no
import and the kills fall into the work.
"""

import os
import random
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
import yaml
from accelerate.state import AcceleratorState, PartialState

from summ.config import RunShape
from summ.families import load_run, train
from summ.training import orphan_watch
from tests import tiny
from tests.families.summarizer.test_gumbel_run import GUMBEL
from tests.families.summarizer.test_recipe import shrunk
from tests.training.texts import write_prose_and_pairs

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
TINY = ROOT / "configs" / "tiny.yaml"
SEED = int(os.environ.get("SUMM_SEED", "1"))
SMALL = ["validation_documents=8", "data.documents=8", "data.sentences=8", "log_every=3"]
OPTIMIZER = {"learning_rate": 0.003, "warmup_steps": 2}
LONGEST = 100.0  # seconds that a rank may live after it was orphaned


@dataclass(frozen=True)
class Place:
    """Where the texts are: a corpus, articles in its vocabulary, pairs, and a model."""

    corpus: Path
    wire: Path
    pairs: Path
    model: Path

    def summarizer(self, output: Path) -> RunShape:
        changes = ["stages.0.steps=6", "stages.1.steps=4", "stages.2.steps=4", "save_every=2"]
        changes += ["stages.0.average_checkpoints=2", "keep_checkpoints=2"]
        return load_run(TINY, [*SMALL, *changes, f"data.corpus={self.corpus}", f"output={output}"])

    def gumbel(self, output: Path) -> RunShape:
        changes = ["stages.0.steps=2", "stages.1.steps=1", f"stages.2={GUMBEL}", "save_every=1"]
        return load_run(TINY, [*SMALL, *changes, f"data.corpus={self.corpus}", f"output={output}"])

    def recipe(self, output: Path) -> RunShape:
        """Language model, salience, critics, means of stages and of checkpoints."""
        return shrunk(self.corpus, self.wire, output)

    def sentence(self, output: Path) -> RunShape:
        kinds = {"quick": {"kind": "quick-thought", "window": 2}, "skip": {"kind": "skip-thought"}}
        kinds["skip"]["decoder"] = {"embedding": 8, "hidden": 12}
        shared = {"steps": 8, "optimizer": OPTIMIZER, "span": 4}
        return self._from_yaml(
            output,
            {
                "data": {"corpus": str(self.wire), "sentences": 16, "max_sentence": 24},
                "encoder": {"gru": {"embedding": 8, "hidden": 12}, "encoders": 1, "max_pieces": 24},
                "stages": [{"name": name, **shared, **keys} for name, keys in kinds.items()],
                "validation_documents": 4,
                "save_every": 2,
                "log_every": 3,
            },
        )

    def vq(self, output: Path) -> RunShape:
        """Codes that are no parameters: moving means, and when each was used."""
        codes = {"slots": 3, "symbols": 16, "size": 8, "restart_every": 2, "fitted_on": 32}
        return self._autoencoder(output, {"kind": "vq", **codes})

    def gaussian(self, output: Path) -> RunShape:
        """Codes that are drawn, and a mean of checkpoints."""
        return self._autoencoder(output, {"kind": "gaussian", "slots": 2, "size": 8}, 2)

    def _autoencoder(
        self, output: Path, bottleneck: dict[str, object], averaged: int = 1
    ) -> RunShape:
        shared = {"kind": "rebuild", "steps": 10, "optimizer": OPTIMIZER, "delete_share": 0.2}
        shared |= {"word_drop": 0.2, "average_checkpoints": averaged}
        return self._from_yaml(
            output,
            {
                "family": "autoencoder",
                "data": {"corpus": str(self.corpus), "max_sentence": 16, "sentences": 8},
                "network": tiny.seq2seq().model_dump(exclude_none=True),
                "bottleneck": bottleneck,
                "stages": [{"name": name, **shared} for name in ("first", "second")],
                "validation_sentences": 8,
                "validate_every": 5,
                "save_every": 3,
                "log_every": 2,
            },
        )

    def shortener(self, output: Path) -> RunShape:
        return self._shortener(output, {"start_from": str(self.model)})

    def new_shortener(self, output: Path) -> RunShape:
        """One whose compressor begins with random weights."""
        network = tiny.seq2seq().model_dump(exclude_none=True)
        new = {"vocabulary": str(self.corpus / "vocabulary"), "language": "en"}
        return self._shortener(output, {"new": new | {"compressor": network}})

    def _shortener(self, output: Path, start: dict[str, object]) -> RunShape:
        stage = {"name": "only", "kind": "shorten", "steps": 20, "optimizer": OPTIMIZER}
        data = {"pairs": str(self.pairs), "verbs": str(self.pairs.with_suffix(".verbs.json"))}
        sizes = {"max_document": 60, "max_sentence": 36, "rows": 4, "held_out": 2}
        values = {"family": "shortener", **start, "data": data | sizes}
        values |= {"save_every": 3, "log_every": 2}
        stages = [stage | {"average_checkpoints": 2}]
        return self._from_yaml(output, values | {"stages": stages})

    def _from_yaml(self, output: Path, values: dict[str, object]) -> RunShape:
        output.parent.mkdir(parents=True, exist_ok=True)
        file = output.with_suffix(f".{os.getpid()}.yaml")  # each rank writes its own
        file.write_text(yaml.safe_dump(values | {"output": str(output)}))
        return load_run(file)


@pytest.fixture(scope="module")
def place(
    tiny_corpus: Path, summary_model_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Place:
    folder = tmp_path_factory.mktemp("texts")
    wire, pairs = write_prose_and_pairs(folder, tiny_corpus / "vocabulary")
    return Place(tiny_corpus, wire, pairs, summary_model_folder)


def start(make: Callable[[Path], RunShape], output: Path, ranks: int) -> list[int]:
    """The processes of a run that goes on from wherever it stands."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return [_fork(make, output, rank, ranks, port) for rank in range(ranks)]


def _fork(make: Callable[[Path], RunShape], output: Path, rank: int, ranks: int, port: int) -> int:
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        log = os.open(output.with_suffix(f".{rank}.log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(log, 1)
        os.dup2(log, 2)
        sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
        AcceleratorState._reset_state()
        PartialState._reset_state()
        os.environ["ACCELERATE_USE_CPU"] = "true"
        if ranks > 1:
            os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(ranks)}
            os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
        torch.set_num_threads(1)
        orphan_watch.LONGEST_MEETING = 40.0  # one may be killed before they have met
        train(make(output), resume=True)
        code = 0
    except SystemExit as error:
        code = int(error.code or 0)
    except KeyboardInterrupt:
        code = 130
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def ended(processes: list[int], seconds: float) -> dict[int, int]:
    """The exit codes of those that end within the time."""
    found: dict[int, int] = {}
    limit = time.monotonic() + seconds
    while len(found) < len(processes):
        for process in processes:
            if process not in found:
                pid, status = os.waitpid(process, os.WNOHANG)
                if pid:
                    found[pid] = os.waitstatus_to_exitcode(status)
        if time.monotonic() > limit:
            break
        time.sleep(0.005)
    return found


def interrupted(
    make: Callable[[Path], RunShape],
    output: Path,
    ranks: int,
    draw: random.Random,
    longest: float,
    most: int,
) -> int:
    """Carries a run to its end over up to ``most`` kills; how many there were."""
    kills = 0
    while True:
        processes = start(make, output, ranks)
        wait = draw.uniform(0, longest) if kills < most else 600
        codes = ended(processes, wait)
        living = [process for process in processes if process not in codes]
        if not living:
            assert set(codes.values()) == {0}, output.with_suffix(".0.log").read_text()[-3000:]
            return kills
        number = draw.choice([signal.SIGKILL] * 4 + [signal.SIGTERM])
        # One of them, or both.  The others must end by themselves.
        victims = [draw.choice(living)] if draw.random() < 0.7 else living
        for process in victims:
            os.kill(process, number)
        codes |= ended(living, LONGEST)
        assert len(codes) == ranks, "a rank goes on without the other"
        kills += number == signal.SIGKILL


def made(run: Path) -> dict[str, bytes]:
    """Every file of the models, and the figures."""
    files = [run / "metrics.jsonl"]
    for name in ("model", "stages"):
        files += [path for path in sorted((run / name).rglob("*")) if path.is_file()]
    return {path.relative_to(run).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize(
    ("family", "ranks", "kills"),
    [
        ("summarizer", 1, 6),
        ("gumbel", 1, 6),
        ("recipe", 1, 6),
        ("sentence", 1, 5),
        ("shortener", 1, 5),
        ("vq", 1, 5),
        ("gaussian", 1, 5),
        ("new_shortener", 1, 5),
        ("summarizer", 2, 6),
        ("sentence", 2, 3),
        ("gumbel", 2, 3),
        ("vq", 2, 3),
        ("gaussian", 2, 3),
        ("new_shortener", 2, 3),
    ],
)
def test_a_run_that_is_killed_loses_nothing(
    place: Place, tmp_path: Path, family: str, ranks: int, kills: int
) -> None:
    make = getattr(place, family)
    begun = time.monotonic()
    assert interrupted(make, tmp_path / "whole", ranks, random.Random(), 600, 0) == 0
    longest = time.monotonic() - begun
    expected = made(tmp_path / "whole")
    assert len(expected) > 10
    draw, done, attempt = random.Random(f"{SEED}/{family}/{ranks}"), 0, 0
    while done < kills:
        run = tmp_path / f"killed-{attempt}"
        done += interrupted(make, run, ranks, draw, 0.9 * longest, kills - done)
        assert made(run) == expected, attempt
        assert not list(run.rglob(".*")), "something unfinished is left"
        attempt += 1
    sys.stderr.write(f"\n{family}, {ranks} processes: {done} kills in {attempt} runs, all equal\n")
