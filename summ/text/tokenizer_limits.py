"""What a tokenizer.json may ask for: it is a program, and may come from anywhere.

Its normalizers replace text by text, so that a few of them in a row can make a gigabyte of a
sentence; its regular expressions can take ages.  Both are refused before the file is used.
"""

from __future__ import annotations

import base64
import os
import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from summ.errors import CheckpointError
from summ.text.bounded_json import bounded_json

_MOST_BYTES = 1 << 26  # of the file; those of 250,000 pieces have 20 MB
_MOST_LEVELS = 20
_MOST_GROWTH = 1000  # characters that all replacements together may make of one
_LONGEST_PATTERN = 2000
_STDERR = threading.Lock()  # one thread at a time turns it aside
# A class of characters, a property of them, or one that is escaped: one character each.
_ONE_CHARACTER = re.compile(r"\\[pP]\{[^}]*\}|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]")
# A quantifier of a group, or of a quantifier: the two ways to a search that never ends.  A group
# that may be missing is harmless; a question mark or plus behind a quantifier has other meanings.
_NESTED = re.compile(r"\)\s*(?:[*+]|\{\d)|[*+}]\s*(?:\*|\{\d)")


def check_tokenizer(path: Path) -> None:
    """Passes where the tokenizer in a file takes time and memory in proportion to its texts.

    Raises:
        ValueError: it does not, or the file is too large or no JSON object.
        OSError: the file cannot be read.
    """
    described = bounded_json(path, _MOST_BYTES)
    if not isinstance(described, dict):
        raise ValueError(f"must be an object, found a {type(described).__name__}")
    growth = 1.0
    for step in _steps({key: part for key, part in described.items() if key != "model"}):
        if step.get("type") == "Precompiled":
            _check_charsmap(step.get("precompiled_charsmap"))
        pattern = step.get("Regex")
        if isinstance(pattern, str) and may_take_ages(pattern):
            raise ValueError(f"a regular expression that may take ages, {pattern[:60]!r}")
        for key in ("content", "prepend"):
            if "type" in step and isinstance(text := step.get(key), str):
                growth *= max(len(text), 1)
    if growth > _MOST_GROWTH:
        raise ValueError("it makes far more of a text than there was")


def _check_charsmap(encoded: Any) -> None:
    """Passes where a map of characters is as long as it says; else the library would panic."""
    content = base64.b64decode(encoded, validate=True) if isinstance(encoded, str) else b""
    size = int.from_bytes(content[:4], "little")
    if not 4 <= size <= len(content) - 4 or size % 4:
        raise ValueError("a damaged map of characters")


@contextmanager
def tokenizing(foreign: bool = False) -> Iterator[None]:
    """A block in which the tokenizer works, whose library has one kind of error for all.

    A panic of the library, which is written in Rust, is no Exception, and would pass all that
    handles those.

    Args:
        foreign: whether the tokenizer may panic; then the lines that a panic writes to stderr
            are held back.

    Raises:
        CheckpointError: the tokenizer fails.
    """
    try:
        with _without_panics() if foreign else nullcontext():
            yield
    except BaseException as error:
        if not isinstance(error, Exception) and not _is_panic(error):
            raise
        reason = " ".join(str(error).split())[:200]
        raise CheckpointError(
            f"the vocabulary's tokenizer fails ({reason}). Get the model again."
        ) from error


def may_panic(tokenizer_json: str) -> bool:
    """Whether a tokenizer has patterns of its own, whose search the library may give up."""
    return '"Regex"' in tokenizer_json


@contextmanager
def _without_panics() -> Iterator[None]:
    """Holds back what is written to stderr meanwhile; drops it where the block panics."""
    with _STDERR, tempfile.TemporaryFile() as held:
        try:
            stderr = os.dup(2)
        except OSError:  # closed: nothing can be written
            yield
            return
        os.dup2(held.fileno(), 2)
        panicked = False
        try:
            yield
        except BaseException as error:
            panicked = _is_panic(error)
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
            held.seek(0)
            # Another thread may have written, too.
            if not panicked and (written := held.read()):
                with suppress(OSError):
                    os.write(2, written)


def _is_panic(error: BaseException) -> bool:
    return type(error).__name__ == "PanicException"


def may_take_ages(pattern: str) -> bool:
    """Whether a search by a regular expression may be exponential in the length of a text."""
    too_long = len(pattern) > _LONGEST_PATTERN
    return too_long or _NESTED.search(_ONE_CHARACTER.sub("x", pattern)) is not None


def _steps(described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every object in a description, without recursion."""
    waiting: list[tuple[Any, int]] = [(described, 0)]
    while waiting:
        value, level = waiting.pop()
        if level > _MOST_LEVELS:
            raise ValueError(f"more than {_MOST_LEVELS} levels")
        if isinstance(value, dict):
            yield value
            waiting += ((item, level + 1) for item in value.values())
        elif isinstance(value, list):
            waiting += ((item, level + 1) for item in value)
