"""Calendars as on-call tools export them, and a server that hands them out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer


def calendar(*events: str, head: str = "") -> bytes:
    """Return a calendar of events, each given as its lines."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", *head.splitlines()]
    for number, event in enumerate(events):
        lines += ["BEGIN:VEVENT", f"UID:{number}@test", "DTSTAMP:20260101T000000Z"]
        lines += [line.strip() for line in event.strip().splitlines()]
        lines += ["END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def shift(start: str, end: str, summary: str, *more: str) -> str:
    """Return the lines of an event."""
    return "\n".join([f"DTSTART{start}", f"DTEND{end}", f"SUMMARY:{summary}", *more])


@dataclass
class Feed:
    """What the server hands out at ``/feed``; set its fields to make it misbehave."""

    body: bytes = b""
    status: int = 200
    location: str = ""
    hang: bool = False
    cut: bool = False
    asked: int = 0
    base: str = ""
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"{self.base}/feed?token=secret"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked += 1
        if self.hang:
            await self.let_go.wait()
        if self.cut:
            response = web.StreamResponse(headers={"Content-Length": str(len(self.body) + 1)})
            await response.prepare(request)
            await response.write(self.body)
            assert request.transport is not None
            request.transport.close()
            return response
        headers = {"Location": self.location} if self.location else {}
        return web.Response(body=self.body, status=self.status, headers=headers, content_type="text/calendar")


@asynccontextmanager
async def feed_server() -> AsyncIterator[Feed]:
    """Serve a feed over HTTP on loopback."""
    feed = Feed()
    app = web.Application()
    app.router.add_get("/feed", feed.answer)
    app.router.add_get("/other", feed.answer)
    async with TestServer(app) as server:
        feed.base = str(server.make_url("")).rstrip("/")
        try:
            yield feed
        finally:
            feed.let_go.set()
