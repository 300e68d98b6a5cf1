"""Files and folders appear whole under their names, or not at all.

What is being written has a temporary name beside its own (see unfinished.py), and is on the disk
before it is renamed.  An exception (Ctrl-C too) removes it.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import json
import math
import os
import re
import shutil
import stat
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from summ.data.unfinished import REPLACED, UNFINISHED, remove_leftovers, temporary
from summ.errors import DataError, SummError

_DEVICE_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
_TOLD_BY_RUST = re.compile(r"\(os error ([0-9]{1,4})\)")  # by safetensors and tokenizers

MODEL_MANIFEST = "model.json"
"""The file in every model folder that lists the others; see ``networks.model_folder``."""

Obstacle = Callable[[Path], str | None]
"""Says what is in a folder that must not be lost ("holds 'notes.txt'"); None if nothing is."""


def sha256(path: Path) -> str:
    """The hexadecimal SHA-256 of a file's bytes.

    Raises:
        OSError: the file cannot be read, or is a pipe or a device, which may never end; the
            caller says whose file it is.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def content_digest(described: Mapping[str, Any]) -> str:
    """The SHA-256 of all that a manifest says but the digest itself, however it is spaced."""
    content = {key: value for key, value in described.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


# -- files


@contextmanager
def open_output(path: Path | None) -> Iterator[TextIO]:
    """A UTF-8 stream whose content gets its name when the block ends without an exception.

    Devices and pipes are written to directly.  A link stays a link: what it points to is replaced.

    Args:
        path: the file to write, replaced if it exists; None is standard output.

    Raises:
        DataError: the file cannot be made, written or renamed.
    """
    if path is None:
        yield sys.stdout
        return
    with _open(path, devices=True) as binary:
        text = io.TextIOWrapper(binary, "utf-8", newline="\n")
        try:
            yield text
        finally:
            text.detach()  # writes what it holds; the block around it closes the file


@contextmanager
def open_binary(path: Path) -> Iterator[BinaryIO]:
    """The same for bytes, in a file that allows seeking.

    Raises:
        DataError: the file cannot be made, written or renamed, or is a device or a pipe.
    """
    with _open(path, devices=False) as stream:
        yield stream


def write_file(path: Path, content: str | bytes) -> None:
    """Writes a whole file, text as UTF-8, and makes the folders above it.

    Raises:
        DataError: it cannot be written; what was there before is untouched.
    """
    # Half of a surrogate pair can stand in JSON but not in UTF-8.
    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _refused(path, error) from error
    with _open(path, devices=True) as stream:
        stream.write(data)


def write_json(stream: TextIO, fields: Mapping[str, Any]) -> None:
    """Writes one object on one line; numbers that JSON does not know become null."""
    finite = {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in fields.items()
    }
    stream.write(json.dumps(finite, ensure_ascii=False, allow_nan=False) + "\n")


@contextmanager
def _open(path: Path, devices: bool) -> Iterator[BinaryIO]:
    """The stream of a new file, or of a device where those are allowed."""
    try:
        target = _resolved(path)
        if not target.exists() or target.is_file() or target.is_dir():
            with _new_file(target) as stream:
                yield stream
        elif devices:
            with target.open("wb") as stream:
                yield stream
        else:
            raise DataError(f"{path}: must be a file, but is a device or a pipe. Name a file.")
    except OSError as error:
        raise _refused(path, error) from error


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except RuntimeError as error:  # before Python 3.13; since then an OSError
        raise OSError(errno.ELOOP, "a loop of links", str(path)) from error


@contextmanager
def _new_file(target: Path) -> Iterator[BinaryIO]:
    """A file that takes the target's place at the end."""
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "it is a directory", str(target))
    remove_leftovers(target)
    unfinished = temporary(target, UNFINISHED)
    # O_EXCL: never follow a link that somebody put there; the umask decides who may read.
    descriptor = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with open(descriptor, "w+b") as stream:  # noqa: PTH123 (it is open already)
            yield stream
            stream.flush()
            if target.exists():
                unfinished.chmod(target.stat().st_mode & 0o777)
            os.fsync(descriptor)
        unfinished.replace(target)
        _sync(target.parent)
    except BaseException:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise


def _refused(path: Path, error: OSError) -> Exception:
    """What an error means to the user, if it is one of writing this file."""
    if error.filename is None and error.errno not in _DEVICE_ERRORS:
        return error
    advice = "Make room, or choose" if error.errno in _DEVICE_ERRORS else "Choose"
    return DataError(f"{path}: cannot be written ({error.strerror}). {advice} another place.")


# -- folders


def content_besides(folder: Path, names: Collection[str] = ()) -> str | None:
    """What a folder holds besides files and folders of these names (paths with ``/``), if anything.

    Links count as something else whatever their names, and so does all in a folder not named.
    """
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name not in names or path.is_symlink():
            return f"holds {name!r}"
    return None


