"""Access: which requests are answered at all, by their headers.

A page of another site must not post to a server on one's own machine (its ``Origin`` says so), and
must not reach it under a name of its own (DNS rebinding: the ``Host`` says so).
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_ANY = frozenset({"0.0.0.0", "::"})
# Served to anybody: the page is no secret, and containers are asked whether they are well.
_OPEN = frozenset({"/api/health"})


@dataclass(frozen=True)
class Refusal:
    """An answer to a request that is not let in."""

    status: int
    message: str


@dataclass(frozen=True)
class Access:
    """Who may ask.

    Attributes:
        host: that the server is bound to.
        token: without which nothing but the page is served; None if anybody on this machine may
            ask.
    """

    host: str
    token: str | None = None

    def refusal(self, path: str, headers: Mapping[str, str]) -> Refusal | None:
        """Why a request is not let in; None if it is.

        Args:
            headers: by their names in lower case.
        """
        host = headers.get("host", "")
        if not self._is_own(_name_of(host)):
            return Refusal(
                403, f"Host: not a name of this server, found {host[:80]!r}. Use its address."
            )
        guarded = path.startswith("/api/") or path == "/metrics"
        if not guarded:
            return None
        origin = headers.get("origin")
        if origin is not None and origin.lower() not in {f"http://{host}", f"https://{host}"}:
            return Refusal(
                403, f"Origin: another site, found {origin[:80]!r}. Open the page of this server."
            )
        if headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
            return Refusal(403, "Sec-Fetch-Site: another site. Open the page of this server.")
        if self.token is not None and path not in _OPEN:
            return self._token_refusal(headers.get("authorization", ""))
        return None

    def _is_own(self, name: str) -> bool:
        """Whether a name is the server's; with a token, one bound everywhere has any name."""
        return name in LOOPBACK or name == self.host.lower() or self.host in _ANY

    def _token_refusal(self, authorization: str) -> Refusal | None:
        scheme, _, given = authorization.partition(" ")
        expected = (self.token or "").encode()
        # In constant time, whatever was sent.
        right = hmac.compare_digest(given.strip().encode("utf-8", "replace"), expected)
        if scheme.lower() == "bearer" and right:
            return None
        found = "a wrong one" if authorization else "none"
        return Refusal(
            401, f"Authorization: a token is needed, found {found}. Send 'Bearer' and the token."
        )


def _name_of(host: str) -> str:
    """The name in a ``Host`` header, without brackets and port."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).lower()
