"""The guard: an ASGI layer around the application that refuses, bounds and secures.

Bodies are read whole here, within their limits of size and time, before the application sees the
request: a slow client holds a connection and nothing else.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from summ.serving.access import Access, Refusal
from summ.serving.limits import Limits
from summ.text.controls import visible

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
_MOST_DIGITS = 15
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}


class Guard:
    """Lets requests through to an application, or answers them itself."""

    def __init__(self, application: Application, access: Access, limits: Limits) -> None:
        self._application, self._access, self._limits = application, access, limits
        self._held = 0  # bytes of bodies

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
            return
        if scope["type"] != "http":  # a web socket, which nothing here speaks
            await send({"type": "websocket.close", "code": 1002})
            return
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in scope["headers"]
        }
        secured = self._secured(send)
        refusal = self._access.refusal(scope["path"], headers)
        if refusal is None:
            refusal = self._too_large(headers.get("content-length", ""))
        if refusal is not None:
            await answer(secured, refusal)
            return
        body = bytearray()
        try:
            refusal = await self._read(receive, body)
            if refusal is not None:
                await answer(secured, refusal)
                return
            await self._application(scope, _again(bytes(body), receive), secured)
        finally:
            self._held -= len(body)

    def _too_large(self, length: str) -> Refusal | None:
        most = self._limits.body_bytes
        # Python refuses to read a number of thousands of digits.
        if length.isdecimal() and (len(length) > _MOST_DIGITS or int(length) > most):
            found = length[:_MOST_DIGITS]
            return Refusal(413, f"body: at most {most} bytes, found {found}. Send it in parts.")
        return None

    async def _read(self, receive: Receive, body: bytearray) -> Refusal | None:
        """Reads a body; says why, if it cannot be taken."""
        limits = self._limits
        try:
            async with asyncio.timeout(limits.body_seconds):
                while True:
                    message = await receive()
                    if message["type"] != "http.request":  # the client has left
                        return Refusal(400, "body: broken off. Send it again.")
                    part = message.get("body", b"")
                    body += part
                    self._held += len(part)
                    if len(body) > limits.body_bytes:
                        return Refusal(
                            413, f"body: at most {limits.body_bytes} bytes. Send it in parts."
                        )
                    if self._held > limits.all_body_bytes:
                        return Refusal(503, "server: too many large requests. Try again later.")
                    if not message.get("more_body"):
                        return None
        except TimeoutError:
            return Refusal(
                408, f"body: not complete within {limits.body_seconds:g} s. Send it faster."
            )

    def _secured(self, send: Send) -> Send:
        """Adds the headers that bind browsers; gives up on a client that takes nothing."""

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
                message["headers"] = [*message.get("headers", []), *own]
            async with asyncio.timeout(self._limits.send_seconds):
                await send(message)

        return secured


async def answer(send: Send, refusal: Refusal) -> None:
    """Sends one line that says what is wrong, as JSON; the connection is then closed."""
    body = json.dumps({"error": visible(refusal.message)}, ensure_ascii=False).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    if refusal.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _again(body: bytes, receive: Receive) -> Receive:
    """A receiver that hands over a body that was read already."""
    given = False

    async def receiver() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receiver
