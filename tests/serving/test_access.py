"""Who is let in, and what a guard lets through."""

import asyncio
import socket

import pytest

from summ.errors import ConfigError
from summ.serving.access import Access
from summ.serving.guard import Guard
from summ.serving.limits import Limits
from summ.serving.server import bind, check_token

OWN = {"host": "127.0.0.1:8000"}
TOKEN = "0123456789abcdef"


def status(access: Access, path: str = "/api/summarize", **headers: str) -> int:
    given = OWN | {name.replace("_", "-"): value for name, value in headers.items()}
    refusal = access.refusal(path, given)
    return 200 if refusal is None else refusal.status


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "LOCALHOST:1", "[::1]:8000"])
def test_own_names_are_let_in(host):
    assert status(Access("127.0.0.1"), host=host) == 200


@pytest.mark.parametrize(
    "host", ["", "evil.example", "evil.example:8000", "127.0.0.1.evil.example", "[::2]:8000"]
)
def test_other_names_are_dns_rebinding(host):
    assert status(Access("127.0.0.1"), path="/", host=host) == 403
    assert status(Access("127.0.0.1"), host=host) == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9000"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ],
)
def test_other_sites_are_refused(headers):
    assert status(Access("127.0.0.1"), **headers) == 403


def test_the_page_itself_is_let_in():
    assert status(Access("127.0.0.1"), origin="http://127.0.0.1:8000") == 200


@pytest.mark.parametrize(
    ("authorization", "expected"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer {TOKEN}", 200),
        ("", 401),
        ("Bearer ", 401),
        (f"Bearer {TOKEN}x", 401),
        (f"Basic {TOKEN}", 401),
        ("Bearer \u00ff\u00fe", 401),
    ],
)
def test_a_token_is_asked_for(authorization, expected):
    access = Access("0.0.0.0", TOKEN)
    assert status(access, host="box.example", authorization=authorization) == expected
    assert status(access, "/metrics", authorization=authorization) == expected
    assert status(access, "/") == status(access, "/api/health") == 200


@pytest.mark.parametrize(
    ("host", "token", "message"),
    [
        ("0.0.0.0", None, "no token was given"),
        ("127.0.0.1", "short", "at least 16"),
        ("127.0.0.1", "é" * 20, "ASCII"),
    ],
)
def test_a_server_is_not_opened_to_others_by_mistake(host, token, message):
    with pytest.raises(ConfigError, match=message):
        check_token(host, token)


async def echo(scope, receive, send) -> None:
    message = await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": message["body"]})


def through(parts, limits, takes=True, length=None):
    """What the guard sends for a body that arrives in parts; None never arrives."""
    sent: list[dict] = []
    waiting = iter(parts)

    async def receive():
        part = next(waiting, None)
        if part is None:
            await asyncio.Event().wait()
        return part

    async def send(message):
        if not takes:
            await asyncio.Event().wait()
        sent.append(message)

    headers = [(b"host", b"localhost")]
    if length is not None:
        headers.append((b"content-length", str(length).encode()))
    scope = {"type": "http", "path": "/api/summarize", "headers": headers}
    guard = Guard(echo, Access("127.0.0.1"), limits)
    asyncio.run(guard(scope, receive, send))
    assert guard._held == 0
    return sent


def part(body: bytes, more: bool = False) -> dict:
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_body_arrives_whole_and_the_answer_binds_browsers():
    start, body = through([part(b"ab", True), part(b"cd")], Limits(body_bytes=4))
    assert body["body"] == b"abcd"
    policy = dict(start["headers"])[b"content-security-policy"].decode()
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_a_body_that_is_too_long_is_refused_before_and_while_it_arrives():
    limits = Limits(body_bytes=3)
    assert through([], limits, length=4)[0]["status"] == 413
    assert through([], limits, length="9" * 5000)[0]["status"] == 413
    assert through([part(b"ab", True), part(b"cd", True)], limits)[0]["status"] == 413
    assert through([part(b"abc")], Limits(all_body_bytes=2))[0]["status"] == 503


def test_a_body_that_does_not_arrive_ends_the_request():
    assert through([part(b"ab", True)], Limits(body_seconds=0.01))[0]["status"] == 408
    assert through([{"type": "http.disconnect"}], Limits())[0]["status"] == 400


def test_a_client_that_takes_nothing_is_given_up():
    with pytest.raises(TimeoutError):
        through([part(b"a")], Limits(send_seconds=0.01), takes=False)


def test_answers_are_sent_at_once():
    """Without TCP_NODELAY every answer on a kept connection waits 40 ms for an acknowledgement."""

    async def delays() -> int:
        accepted: asyncio.Future[asyncio.Transport] = asyncio.get_running_loop().create_future()

        class Seen(asyncio.Protocol):
            def connection_made(self, transport):
                accepted.set_result(transport)

        with bind("127.0.0.1", 0) as listener:
            server = await asyncio.get_running_loop().create_server(Seen, sock=listener)
            _, writer = await asyncio.open_connection(*listener.getsockname())
            transport = await accepted
            found = transport.get_extra_info("socket").getsockopt(
                socket.IPPROTO_TCP, socket.TCP_NODELAY
            )
            writer.close()
            server.close()
        return found

    assert asyncio.run(delays())
