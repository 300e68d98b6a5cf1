"""Who may write into a run's folder, and who must end: processes that are really killed."""

import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from accelerate.state import AcceleratorState, PartialState

from summ.errors import ConfigError
from summ.families import load_run, task
from summ.training import orphan_watch
from summ.training.metrics import MetricsLog
from summ.training.orphan_watch import OrphanWatch
from summ.training.run_lock import LOCK, RunLock
from summ.training.run_record import refuse_foreign_parts
from summ.training.trainer import Trainer
from tests import processes
from tests.data.test_new_folders import dead_process

CONFIG = Path(__file__).parents[2] / "configs" / "tiny.yaml"


def forked(work: Callable[[], None]) -> int:
    """The number of a process that does the work and ends."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(9)
    return child


def test_a_lock_names_its_owner_and_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "run"
    first, second = RunLock(folder), RunLock(folder)
    first.acquire()
    with pytest.raises(ConfigError, match=rf"another run \(pid {os.getpid()}\) is writing"):
        second.acquire()
    second.release()
    assert (folder / LOCK).is_file()
    first.release()
    assert list(tmp_path.iterdir()) == []
    second.acquire()
    (folder / "kept.txt").write_text("mine")
    second.release()
    assert [path.name for path in folder.iterdir()] == ["kept.txt"]


def test_a_lock_dies_with_its_process(tmp_path: Path) -> None:
    told, tell = os.pipe()

    def hold() -> None:
        lock = RunLock(tmp_path)
        lock.acquire()
        os.write(tell, b".")
        signal.pause()

    child = forked(hold)
    os.read(told, 1)
    try:
        with pytest.raises(ConfigError, match=rf"another run \(pid {child}\)"):
            RunLock(tmp_path).acquire()
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    lock = RunLock(tmp_path)
    lock.acquire()
    assert f"pid {os.getpid()} " in (tmp_path / LOCK).read_text()
    lock.release()


def test_a_lock_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("mine")
    (tmp_path / LOCK).symlink_to("theirs")
    with pytest.raises(ConfigError, match="cannot be written"):
        RunLock(tmp_path).acquire()
    assert (tmp_path / "theirs").read_text() == "mine"


def test_two_runs_do_not_share_a_folder(tiny_corpus: Path, tmp_path: Path) -> None:
    output = tmp_path / "run"
    changes = ["data.documents=8", "data.sentences=8", "validation_documents=8"]
    settings = load_run(CONFIG, [*changes, f"data.corpus={tiny_corpus}", f"output={output}"])
    first = Trainer(settings, partial(task, settings), resume=False)
    before = (output / "run.json").read_bytes()
    with pytest.raises(ConfigError, match=rf"{output}: another run \(pid {os.getpid()}\)"):
        Trainer(settings, partial(task, settings), resume=True)
    assert (output / "run.json").read_bytes() == before
    first.lock.release()
    assert not (output / LOCK).exists()


def test_a_run_that_cannot_begin_leaves_no_folder(tmp_path: Path) -> None:
    settings = load_run(CONFIG, ["data.corpus=nowhere", f"output={tmp_path}/a/run"])
    with pytest.raises(Exception, match="nowhere"):
        Trainer(settings, partial(task, settings), resume=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.timeout(30)
@pytest.mark.parametrize("name", ["metrics.jsonl", "run.json"])
def test_a_pipe_that_a_run_would_write_to_is_refused(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(ConfigError, match="must be a file"):
        refuse_foreign_parts(load_run(CONFIG, [f"output={tmp_path}"]))


def test_a_log_that_something_else_wrote_is_read_as_far_as_it_can_be(tmp_path: Path) -> None:
    good = '{"step": 1, "loss": 2.0}'
    lines = [good, "[" * 100_000, '{"step": "x"}', "[]", "3", '{"step":']
    (tmp_path / "metrics.jsonl").write_bytes("\n".join(lines).encode() + b"\xff\n")
    MetricsLog(tmp_path, 5).close()
    assert (tmp_path / "metrics.jsonl").read_text() == good + "\n"


def test_a_rank_ends_after_the_first_rank(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orphan_watch, "_EVERY", 0.01)
    monkeypatch.setattr(orphan_watch, "_LAST_STAND", 0.01)
    first = dead_process()

    def wait_for_nobody() -> None:
        with OrphanWatch(first):
            signal.pause()

    _, status = os.waitpid(forked(wait_for_nobody), 0)
    assert os.waitstatus_to_exitcode(status) == 143


@pytest.mark.parametrize("stubborn", [False, True])
def test_a_rank_ends_after_its_launcher(monkeypatch: pytest.MonkeyPatch, stubborn: bool) -> None:
    """By SIGTERM, or where that changes nothing (it waits for another rank) by force."""
    monkeypatch.setattr(orphan_watch, "_EVERY", 0.01)
    monkeypatch.setattr(orphan_watch, "_LAST_UPDATE", 0.01)
    told, tell = os.pipe()

    def rank() -> None:
        os.set_blocking(tell, True)
        signal.signal(signal.SIGTERM, lambda *_: os.write(tell, b"asked"))
        with OrphanWatch(None):
            os.write(tell, b"begun ")
            while True:
                signal.pause()
                if not stubborn:
                    os._exit(0)

    def launcher() -> None:
        forked(rank)
        os.read(told, 6)

    os.waitpid(forked(launcher), 0)
    os.close(tell)
    said = b""
    while part := os.read(told, 100):  # until the rank has ended
        said += part
    assert said == b"asked"


def test_a_rank_does_not_wait_for_ever_for_one_that_was_killed_before_they_met(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(orphan_watch, "_EVERY", 0.01)
    monkeypatch.setattr(orphan_watch, "LONGEST_MEETING", 0.3)

    def second_rank() -> None:
        AcceleratorState._reset_state()
        PartialState._reset_state()
        os.environ |= processes.rank_environment(1, 2, processes.free_port())
        os.environ["ACCELERATE_USE_CPU"] = "true"
        Trainer(load_run(CONFIG), lambda device: task(load_run(CONFIG), device), resume=False)

    _, status = os.waitpid(forked(second_rank), 0)
    assert os.waitstatus_to_exitcode(status) == 1


def test_a_rank_that_is_done_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orphan_watch, "_EVERY", 0.01)
    monkeypatch.setattr(orphan_watch, "_LAST_STAND", 0.0)
    with OrphanWatch(os.getpid()) as watch:
        pass
    watch._watch()  # returns at once