def content_unlisted(folder: Path, manifest: str) -> str | None:
    """What a folder holds besides its manifest and the files listed there, if anything.

    Args:
        manifest: name of a JSON file with a ``format`` and the names of ``files``.
    """
    try:
        described = json.loads((folder / manifest).read_text(encoding="utf-8"))
        files = [Path(name) for name in (manifest, *described["files"]) if described["format"]]
    except (OSError, ValueError, KeyError, TypeError):
        files = []
    return content_besides(folder, {p.as_posix() for file in files for p in (file, *file.parents)})


def refuse_taken(
    folder: Path, obstacle: Obstacle = content_besides, error: type[SummError] = DataError
) -> None:
    """Passes where there is nothing, an empty folder, or one that may be replaced.

    Raises:
        error: replacing it would lose something, or it cannot be read.
    """
    try:
        reason = _obstacle(folder, obstacle)
    except OSError as problem:
        raise error(f"{folder}: cannot be written ({problem.strerror}).") from problem
    if reason is not None:
        raise error(
            f"{folder}: exists already and {reason}. Move that away, or choose another place."
        )


@contextmanager
def new_folder(
    folder: Path, obstacle: Obstacle = content_besides, error: type[SummError] = DataError
) -> Iterator[Path]:
    """A folder to fill, which gets its name when the block ends without an exception.

    Args:
        folder: its name; the folders above it are made.
        obstacle: asked of a folder that is there already, before the block and after it: None
            allows to replace it.  By default only an empty folder may be replaced.
        error: the class of what is raised.

    Raises:
        error: the folder cannot be made or written, or must not be replaced; what was there
            before is untouched.
    """
    refuse_taken(folder, obstacle, error)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        remove_leftovers(folder)
        work = temporary(folder, UNFINISHED)
        work.mkdir()
    except OSError as problem:
        raise _unwritable(folder, problem, error) from problem
    try:
        yield work
        publish_folder(work, folder, obstacle, error)
    except Exception as problem:
        system = _system_error(problem)
        if system is None or (system.errno not in _DEVICE_ERRORS and not _concerns(system, work)):
            raise
        raise _unwritable(folder, system, error) from problem
    finally:
        shutil.rmtree(work, ignore_errors=True)


def publish_folder(
    work: Path,
    folder: Path,
    obstacle: Obstacle = content_besides,
    error: type[SummError] = DataError,
) -> None:
    """Gives a finished folder its name, once all in it is on the disk.

    Args:
        work: the finished folder, in the same folder as the other.
        obstacle: as in ``new_folder``.

    Raises:
        error: it cannot get the name; what had it before has it still.
    """
    try:
        _sync_tree(work)
        refuse_taken(folder, obstacle, error)
        _replace(work, folder)
        _sync(folder.parent)
    except OSError as problem:
        raise _unwritable(folder, problem, error) from problem


@contextmanager
def scratch_folder(place: Path) -> Iterator[Path]:
    """A hidden folder beside ``place`` that is removed when the block ends.

    Raises:
        DataError: it cannot be made.
    """
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        remove_leftovers(place)
        folder = temporary(place, UNFINISHED)
        folder.mkdir()
    except OSError as problem:
        raise _unwritable(place, problem, DataError) from problem
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _obstacle(folder: Path, obstacle: Obstacle) -> str | None:
    if folder.is_symlink():
        return "is a link"
    if not folder.exists():
        return None
    if not folder.is_dir():
        return "is a file"
    return obstacle(folder) if any(folder.iterdir()) else None


def _replace(new: Path, folder: Path) -> None:
    """Renames ``new``; of an older folder of that name, one or the other is always whole."""
    try:
        new.rename(folder)  # over an empty folder, too
        return
    except OSError as problem:
        if problem.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
    old = temporary(folder, REPLACED)
    folder.rename(old)
    try:
        new.rename(folder)
    except BaseException:
        old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _sync_tree(folder: Path) -> None:
    """Forces a folder and all in it to disk; who may read the folder may read its files."""
    readers = folder.stat().st_mode & 0o666
    for path in folder.rglob("*"):
        if path.is_symlink():
            continue
        mode = path.stat().st_mode & 0o777
        if path.is_file() and mode | readers != mode:  # some libraries write for the owner only
            path.chmod(mode | readers)
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    """Forces a file, or the names in a folder, to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as problem:
        if problem.errno != errno.EINVAL:  # of a folder, on a file system that does not know it
            raise
    finally:
        os.close(descriptor)


def _system_error(problem: Exception) -> OSError | None:
    """The error of the system that an exception is, or that one of a library in Rust tells of."""
    if isinstance(problem, OSError):
        return problem
    told = _TOLD_BY_RUST.search(str(problem))
    return None if told is None else OSError(int(told[1]), os.strerror(int(told[1])))


def _concerns(problem: OSError, work: Path) -> bool:
    """Whether an error is one of a file in the folder that is being written."""
    name = problem.filename
    return isinstance(name, str | os.PathLike) and Path(name).is_relative_to(work)


def _unwritable(folder: Path, problem: OSError, error: type[SummError]) -> SummError:
    return error(
        f"{folder}: cannot be written ({problem.strerror}). Make room, or choose another place."
    )
