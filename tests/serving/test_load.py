"""Many clients, and hostile ones, at a real server: nothing lost, mixed up or held up."""

import asyncio
import json
import os
import socket
import statistics
import time
from pathlib import Path

import httpx
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
CLIENTS, SECONDS = 64, float(os.environ.get("SUMM_LOAD_SECONDS", "20"))


def numbered(client: int, turn: int) -> str:
    number = 1_000 * client + turn
    return (
        f"The council of town {number} said on Monday that the bridge over the river will be "
        "closed for a year, after two checks found cracks in its pillars."
    )


def ask(address: str, text: str) -> dict:
    response = httpx.post(f"{address}api/summarize", json={"texts": [text]}, timeout=120)
    assert response.status_code == 200, response.text
    return response.json()["summaries"][0]


def test_64_clients_lose_nothing_and_get_their_own(address):
    ask(address, numbered(0, 0))
    seconds: list[float] = []

    async def one(client: int, until: float) -> None:
        # Without certificates, which take longer to read than the others' turns.
        async with httpx.AsyncClient(timeout=300, verify=False) as asker:
            turn = 0
            while time.monotonic() < until:
                text = numbered(client, turn)
                name = f"{client}/{turn}"
                begun = time.monotonic()
                # With as many words as the text has, it comes back as it is: whose is it?
                response = await asker.post(
                    f"{address}api/summarize",
                    json={
                        "records": [{"id": name, "text": text}, {"id": "whole", "text": text[:40]}],
                        "words": 12,
                    },
                )
                seconds.append(time.monotonic() - begun)
                assert response.status_code == 200, response.text
                short, whole = response.json()["summaries"]
                assert (short["id"], whole["summary"]) == (name, text[:40].strip())
                turn += 1

    async def everybody() -> None:
        until = time.monotonic() + SECONDS
        await asyncio.gather(*(one(client, until) for client in range(CLIENTS)))

    asyncio.run(everybody())
    told = os.environ.get("SUMM_SCREENSHOTS")
    if told:
        quantiles = statistics.quantiles(seconds, n=20)
        figures = {"requests": len(seconds), "median": quantiles[9], "p95": quantiles[18]}
        (Path(told) / "load.json").write_text(json.dumps(figures | {"seconds": SECONDS}))
    assert len(seconds) >= CLIENTS


def test_slow_and_broken_clients_hold_nobody_up(address):
    """Headers that never end, bodies that never come, and nonsense; others are answered."""
    host, port = address.removeprefix("http://").rstrip("/").split(":")
    beginnings = [
        b"",
        b"POST /api/summarize HTTP/1.1\r\nHost: localhost\r\n",
        b"POST /api/summarize HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n\r\n{",
        b"\x16\x03\x01\x02\x00\x01\x00",
    ]
    sockets = [socket.create_connection((host, int(port))) for _ in range(200)]
    try:
        for number, one in enumerate(sockets):
            one.sendall(beginnings[number % len(beginnings)])
        assert ask(address, numbered(1, 1))["summary"]
        # Within the limits of time for headers and bodies, all of them are let go.
        for one in sockets:
            one.settimeout(60)
            while one.recv(4096):
                pass
    finally:
        for one in sockets:
            one.close()


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (b"Host: evil.example", b"403"),
        (b"Host: localhost\r\nOrigin: https://evil.example", b"403"),
        (b"Host: localhost\r\nContent-Length: 99999999999", b"413"),
    ],
)
def test_hostile_requests_are_refused_before_their_body(address, lines, status):
    host, port = address.removeprefix("http://").rstrip("/").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as one:
        one.sendall(b"POST /api/summarize HTTP/1.1\r\n" + lines + b"\r\n\r\n")
        assert one.recv(4096).split()[1] == status
