"""A platform that answers by script and keeps every request exactly as it came."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import msgspec
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.signature import BOT_ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, matches, sign
from bot.testing.clock import ManualClock

BOT_ID = "bot-1"
SECRET = "s3cr3t-key-of-the-bot"
TEAM = "333ccc134c0319001573485e"
THREAD = "5b0525134c0319001573485e"


@dataclass
class Seen:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes
    connection: int
    at: float

    @property
    def json(self) -> dict[str, object]:
        parsed: dict[str, object] = msgspec.json.decode(self.body)
        return parsed

    @property
    def timestamp(self) -> str:
        return self.headers[TIMESTAMP_HEADER]

    @property
    def signed(self) -> bool:
        expected = sign(BOT_ID, SECRET, self.timestamp, self.body)
        return self.headers[BOT_ID_HEADER] == BOT_ID and matches(expected, self.headers[SIGNATURE_HEADER])


Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Platform:
    """What the platform does: one scripted answer per request, then OK."""

    clock: ManualClock
    base_url: str = ""
    seen: list[Seen] = field(default_factory=list)
    script: list[Answer] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def then(self, *answers: Answer) -> None:
        self.script.extend(answers)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            body = await request.read()
            self.seen.append(
                Seen(
                    path=request.raw_path,
                    headers=dict(request.headers),
                    body=body,
                    connection=id(request.transport),
                    at=self.clock.now(),
                )
            )
            answer = self.script.pop(0) if self.script else answers()
            return await answer(request)
        finally:
            self.under_way -= 1

    def held(self) -> Answer:
        """Answer OK once the gate is open."""

        async def answer(request: web.Request) -> web.StreamResponse:
            await self.gate.wait()
            return await answers()(request)

        return answer


def answers(
    status: int = 200,
    body: object = None,
    *,
    raw: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    """Answer with a status and JSON, or with raw bytes."""
    content = msgspec.json.encode({"code": status, "message": "OK"} if body is None else body) if raw is None else raw

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=content, headers=headers, content_type="application/json")

    return answer


async def cut(request: web.Request) -> web.StreamResponse:
    """Read the request, then reset the connection."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def cut_within_the_answer(request: web.Request) -> web.StreamResponse:
    """Promise more than is sent."""
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"code": 200')
    assert request.transport is not None
    request.transport.close()
    return response


@asynccontextmanager
async def serving(platform: Platform) -> AsyncIterator[Platform]:
    app = web.Application(client_max_size=8 * 1024 * 1024)
    app.router.add_route("*", "/{tail:.*}", platform.handle)
    server = TestServer(app)
    await server.start_server()
    platform.base_url = str(server.make_url("/")).rstrip("/")
    try:
        yield platform
    finally:
        platform.gate.set()
        await server.close()


@contextmanager
def nobody_listens() -> Iterator[str]:
    """Give an address at which connecting is refused; the port stays taken meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


class HastyClock(ManualClock):
    """A manual clock whose sleepers are woken at once, the time having passed; what they slept is kept."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._now += max(0.0, seconds)
        await asyncio.sleep(0)
