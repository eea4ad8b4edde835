"""A webhook on a free port, with an inbox in memory whose moods a test sets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import cast

import aiohttp
from aiohttp import web

from bot.errors import JournalError
from bot.events import JsonValue
from bot.journal import Delivery, Journal
from bot.metrics import Metrics
from bot.server import Server, listen
from bot.signature import signed_headers
from bot.testing.clock import ManualClock, until
from bot.webhook import Limits, Peers, Receiver, Verifier

SECRET = "Zq7-first-secret"
OTHER_SECRET = "Zq7-second-secret"
BOT_ID = "5b71621d444507001b8be440"
KEY = "Zq7-secret-key"
PRESS: dict[str, JsonValue] = {"eventType": "Call.Member.dtmf", "teamId": "t1", "threadId": "c1", "dtmfNumber": "1"}


class Inbox:
    """The part of the journal that the webhook uses.

    Attributes:
        stored: what was appended.
        error: what the next appends fail with, if anything.
        gate: appends wait until it is set.
        waiting: how many wait.
    """

    def __init__(self) -> None:
        self.stored: list[Delivery] = []
        self.error: JournalError | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.waiting = 0

    async def append(self, deliveries: Sequence[Delivery]) -> None:
        """Keep events, all or none."""
        self.waiting += 1
        try:
            await self.gate.wait()
        finally:
            self.waiting -= 1
        if self.error is not None:
            raise self.error
        self.stored += deliveries

    @property
    def types(self) -> list[str]:
        """The event types of what was appended."""
        return [one.event.event_type for one in self.stored]


@dataclass(frozen=True)
class Answer:
    """What a request was answered with."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def message(self) -> str:
        """The text for people."""
        answer = json.loads(self.body)
        assert answer["code"] == self.status
        return str(answer["message"])


class Service:
    """A running webhook and a client of it."""

    def __init__(
        self,
        port: int,
        *,
        inbox: Inbox,
        clock: ManualClock,
        metrics: Metrics,
        receiver: Receiver,
        server: Server,
    ) -> None:
        self.port = port
        self._server = server
        self.inbox = inbox
        self.clock = clock
        self.metrics = metrics
        self.receiver = receiver
        self._session = aiohttp.ClientSession(f"http://127.0.0.1:{port}")

    async def send(
        self,
        body: JsonValue | bytes,
        path: str = f"/webhook/{SECRET}",
        *,
        method: str = "POST",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a delivery: bytes as they are, anything else as JSON."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Content-Type": "application/json", **(headers or {})}
        async with self._session.request(method, path, data=data, headers=sent) as response:
            return Answer(response.status, await response.read(), response.headers.copy())

    async def send_signed(
        self,
        body: JsonValue,
        path: str = "/webhook",
        *,
        bot_id: str = BOT_ID,
        key: str = KEY,
        age: float = 0,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a delivery with signature headers."""
        data = json.dumps(body).encode()
        signed = signed_headers(bot_id, key, str(int(self.clock.now() - age)), data)
        return await self.send(data, path, headers={**signed, **(headers or {})})

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open a bare connection."""
        return await asyncio.open_connection("127.0.0.1", self.port)

    def count(self, name: str, **labels: str) -> float:
        """Return what a metric shows."""
        return self.metrics.registry.get_sample_value(name, labels) or 0.0

    @property
    def connections(self) -> int:
        """How many connections the server has, those included whose work goes on after they broke."""
        return len(self._handlers())

    @property
    def broken(self) -> int:
        """How many of them broke."""
        return sum(one.transport is None for one in self._handlers())

    @property
    def under_way(self) -> int:
        """How many deliveries are being received."""
        return self.receiver._under_way

    async def close(self) -> None:
        """Close the client, and the server once nobody is connected."""
        self.inbox.gate.set()
        await self._session.close()
        with suppress(TimeoutError):
            await until(lambda: not self.connections, 0.1)
        await self._server.stop()

    def _handlers(self) -> Sequence[web.RequestHandler]:
        handlers = self._server._runner.server
        return handlers.connections if handlers else ()


def head(length: int | None, path: str = f"/webhook/{SECRET}") -> bytes:
    """Return the head of a delivery; without a length its body comes in chunks."""
    size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    return f"POST {path} HTTP/1.1\r\nHost: bot\r\nContent-Type: application/json\r\n{size}\r\n\r\n".encode()


async def status_of(reader: asyncio.StreamReader) -> int:
    """Read the status of an answer."""
    return int((await reader.readline()).split()[1])


@asynccontextmanager
async def service(
    *,
    limits: Limits | None = None,
    peers: Peers | None = None,
    journal: Journal | None = None,
    path_secrets: Sequence[str] = (SECRET, OTHER_SECRET),
) -> AsyncIterator[Service]:
    """Run a webhook."""
    clock, metrics, inbox = ManualClock(), Metrics(), Inbox()
    limits = limits or Limits()
    receiver = Receiver(
        journal=journal or cast("Journal", inbox),
        verifier=Verifier(bot_id=BOT_ID, secret_key=KEY, path_secrets=path_secrets),
        peers=peers or Peers(),
        clock=clock,
        metrics=metrics,
        limits=limits,
    )
    app = web.Application(client_max_size=limits.body)
    app.add_routes(receiver.routes())
    sock = listen("127.0.0.1", 0)
    server = Server(app, sock)
    await server.start()
    running = Service(
        sock.getsockname()[1], inbox=inbox, clock=clock, metrics=metrics, receiver=receiver, server=server
    )
    try:
        yield running
    finally:
        await running.close()
