"""Load: events posted to a webhook, in a closed loop (the next when one is done) or an open one (at a given rate)."""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from typing import Final
from urllib.parse import urlsplit

from benchmarks import wire
from benchmarks.events import Maker
from benchmarks.platform import Platform
from benchmarks.rounds import Connection, Event, Round, Run

_TICK: Final = 0.0005
"""Seconds that the open loop sleeps at the least; what falls due meanwhile is sent together."""


class Load:
    """Posts events to one webhook; their numbers go on from run to run.

    Args:
        webhook: the webhook's address.
        make: makes the events.
        platform: where API requests arrive.
        connections: connections, and in a closed loop events under way, at least 1.
    """

    def __init__(self, webhook: str, make: Maker, platform: Platform, connections: int = 64) -> None:
        self._address = urlsplit(webhook)
        self._server = (self._address.hostname or "", self._address.port or 80)
        self._make = make
        self._platform = platform
        self._connections = connections
        self._number = 0

    async def closed(self, *, seconds: float = 3600.0, events: int | None = None, whole: bool = False) -> Run:
        """Keep each connection busy with one event after the other.

        Args:
            seconds: after which no new event is sent.
            events: after which no new event is sent.
            whole: whether an event is done when its API request has arrived too, not just its acknowledgement.
        """
        last = None if events is None else self._number + events

        def again(connection: Connection) -> None:
            now = time.monotonic()
            if now < end and (last is None or self._number < last):
                self._send(rounds, connection, now)

        rounds = Round(whole=whole, until_done=True, freed=again)
        connections = await self._connect(rounds)
        end = time.monotonic() + seconds
        for connection in connections:
            again(connection)
        run = await rounds.finish()
        _close(connections)
        return run

    async def open(self, *, rate: float, seconds: float, seed: int = 0) -> Run:
        """Send events at random times whatever becomes of them, and wait for their API requests.

        Args:
            rate: events per second on average; the times between them are exponentially distributed.
            seconds: for which.
            seed: of the times.
        """
        waiting: deque[float] = deque()

        def freed(connection: Connection) -> None:
            if waiting:
                self._send(rounds, connection, waiting.popleft())
            else:
                idle.append(connection)

        rounds = Round(whole=True, until_done=False, freed=freed)
        connections = await self._connect(rounds)
        idle = deque(connections)
        times = random.Random(seed)  # noqa: S311 - no secret
        due = began = time.monotonic()
        while (due := due + times.expovariate(rate)) - began < seconds:
            while (now := time.monotonic()) < due:  # noqa: ASYNC110 - waits for a time
                await asyncio.sleep(max(_TICK, due - now))
            rounds.run.lags.append(now - due)
            if idle:
                self._send(rounds, idle.popleft(), now)
            else:
                waiting.append(now)
        run = await rounds.finish()
        _close(connections)
        return run

    def _send(self, rounds: Round, connection: Connection, begun: float) -> None:
        thread, body = self._make(self._number)
        self._number += 1
        rounds.send(connection, Event(thread, begun), wire.post(self._address.netloc, self._address.path, body))

    async def _connect(self, rounds: Round) -> list[Connection]:
        loop = asyncio.get_running_loop()
        self._platform.arrived = rounds.arrived
        pairs = [
            await loop.create_connection(lambda: Connection(rounds.answered), *self._server)
            for _ in range(self._connections)
        ]
        return [connection for _, connection in pairs]


def _close(connections: list[Connection]) -> None:
    for connection in connections:
        connection.transport.close()
