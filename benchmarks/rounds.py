"""One run of load: which events are under way, over which connections, and when one is done."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, cast

from benchmarks import wire

_PATIENCE: Final = 30.0
"""Seconds for what is still under way at the end of a run."""


@dataclass(slots=True)
class Run:
    """What came of a run.

    Attributes:
        events: events that were sent.
        done: events that are done: acknowledged, and with their API request arrived where that was asked for.
        refused: answers other than 200.
        seconds: from the first event sent to the last one done.
        latencies: seconds from sending each event to its API request's arrival, if that was asked for.
        lags: seconds by which the load itself was late for each event of an open loop.
    """

    events: int = 0
    done: int = 0
    refused: int = 0
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    lags: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Events done per second."""
        return self.done / self.seconds if self.seconds else 0.0


class Event:
    """An event under way.

    Args:
        thread: its thread id.
        begun: when it was sent, or had to wait for a connection, by the monotonic clock.
    """

    __slots__ = ("acknowledged", "arrived", "begun", "thread")

    def __init__(self, thread: str, begun: float) -> None:
        self.thread = thread
        self.begun = begun
        self.acknowledged = False
        self.arrived = False


class Round:
    """Events under way; an event of a thread whose other event is under way too is told by their order.

    Args:
        whole: whether an event is done when its API request has arrived too, not just its acknowledgement.
        freed: called with a connection that may be used again.
        until_done: whether a connection is used again when its event is done, or when it is acknowledged.
    """

    def __init__(self, *, whole: bool, until_done: bool, freed: Callable[[Connection], None]) -> None:
        self.run = Run()
        self._whole = whole
        self._until_done = until_done
        self._freed = freed
        self._expected: dict[str, deque[tuple[Event, Connection]]] = {}
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._began = 0.0
        self._last = 0.0

    def send(self, connection: Connection, event: Event, request: bytes) -> None:
        """Send an event over a connection that is free."""
        self._began = self._began or event.begun
        connection.event = event
        if self._whole:
            self._expected.setdefault(event.thread, deque()).append((event, connection))
        self.run.events += 1
        self._under_way += 1
        self._idle.clear()
        connection.transport.write(request)

    def answered(self, connection: Connection, answer: wire.Message) -> None:
        """Take the answer to a connection's event."""
        event = connection.event
        if not answer.head.startswith(b"HTTP/1.1 200"):
            self.run.refused += 1
        event.acknowledged = True
        if not self._until_done:
            self._freed(connection)
        if event.arrived or not self._whole:
            self._finish(connection)

    def arrived(self, thread: str, at: float) -> None:
        """Take note of an API request about a thread."""
        expected = self._expected.get(thread)
        if not expected:
            return
        event, connection = expected.popleft()
        if not expected:
            del self._expected[thread]
        self.run.latencies.append(at - event.begun)
        event.arrived = True
        if event.acknowledged:
            self._finish(connection)

    async def finish(self) -> Run:
        """Wait until all that was sent is done, and return what came of it; `Run.done` tells if that took too long."""
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._idle.wait()
        except TimeoutError:
            self._last = time.monotonic()
        self.run.seconds = self._last - self._began
        return self.run

    def _finish(self, connection: Connection) -> None:
        self.run.done += 1
        self._under_way -= 1
        self._last = time.monotonic()
        if self._until_done:
            self._freed(connection)
        if not self._under_way:
            self._idle.set()


class Connection(asyncio.Protocol):
    """A connection to a webhook, with one event under way at the most.

    Args:
        answered: called with the connection and each answer.
    """

    event: Event
    transport: asyncio.Transport

    def __init__(self, answered: Callable[[Connection, wire.Message], None]) -> None:
        self._answered = answered
        self._buffer = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Take a piece of an answer."""
        self._buffer += data
        answer = wire.take(self._buffer)
        if answer is not None:
            self._answered(self, answer)
