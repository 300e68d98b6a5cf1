"""One run at a time writes into a folder: a lock that ends with the process that holds it."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import platform
import time
import weakref
from contextlib import suppress
from pathlib import Path

from summ.errors import ConfigError

log = logging.getLogger("summ.train")

LOCK = ".lock"
# Workers that load texts hold the lock of a process that was killed until they notice it.
_PATIENCE = 10.0
_UNKNOWN = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)  # to the file system: no locks at all


class RunLock:
    """The right to write into a run's folder, held by its main process.

    The system takes it back when the process ends, however it ends.  The file tells others whose
    it is; it is removed with the lock, and one that a killed process left is taken over.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / LOCK
        self._made: list[Path] = []
        self._close: weakref.finalize[[int], RunLock] | None = None

    def acquire(self) -> None:
        """Takes the lock, and makes the folder.

        Raises:
            ConfigError: another process has it, or the folder cannot be written.
        """
        folder = self.path.parent
        try:
            self._made = [f for f in (folder, *folder.parents) if not f.exists()]
            folder.mkdir(parents=True, exist_ok=True)
            ends = time.monotonic() + _PATIENCE
            while not self._try():
                owner = self._owner()
                if not _has_ended(owner) or time.monotonic() > ends:
                    raise ConfigError(
                        f"{folder}: another run ({owner or 'pid unknown'}) is writing here. Wait "
                        "for its end, or choose another --output."
                    )
                time.sleep(0.1)
        except OSError as error:
            self.release()
            raise ConfigError(
                f"{folder}: cannot be written ({error.strerror}). Choose another --output."
            ) from error

    def release(self) -> None:
        """Gives the lock back; folders that were made for it alone are removed."""
        if self._close is not None:
            with suppress(OSError):
                self.path.unlink()
            self._close()
            self._close = None
        with suppress(OSError):
            for folder in self._made:
                folder.rmdir()
        self._made = []

    def _try(self) -> bool:
        """Whether the lock is ours now."""
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not _is_same(file, self.path):  # its owner removed it while we opened it
                os.close(file)
                return self._try()
        except OSError as error:
            if error.errno not in _UNKNOWN:
                os.close(file)
                if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
                    return False
                raise
            log.warning("%s: cannot be locked. Let no other run write there.", self.path.parent)
        os.truncate(file, 0)
        os.pwrite(file, f"pid {os.getpid()} on {platform.node()}".encode(), 0)
        self._close = weakref.finalize(self, os.close, file)
        return True

    def _owner(self) -> str:
        """Which process has the lock, as it wrote itself; nothing if it is just beginning."""
        try:
            with self.path.open("rb") as file:
                text = file.read(200).decode("utf-8", "replace")
        except OSError:
            return ""
        return text.removesuffix(f" on {platform.node()}")


def _is_same(file: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file), path.stat(follow_symlinks=False))
    except FileNotFoundError:
        return False


def _has_ended(owner: str) -> bool:
    """Whether a process of this host, by its name in the lock, has ended."""
    pid = owner.removeprefix("pid ")
    if not pid.isdecimal():
        return not owner  # not yet written, so wait; or of another host
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, OverflowError):
        return True
    except OSError:
        pass
    return False
