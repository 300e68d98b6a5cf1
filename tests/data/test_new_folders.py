"""Whatever stops the writing of a file or folder: its name holds the old or the new one, whole."""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from summ.data.files import (
    content_besides,
    new_folder,
    publish_folder,
    scratch_folder,
    write_file,
)
from summ.data.unfinished import final_name
from summ.errors import CheckpointError, DataError

Write = Callable[[Path, str], None]


def replace_anything(folder: Path) -> str | None:
    return None


def folder_of(place: Path, content: str) -> None:
    with new_folder(place, replace_anything) as folder:
        (folder / "part").mkdir()
        (folder / "part" / "text").write_text(content)
        (folder / "mark").write_text(content)


def content_of(place: Path) -> dict[str, str]:
    """All texts under a name; of a file, its own."""
    files = [place] if place.is_file() else [p for p in sorted(place.rglob("*")) if p.is_file()]
    return {file.relative_to(place.parent).as_posix(): file.read_text() for file in files}


def dead_process() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@contextmanager
def umask(mask: int) -> Iterator[None]:
    old = os.umask(mask)
    try:
        yield
    finally:
        os.umask(old)


@pytest.mark.parametrize("write", [write_file, folder_of])
@pytest.mark.parametrize("fault", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt()])
@pytest.mark.parametrize("step", ["fsync", "rename", "replace", "open", "mkdir"])
@pytest.mark.parametrize("old", [True, False])
def test_a_fault_at_any_step_leaves_the_old_or_the_new_and_no_rest(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    write: Write,
    fault: BaseException,
    step: str,
    old: bool,
) -> None:
    """Each call of each step fails once, the first one in the first try, until none is left."""
    write(tmp_path / "new", "new")
    wanted = {
        name.replace("new", "out", 1): text for name, text in content_of(tmp_path / "new").items()
    }
    (shutil.rmtree if (tmp_path / "new").is_dir() else os.unlink)(tmp_path / "new")
    place, function = tmp_path / "out", getattr(os, step)
    for failing in range(50):
        if old:
            write(place, "old")
        elif place.exists():
            (shutil.rmtree if place.is_dir() else os.unlink)(place)
        before, calls = content_of(place), 0

        def once(*values: object, failing: int = failing, **named: object) -> object:
            nonlocal calls
            calls += 1
            if calls == failing + 1:
                raise fault
            return function(*values, **named)

        with monkeypatch.context() as patch:
            patch.setattr(os, step, once)
            try:
                write(place, "new")
            except (DataError, KeyboardInterrupt) as error:
                assert content_of(place) in (before, wanted)
                assert isinstance(error, KeyboardInterrupt) or str(error).startswith(f"{place}: ")
            else:
                assert content_of(place) == wanted
        # What was replaced may remain where removing it fails; the next process removes it.
        rest = {p.name for p in tmp_path.iterdir() if p.suffix != ".replaced"}
        assert rest <= {"out"}
        if calls <= failing:
            return
    pytest.fail("it never came to its end")


@pytest.mark.parametrize("write", [write_file, folder_of])
@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_the_umask_decides_who_may_read(tmp_path: Path, write: Write, mask: int) -> None:
    with umask(mask):
        write(tmp_path / "out", "text")
    for path in (tmp_path / "out", *(tmp_path / "out").rglob("*")):
        wanted = 0o777 if path.is_dir() else 0o666
        assert path.stat().st_mode & 0o777 == wanted & ~mask


def test_files_that_a_library_keeps_to_the_owner_are_opened(tmp_path: Path) -> None:
    with umask(0o022), new_folder(tmp_path / "out") as folder:
        (folder / "weights").touch(0o600)
    assert (tmp_path / "out" / "weights").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("write", [write_file, folder_of])
def test_what_a_dead_process_left_is_removed_and_nothing_else(tmp_path: Path, write: Write) -> None:
    started: list[Path] = []
    write(tmp_path / "out", "old")
    with scratch_folder(tmp_path / "out") as mine:
        started.append(mine)
        name = mine.name.replace(f"-{os.getpid()}-", f"-{dead_process()}-")
        other_host = f".out.000000-{dead_process()}-12345678.unfinished"
        for left in (name, other_host, ".out.notes", ".outer", ".out.unfinished"):
            (tmp_path / left).mkdir()
            (tmp_path / left / "half").write_text("half")
        (tmp_path / name.replace("unfinished", "replaced")).mkdir()
        write(tmp_path / "out", "text")
        kept = {mine.name, other_host, ".out.notes", ".outer", ".out.unfinished", "out"}
        assert {path.name for path in tmp_path.iterdir()} == kept
    assert (
        final_name(started[0].name) == "out" and final_name(".out.unfinished") == ".out.unfinished"
    )


