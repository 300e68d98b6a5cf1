"""The server: a socket, the application behind its guard, and the models that it asks."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import Any, Protocol

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from summ.errors import ConfigError
from summ.serving.access import LOOPBACK, Access
from summ.serving.answers import Answers
from summ.serving.app import build_app
from summ.serving.batching import Batcher
from summ.serving.guard import Guard
from summ.serving.limits import Limits
from summ.serving.metrics import Metrics
from summ.serving.model_process import ModelsLostError
from summ.serving.operations import ImportTheRest, Load, Operation, Result, Summarize

_FIRST = "The council said on Monday that it will close the bridge."
_GRACE_SECONDS = 4
_PAUSE = 3.0  # seconds after the models are read, in which the first texts come
_SHORTEST_TOKEN = 16


def check_token(host: str, token: str | None) -> None:
    """Refuses to be open to others.

    Raises:
        ConfigError: another host without a token, or a token that can be guessed.
    """
    if token is None and host not in LOOPBACK:
        raise ConfigError(
            f"host {host}: others could use it, and no token was given. Give --token."
        )
    if token is not None and (len(token) < _SHORTEST_TOKEN or not token.isascii()):
        raise ConfigError(
            f"token: must have at least {_SHORTEST_TOKEN} ASCII characters, found {len(token)}. "
            "Make one with `openssl rand -hex 16`."
        )


def bind(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises:
        ConfigError: the address is not one of this machine, or is in use.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, so that asyncio sends at once (TCP_NODELAY): otherwise each answer on a connection but
    # the first waits 40 ms for the browser's acknowledgement of its head.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise ConfigError(
            f"{host}:{port}: cannot be bound ({error.strerror or error}). Give another --port "
            "or --host."
        ) from error
    return listener


class RunsOperations(Protocol):
    """Models, here or in a process of their own."""

    def run(self, operation: Operation, texts: Sequence[str]) -> list[Result]:
        """One result for each text."""


class Server:
    """Application and models, ready to be run."""

    def __init__(
        self, models: RunsOperations, access: Access, limits: Limits | None = None
    ) -> None:
        limits = limits or Limits()
        self._models = models
        self.batcher: Batcher[Operation, Result] = Batcher(
            self._run_models, most_waiting=limits.waiting_texts, observe=self._observe
        )
        self.metrics = Metrics(lambda: self.batcher.waiting)
        self._limits = limits
        self._ready = False
        self._failure: BaseException | None = None
        self._uvicorn: uvicorn.Server | None = None
        answers = Answers(self.batcher, limits, count())
        inner = build_app(answers, limits, self.metrics, lambda: self._ready)
        inner.router.lifespan_context = self._lifespan
        self.application: Any = Guard(inner, access, limits)

    def run(self, listener: socket.socket) -> None:
        """Serves until a signal comes; what runs is then answered.

        Raises:
            SummError: the models cannot be loaded.
        """
        config = uvicorn.Config(
            self.application,
            http=_protocol(self._limits.header_seconds),
            ws="none",
            log_level="error",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=self._limits.connections,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        self._uvicorn = uvicorn.Server(config)
        self._uvicorn.run(sockets=[listener])
        if self._failure is not None:
            raise self._failure

    def _run_models(self, operation: Operation, texts: Sequence[str]) -> list[Result]:
        try:
            return self._models.run(operation, texts)
        except ModelsLostError as error:
            self._end(error)
            raise

    def _end(self, failure: BaseException) -> None:
        """Ends the server, which cannot go on; ``run`` raises the failure."""
        self._failure = failure
        if self._uvicorn is not None:
            self._uvicorn.should_exit = True

    def _observe(self, texts: int) -> None:
        self.metrics.batch(texts)

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        """Loads the models beside the first requests, which wait in the same queue."""
        self.batcher.start()
        loading = asyncio.create_task(self._load())
        try:
            yield
        finally:
            loading.cancel()
            with suppress(asyncio.CancelledError):
                await loading
            self.batcher.stop(0.5)

    async def _load(self) -> None:
        try:
            await self.batcher.submit(Load(), [""])
            self._ready = True
            # The first summary takes twice as long as others; a user's that waits comes before it.
            await self.batcher.submit(Summarize(5, None, "auto", 1), [_FIRST])
            await asyncio.sleep(_PAUSE)
            await self.batcher.submit(ImportTheRest(), [""])
        except Exception as error:
            self._end(error)


def _protocol(seconds: float) -> type[H11Protocol]:
    """HTTP whose connections end unless a request's first lines arrive in time.

    uvicorn itself waits for them for ever; a few hundred idle connections would be all it takes.
    """

    class TimedProtocol(H11Protocol):
        _deadline: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._watch()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._watch()

        def on_response_complete(self) -> None:
            super().on_response_complete()
            self._watch()

        def connection_lost(self, exc: Exception | None) -> None:
            if self._deadline is not None:
                self._deadline.cancel()
            super().connection_lost(exc)

        def _watch(self) -> None:
            """Runs a clock exactly while no request is being answered."""
            answering = self.cycle is not None and not self.cycle.response_complete
            if answering and self._deadline is not None:
                self._deadline.cancel()
                self._deadline = None
            elif not answering and self._deadline is None:
                self._deadline = self.loop.call_later(seconds, self.transport.close)

    return TimedProtocol


def address(listener: socket.socket, token: str | None) -> str:
    """Where a browser finds the page; the part behind # is not sent to anybody."""
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    shown = f"[{shown}]" if ":" in shown else shown
    return f"http://{shown}:{port}/" + (f"#token={token}" if token else "")
