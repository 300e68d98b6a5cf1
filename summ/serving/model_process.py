"""The models in a process of their own: loaded beside the server, which stays free for its clients.

What loads them takes two seconds and more, most of it the import of torch; what serves needs none
of it.  Beside each other they start sooner, and a page comes at once while the models compute.
"""

from __future__ import annotations

import gc
import multiprocessing
import signal
import sys
import traceback
from collections.abc import Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkContext, SpawnContext
from pathlib import Path
from typing import Any

from summ.errors import SummError
from summ.serving.operations import Load, Models, Operation, Result


class ModelsLostError(SummError):
    """The process of the models has ended, and not because it was told to."""


class ModelProcess:
    """The models of a server, elsewhere; they end with this process, however it ends."""

    def __init__(self, model: Path | None, encoder: Path | None, device: str | None) -> None:
        """Starts the process; the arguments are those of ``Models``."""
        context = _context()
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=_work, args=(theirs, model, encoder, device), name="models", daemon=True
        )
        self._process.start()
        theirs.close()

    def run(self, operation: Operation, texts: Sequence[str]) -> list[Result]:
        """What ``Models.run`` returns there.

        Raises:
            ModelsLostError: the process has ended.
            SummError: a text or an option cannot be used.
        """
        try:
            self._connection.send((operation, list(texts)))
            outcome = self._connection.recv()
        except (EOFError, OSError) as error:
            self._process.join(1)
            raise ModelsLostError(
                f"models: their process ended (exit code {self._process.exitcode}); -9 is often "
                "a lack of memory. Start the server again, with shorter texts."
            ) from error
        if isinstance(outcome, BaseException):
            raise outcome
        results: list[Result] = outcome
        return results


def _context() -> ForkContext | SpawnContext:
    """A fork of what has imported little is ready at once, but only Linux does it well."""
    if sys.platform == "linux":
        return multiprocessing.get_context("fork")
    return multiprocessing.get_context("spawn")


def _work(
    connection: Connection, model: Path | None, encoder: Path | None, device: str | None
) -> None:
    """Answers what comes until the server ends."""
    # Ctrl-C reaches both; the server says when it is over, and what runs is answered first.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # until the models are loaded: what is made till then stays
    models = Models(model, encoder, device)
    loaded = _outcome(models, Load(), [""])  # before anybody asks for it
    ends: list[Any] = [connection]
    if server := multiprocessing.parent_process():
        ends.append(server.sentinel)  # readable as soon as the server has ended
    while connection in wait(ends):
        try:
            operation, texts = connection.recv()
        except EOFError:
            return
        known = loaded if operation == Load() else None
        connection.send(known or _outcome(models, operation, texts))


def _outcome(
    models: Models, operation: Operation, texts: Sequence[str]
) -> list[Result] | BaseException:
    try:
        return models.run(operation, texts)
    except SummError as error:
        return error
    except Exception:  # a defect: its traceback is all that can be sent of it for sure
        return RuntimeError(f"in the process of the models:\n{traceback.format_exc()}")
