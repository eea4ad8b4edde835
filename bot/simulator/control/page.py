"""Serves the softphone: the page at ``/``, and its files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp import hdrs, web

from bot.simulator.refusal import Refusal

FOLDER: Final = Path(__file__).parents[1] / "page"
"""Where the files are."""

_TYPES: Final = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}

HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    "Cache-Control": "no-cache",
    "Vary": "Accept",
}
"""What every file comes with. Images as ``data:`` are those in the style sheet of the vendored pico.css."""


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    kind: str
    etag: str


class Page:
    """The softphone's files, read once.

    Args:
        help_text: gives what is answered at ``/`` to those who are no browser.
    """

    def __init__(self, help_text: Callable[[], str]) -> None:
        self._help = help_text
        self._files = {
            path.relative_to(FOLDER).as_posix(): _read(path, _TYPES[path.suffix])
            for path in sorted(FOLDER.rglob("*"))
            if path.suffix in _TYPES
        }

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the page, its files, and the help text."""
        return [
            web.get("/", self._first),
            web.get("/simulator/help", self._show_help),
            web.get("/simulator/page/{path:.+}", self._file),
        ]

    async def _first(self, request: web.Request) -> web.Response:
        if "text/html" in request.headers.get(hdrs.ACCEPT, ""):
            return _answer(request, self._files["index.html"])
        return await self._show_help(request)

    async def _show_help(self, _request: web.Request) -> web.Response:
        return web.Response(text=self._help(), headers={"Vary": "Accept"})

    async def _file(self, request: web.Request) -> web.Response:
        file = self._files.get(request.match_info["path"])
        if file is None:
            raise Refusal(404, f"the page has no file {request.match_info['path']}")
        return _answer(request, file)


def _read(path: Path, kind: str) -> _File:
    content = path.read_bytes()
    return _File(content, kind, hashlib.sha256(content).hexdigest()[:32])


def _answer(request: web.Request, file: _File) -> web.Response:
    known = request.if_none_match
    if known is not None and any(tag.value == file.etag for tag in known):
        response = web.Response(status=304, headers=HEADERS)
    else:
        response = web.Response(body=file.content, content_type=file.kind, charset="utf-8", headers=HEADERS)
    response.etag = file.etag
    return response
