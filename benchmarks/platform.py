"""The platform's API for benchmarks: takes every request at once, and says when which call's request came."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from typing import Final, Self, cast

from benchmarks import wire
from bot.signature import BOT_ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign

BOT_ID: Final = "5b71621d444507001b8be440"
SECRET_KEY: Final = "benchmark-secret-key"  # noqa: S105 - made up

_ANSWER: Final = wire.ok(b'{"code":200,"message":"OK"}')
_THREAD: Final = re.compile(rb'"threadId":"([0-9a-f]{24})"')
_SIGNED: Final = tuple(
    re.compile(rb"\r\n" + name.lower().encode() + rb": *([^\r]+)", re.IGNORECASE)
    for name in (BOT_ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER)
)


class Platform:
    """Serves on loopback; an async context.

    Attributes:
        url: where it serves.
        arrived: called with a thread id and the time, by the monotonic clock, of each request.
        signed: requests with a right signature so far.
        strange: requests with a wrong signature, or without a thread, so far.
    """

    def __init__(self) -> None:
        self.url = ""
        self.arrived: Callable[[str, float], None] = lambda _thread, _at: None
        self.signed = 0
        self.strange = 0
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), "127.0.0.1", 0, backlog=1024)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()

    def receive(self, request: wire.Message, at: float) -> None:
        """Take a request.

        Args:
            request: the request.
            at: when it came, by the monotonic clock.
        """
        thread = _THREAD.search(request.body)
        signature = [found[1].decode() for pattern in _SIGNED if (found := pattern.search(request.head))]
        if thread is None or (signature and not _right(signature, request.body)):
            self.strange += 1
            return
        self.signed += bool(signature)
        self.arrived(thread[1].decode(), at)


def _right(signature: Sequence[str], body: bytes) -> bool:
    if len(signature) != len(_SIGNED):
        return False
    bot_id, timestamp, digest = signature
    return bot_id == BOT_ID and digest == sign(BOT_ID, SECRET_KEY, timestamp, body)


class _Connection(asyncio.Protocol):
    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._buffer = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        at = time.monotonic()
        self._buffer += data
        while (request := wire.take(self._buffer)) is not None:
            self._transport.write(_ANSWER)
            self._platform.receive(request, at)
