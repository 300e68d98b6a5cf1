"""Processes that begin with summ imported: forks of a server, a fork of the tests' process.

To start Python and to import torch and transformers takes a processor six seconds; a fork takes
none.  What runs in it is what ``python -m`` runs, in a process of its own with its own folder,
environment, streams and signals.  What a test asks of the interpreter itself (how it starts, which
code it ends with) or of a launcher needs a new interpreter, and gets one elsewhere.
"""

import faulthandler
import gc
import importlib
import json
import multiprocessing
import os
import runpy
import select
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import forkserver, resource_tracker, util
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import IO, Any
from unittest import mock

MODELING = [f"transformers.models.{name}.modeling_{name}" for name in ("gpt2", "pegasus")]
FORKS = multiprocessing.get_context("forkserver")
# Everything that is slow to import.  None of it starts a thread, which a fork would lack.
SLOW = [
    "summ.cli",
    "summ.families.sentence.task",
    "summ.families.shortener.task",
    "summ.families.summarizer.task",
    "summ.pipelines.embed_files",
    "summ.pipelines.summarize",
    "summ.training.trainer",
    *MODELING,
]


def begin_server() -> None:
    """Forks the server, which costs next to nothing: to be called before any test has run.

    Python would start a new interpreter for it, and import everything once more.
    """
    with (
        mock.patch.object(util, "spawnv_passfds", _fork_server),
        mock.patch.object(resource_tracker, "ensure_running"),  # begun with the first process
    ):
        forkserver.ensure_running()


def _fork_server(_: str, __: list[str], handles: list[int]) -> int:
    if server := os.fork():
        return server
    try:
        faulthandler.disable()  # it has a handle of pytest's
        kept = [0, 1, 2, *sorted(handles)]
        for before, after in zip(kept, [*kept[1:], os.sysconf("SC_OPEN_MAX")], strict=True):
            os.closerange(before + 1, after)
        forkserver._forkserver._lock = threading.Lock()  # its owner is in the other process
        select.select(handles, [], [])  # whoever needs no process does not wait for imports
        for name in SLOW:
            importlib.import_module(name)
        gc.freeze()  # a run's every stage ends with a collection
        forkserver.main(*handles, [])
    finally:
        os._exit(0)


@dataclass(frozen=True)
class Forked:
    """A process, and our ends of its pipes."""

    process: BaseProcess
    stdin: IO[str]
    stderr: IO[str]

    def ended(self) -> bool:
        return self.process.exitcode is not None

    def end(self, timeout: float = 200) -> tuple[int, str]:
        """Waits for its end; returns the exit code (negative: of a signal) and its stderr."""
        with suppress(BrokenPipeError):
            self.stdin.close()
        errors = self.stderr.read()
        self.process.join(timeout)
        assert self.process.exitcode is not None, f"still running after {timeout} seconds"
        return self.process.exitcode, errors

    def send_signal(self, number: int) -> None:
        assert self.process.pid is not None
        os.kill(self.process.pid, number)

    def kill_when(self, there: Callable[[], object]) -> None:
        """SIGKILL as soon as something is there (or the process has ended)."""
        while not self.ended() and not there():
            time.sleep(0.01)
        self.process.kill()
        self.end()


def start(
    folder: Path,
    module: str,
    *arguments: object,
    environment: Mapping[str, str] | None = None,
    stdout: Connection | None = None,
) -> Forked:
    """``python -m module arguments`` in a folder, on one thread; its stdout is closed here."""
    (their_input, our_input), (our_errors, their_errors) = FORKS.Pipe(False), FORKS.Pipe(False)
    settings = {"OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true", **(environment or {})}
    process = FORKS.Process(
        target=_run,
        args=(
            folder,
            [module, *map(str, arguments)],
            settings,
            (their_input, stdout, their_errors),
        ),
    )
    process.start()
    for stream in (their_input, stdout, their_errors):
        if stream is not None:
            stream.close()
    return Forked(process, _file(our_input, "w"), _file(our_errors, "r"))


