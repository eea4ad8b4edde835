"""What the bot is compared with: aiohttp handlers that do nothing more than they must."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

import aiohttp
import msgspec
from aiohttp import web

from benchmarks.handlers import PROMPT_URL

_OK: Final = msgspec.json.encode({"code": 200, "message": "OK"})


class Bare:
    """A webhook without a bot behind it.

    Args:
        api_url: where to post a request for each event; None posts nothing.

    Attributes:
        events: how many came.
    """

    def __init__(self, api_url: str | None) -> None:
        self.events = 0
        self._api_url = api_url
        self._session: aiohttp.ClientSession | None = None

    def app(self) -> web.Application:
        """Return the routes."""
        app = web.Application()
        app.add_routes([web.post("/webhook/{secret}", self.receive if self._api_url is None else self.pass_on)])
        if self._api_url is not None:
            app.cleanup_ctx.append(self._open_session)
        return app

    async def receive(self, request: web.Request) -> web.Response:
        """Read an event and answer."""
        msgspec.json.decode(await request.read())
        self.events += 1
        return web.Response(body=_OK, content_type="application/json")

    async def pass_on(self, request: web.Request) -> web.Response:
        """Read an event, post a request about it, unsigned, wait for the answer to that, and answer."""
        event = msgspec.json.decode(await request.read())
        if self._session is None:
            raise RuntimeError("the application was not started")
        body = msgspec.json.encode({"threadId": event["threadId"], "url": PROMPT_URL, "isLoop": False})
        async with self._session.post(
            f"{self._api_url}/{event['teamId']}/call.audio/play",
            data=body,
            headers={"Content-Type": "application/json"},
        ) as response:
            await response.read()
        self.events += 1
        return web.Response(body=_OK, content_type="application/json")

    async def _open_session(self, _app: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession() as self._session:
            yield
