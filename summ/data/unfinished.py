"""Names of what is not finished: ``.NAME.HOST-PROCESS-TOKEN.unfinished``, and who removes it.

What is being written has such a name beside its own.  What a process that was killed left behind
is removed when NAME is written again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import re
import secrets
import shutil
from collections.abc import Collection
from pathlib import Path

_LONGEST_NAME = 255  # bytes, on every common file system
_TEMPORARY = re.compile(
    r"\.(?P<name>.+)\.(?P<host>[0-9a-f]{6})-(?P<process>[0-9]+)-[0-9a-f]{8}\."
    r"(?P<state>unfinished|replaced)",
    re.DOTALL,
)
# A folder is unfinished until it gets its name, and replaced once another has taken that name.
UNFINISHED, REPLACED = "unfinished", "replaced"


def final_name(name: str) -> str:
    """The name that a file or folder of this temporary name would get; another stays as it is."""
    parts = _TEMPORARY.fullmatch(name)
    return name if parts is None else parts["name"]


def remove_folder(folder: Path) -> None:
    """Removes a folder and all in it; none that is half there keeps its name.

    Raises:
        OSError: it cannot be moved out of the way.
    """
    doomed = temporary(folder, UNFINISHED)
    folder.rename(doomed)
    shutil.rmtree(doomed, ignore_errors=True)


def remove_all_leftovers(folder: Path, names: Collection[str] | None = None) -> None:
    """Removes what was left unfinished in a folder where nobody else is writing now.

    Args:
        names: of the files and folders that it was meant for; None: any.
    """
    targets = {final_name(path.name) for path in folder.glob(".*")} if folder.is_dir() else set()
    for name in targets if names is None else targets & set(names):
        remove_leftovers(folder / name, alone=True)


def _host() -> str:
    return hashlib.sha256(platform.node().encode("utf-8", "replace")).hexdigest()[:6]


def _stem(target: Path) -> str:
    """The part of a temporary name that stands for the target's."""
    name = os.fsencode(target.name)
    return target.name if len(name) <= _LONGEST_NAME - 50 else hashlib.sha256(name).hexdigest()


def temporary(target: Path, state: str) -> Path:
    """A name that nobody else has, hidden, and beside the target: a rename stays on one disk."""
    token = f"{_host()}-{os.getpid()}-{secrets.token_hex(4)}"
    return target.with_name(f".{_stem(target)}.{token}.{state}")


def remove_leftovers(target: Path, alone: bool = False) -> None:
    """Removes what processes of this host that have died left of their work on the target.

    A folder that was moved aside for another that never came gets its name back.

    Args:
        alone: nobody works on the target, so what other hosts left is removed as well, and what a
            process left whose number another has now.
    """
    for path in _temporaries(target):
        parts = _TEMPORARY.fullmatch(path.name)
        if parts is None:
            continue
        if not alone and (parts["host"] != _host() or _is_alive(int(parts["process"]))):
            continue
        with contextlib.suppress(OSError):
            if parts["state"] == REPLACED and not target.exists():
                path.rename(target)
            elif path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


def _temporaries(target: Path) -> list[Path]:
    """The temporary files and folders of a target, of whatever process."""
    start = f".{_stem(target)}."
    try:
        return [path for path in target.parent.iterdir() if path.name.startswith(start)]
    except OSError:
        return []


def _is_alive(process: int) -> bool:
    """Whether a process of this host runs."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # somebody else's
    return True
