"""The line between bot and platform, which can lose what is on its way; real HTTP on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from enum import Enum, auto

import aiohttp
import msgspec
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.events import JsonValue


class Fault(Enum):
    """What becomes of a request."""

    SWALLOWED = auto()
    """It does not reach the platform, and nobody answers."""
    UNANSWERED = auto()
    """It reaches the platform, whose answer stays on the line."""
    CUT = auto()
    """It reaches the platform, and the connection breaks before the answer is there."""


class Cable:
    """Passes requests on to the platform.

    Attributes:
        platform: its address; to be set before the first request.
        faults: what becomes of the next requests of a path, each used once.
        answers: what is answered in the platform's stead, by path: functions of the body.
        stuck: how many requests nobody will answer.
    """

    def __init__(self) -> None:
        self.platform = ""
        self.url = ""
        self.faults: dict[str, Fault] = {}
        self.answers: dict[str, Callable[[dict[str, JsonValue]], web.Response]] = {}
        self.stuck = 0
        self._let_go = asyncio.Event()

    async def pass_on(self, request: web.Request) -> web.StreamResponse:
        team, _, path = request.path.lstrip("/").partition("/")
        body = await request.read()
        if path in self.answers:
            return self.answers[path](msgspec.json.decode(body))
        fault = self.faults.pop(path, None)
        if fault is not Fault.SWALLOWED:
            status, answer = await self._asked(f"/{team}/{path}", body, request)
            if fault is None:
                return web.Response(body=answer, status=status, content_type="application/json")
        if fault is not Fault.CUT:
            self.stuck += 1
            await self._let_go.wait()
        if request.transport is not None:
            request.transport.close()
        return web.Response()

    async def _asked(self, path: str, body: bytes, request: web.Request) -> tuple[int, bytes]:
        passed = ("x-", "content-type")
        headers = {name: value for name, value in request.headers.items() if name.lower().startswith(passed)}
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.platform + path, data=body, headers=headers) as response,
        ):
            return response.status, await response.read()

    def let_go(self) -> None:
        """Let everything end that is stuck."""
        self._let_go.set()


def data(value: JsonValue, code: int = 200) -> web.Response:
    """Return an answer of the platform."""
    return web.json_response({"code": code, "message": "OK", "data": value})


@asynccontextmanager
async def cable(line: Cable) -> AsyncIterator[None]:
    """Lay a cable."""
    app = web.Application()
    app.router.add_post("/{rest:.*}", line.pass_on)
    async with TestServer(app) as server:
        line.url = str(server.make_url("")).rstrip("/")
        try:
            yield
        finally:
            line.let_go()
