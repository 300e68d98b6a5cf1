"""Limits: how much one request, and all of them together, may ask for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What the server takes.

    Attributes:
        body_bytes: of one request.
        all_body_bytes: of all requests that are being read or answered.
        texts: in one request; ``lines`` where each line is a text.
        words: of one text, as users count them.
        all_words: of all texts of a request.
        waiting_texts: texts of all requests that wait for the models.
        body_seconds: in which a body must have arrived.
        header_seconds: in which a request's first lines must have arrived.
        send_seconds: in which a client must take what is sent to it.
        read_seconds: processor time for reading one file.
        connections: at once.
    """

    body_bytes: int = 8 << 20
    all_body_bytes: int = 64 << 20
    texts: int = 1_000
    lines: int = 10_000
    words: int = 50_000
    all_words: int = 200_000
    waiting_texts: int = 4_096
    body_seconds: float = 20.0
    header_seconds: float = 10.0
    send_seconds: float = 20.0
    read_seconds: int = 20
    connections: int = 512