def test_a_folder_moved_aside_by_a_process_that_was_killed_gets_its_name_back(
    tmp_path: Path,
) -> None:
    folder_of(tmp_path / "out", "old")
    with scratch_folder(tmp_path / "out") as mine:
        aside = mine.name.replace(f"-{os.getpid()}-", f"-{dead_process()}-")
    (tmp_path / "out").rename(tmp_path / aside.replace("unfinished", "replaced"))
    with pytest.raises(ZeroDivisionError), new_folder(tmp_path / "out", replace_anything):
        raise ZeroDivisionError
    assert content_of(tmp_path / "out") == {"out/mark": "old", "out/part/text": "old"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("target", ["theirs", "nowhere", "empty"])
def test_a_folder_takes_the_place_of_no_link(tmp_path: Path, target: str) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "notes.txt").write_text("notes")
    (tmp_path / "empty").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / target)
    with (
        pytest.raises(CheckpointError, match=r"out: exists already and is a link\. Move") as caught,
        new_folder(tmp_path / "out", replace_anything, CheckpointError),
    ):
        pytest.fail("asked too late")
    assert "\n" not in str(caught.value)
    assert (tmp_path / "theirs" / "notes.txt").read_text() == "notes"


@pytest.mark.parametrize("place", ["theirs", "theirs/notes.txt"])
def test_only_an_empty_folder_is_replaced_unasked(tmp_path: Path, place: str) -> None:
    (tmp_path / "theirs").mkdir()
    with new_folder(tmp_path / "theirs") as folder:
        (folder / "notes.txt").write_text("notes")
    refusal = pytest.raises(DataError, match=r"holds 'notes.txt'|is a file")
    with refusal, new_folder(tmp_path / place):
        pytest.fail("asked too late")
    assert content_of(tmp_path / "theirs") == {"theirs/notes.txt": "notes"}


def test_what_arrives_meanwhile_is_not_lost(tmp_path: Path) -> None:
    def only_mark(folder: Path) -> str | None:
        return content_besides(folder, {"mark"})

    with new_folder(tmp_path / "out", only_mark) as folder:
        (folder / "mark").write_text("old")
    with (
        pytest.raises(DataError, match=r"holds 'notes.txt'"),
        new_folder(tmp_path / "out", only_mark) as folder,
    ):
        (folder / "mark").write_text("new")
        (tmp_path / "out" / "notes.txt").write_text("notes")
    assert content_of(tmp_path / "out") == {"out/mark": "old", "out/notes.txt": "notes"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_finished_folder_that_cannot_get_its_name_is_kept(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "mark").write_text("hours")
    with pytest.raises(DataError, match="nowhere/out: cannot be written"):
        publish_folder(tmp_path / "work", tmp_path / "nowhere" / "out")
    assert content_of(tmp_path / "work") == {"work/mark": "hours"}


def test_faults_of_the_block_are_its_own(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), new_folder(tmp_path / "out"):
        (tmp_path / "input").read_text()
    with (
        pytest.raises(DataError, match=r"out: cannot be written"),
        new_folder(tmp_path / "out") as folder,
    ):
        (folder / "missing" / "file").write_text("")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("write", [write_file, folder_of])
@pytest.mark.parametrize("name", ["n" * 255, "名" * 85])
def test_the_longest_names(tmp_path: Path, write: Write, name: str) -> None:
    for content in ("old", "new"):
        write(tmp_path / name, content)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_links_and_unnamed_content_are_something_else(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_text("")
    assert content_besides(tmp_path, {"a", "a/b"}) is None
    assert content_besides(tmp_path, {"a"}) == "holds 'a/b'"
    (tmp_path / "a" / "c").symlink_to(tmp_path / "a" / "b")
    assert content_besides(tmp_path, {"a", "a/b", "a/c"}) == "holds 'a/c'"


def test_half_a_surrogate_pair_is_written_as_a_question_mark(tmp_path: Path) -> None:
    write_file(tmp_path / "deeper" / "out", "a\ud83d")
    assert (tmp_path / "deeper" / "out").read_bytes() == b"a?"
