"""The page: a few static files of the package, held in memory, that load nothing from elsewhere."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI, Request, Response

_FOLDER = Path(__file__).parent / "static"
_FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/docs": ("docs.html", "text/html; charset=utf-8"),
    "/summ.css": ("summ.css", "text/css; charset=utf-8"),
    "/summ.js": ("summ.js", "text/javascript; charset=utf-8"),
    "/docs.js": ("docs.js", "text/javascript; charset=utf-8"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}


@dataclass(frozen=True)
class _File:
    """A file as it is sent."""

    content: bytes
    kind: str
    tag: str

    def response(self, request: Request) -> Response:
        # Asked for anew each time, since a newer version has the same addresses.
        headers = {"etag": self.tag, "cache-control": "no-cache"}
        if request.headers.get("if-none-match") == self.tag:
            return Response(status_code=304, headers=headers)
        return Response(self.content, media_type=self.kind, headers=headers)


def add_page(application: FastAPI) -> None:
    """Serves the page's files, and no others."""
    for address, (name, kind) in _FILES.items():
        content = (_FOLDER / name).read_bytes()
        tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        application.add_api_route(
            address,
            _File(content, kind, tag).response,
            methods=["GET", "HEAD"],
            include_in_schema=False,
        )