def start_group(folder: Path, size: int, module: str, *arguments: object) -> list[Forked]:
    """The same in several processes that find each other, as a launcher starts them."""
    port = free_port()
    return [
        start(folder, module, *arguments, environment=rank_environment(rank, size, port))
        for rank in range(size)
    ]


def call_group(function: Callable[..., None], size: int, *arguments: Any) -> None:
    """Calls a function of a module in several processes: with the rank first."""
    errors = Connection(os.dup(2), readable=False)  # what pytest shows of a test that fails
    group = [
        FORKS.Process(target=_call, args=(function, errors, rank, *arguments))
        for rank in range(size)
    ]
    for process in group:
        process.start()
    errors.close()
    for process in group:
        process.join(200)
    assert [process.exitcode for process in group] == [0] * size


@contextmanager
def forking_programs(folder: Path) -> Iterator[None]:
    """Programs ``summ`` and ``python`` (``-m module``) for a shell or a launcher.

    Each hands its streams and its environment to this process, which lets a fork run the module.
    """
    with (
        tempfile.TemporaryDirectory() as place,
        socket.socket(socket.AF_UNIX) as listener,
    ):
        listener.bind(f"{place}/socket")
        listener.listen()
        (folder / "client.py").write_text(_CLIENT)
        client = f'exec "{sys.executable}" -S "{folder}/client.py" "{place}/socket"'
        for name, line in (("summ", "summ"), ("python", "")):
            (folder / name).write_text(f'#!/bin/sh\n{client} {line} "$@"\n')
            (folder / name).chmod(0o755)
        threading.Thread(target=_serve, args=[listener], daemon=True).start()
        yield
        listener.shutdown(socket.SHUT_RDWR)


_CLIENT = """
import json, os, socket, sys
place, *command = sys.argv[1:]
server = socket.socket(socket.AF_UNIX)
server.connect(place)
command = [part for part in command if part != "-m"]
message = json.dumps([os.getcwd(), dict(os.environ), command])
socket.send_fds(server, [message.encode()], [0, 1, 2])
sys.exit(int(server.recv(16)))
"""


def _serve(listener: socket.socket) -> None:
    """One connection is one program, until the listener is shut."""
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_serve_one, args=[connection], daemon=True).start()


def _serve_one(connection: socket.socket) -> None:
    with connection:
        message, handles, _, _ = socket.recv_fds(connection, 1 << 16, 3)
        folder, environment, command = json.loads(message)
        stdin, *outputs = handles
        streams = (
            Connection(stdin, writable=False),
            *(Connection(o, readable=False) for o in outputs),
        )
        process = FORKS.Process(target=_run, args=(folder, command, environment, streams))
        process.start()
        for stream in streams:
            stream.close()
        process.join()
        connection.send(str(process.exitcode).encode())


def rank_environment(rank: int, size: int, port: int) -> dict[str, str]:
    """What launchers tell a process about its group."""
    return {
        "RANK": str(rank),
        "LOCAL_RANK": str(rank),
        "WORLD_SIZE": str(size),
        "LOCAL_WORLD_SIZE": str(size),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
    }


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _file(end: Connection, mode: str) -> IO[str]:
    """The same end of a pipe as a file."""
    file = os.fdopen(os.dup(end.fileno()), mode, encoding="utf-8")
    end.close()
    return file


def _call(function: Callable[..., None], errors: Connection, *arguments: Any) -> None:
    os.dup2(errors.fileno(), 2)
    function(*arguments)


def _run(
    folder: Path,
    command: list[str],
    environment: Mapping[str, str],
    streams: tuple[Connection | None, ...],
) -> None:
    """Becomes ``python -m command``; a stream that is not given leads nowhere."""
    import torch

    torch.set_num_threads(1)
    for place, stream in enumerate(streams):
        os.dup2(os.open(os.devnull, os.O_RDWR) if stream is None else stream.fileno(), place)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, encoding="utf-8", closefd=False)
    # A runner in the background may ignore signals, and children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    os.environ |= environment
    os.chdir(folder)
    sys.argv = command
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)
