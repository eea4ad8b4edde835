"""Events of one call one after another, different calls side by side, within bounds.

A lane exists only while it has events to work on: an idle call costs no task,
no lock and no entry. A lane keeps a bounded number of events in memory; what
comes beyond stays in the journal and is read again when its turn comes, so that
one call that is stuck cannot fill the memory or stop the others.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from bot.journal import StoredEvent

Reload: TypeAlias = Callable[[str, int, int], Awaitable[Sequence[StoredEvent]]]
"""Reads the unhandled events of a lane after a number: `Journal.pending`."""


@dataclass(slots=True)
class _Lane:
    waiting: deque[StoredEvent] = field(default_factory=deque)
    last: int = 0
    """Number of the newest event that is or was in ``waiting``."""
    until: int = 0
    """Number of the newest event that was put; what lies between is in the journal only."""


class Lanes:
    """The lanes that have work.

    Args:
        reload: reads what a lane left in the journal.
        per_lane: events of one lane kept in memory, at least 1.
        total: events kept in memory in all; `room` waits beyond that.
    """

    def __init__(self, reload: Reload, *, per_lane: int = 100, total: int = 10_000) -> None:
        self._reload = reload
        self._per_lane = per_lane
        self._total = total
        self._lanes: dict[str, _Lane] = {}
        self._ready: deque[str] = deque()
        self._takers: deque[asyncio.Future[str]] = deque()
        self._held = 0
        self._space = asyncio.Event()
        self._space.set()
        self._idle = asyncio.Event()
        self._idle.set()

    def __len__(self) -> int:
        return len(self._lanes)

    async def room(self) -> int:
        """Wait until at least one more event may be kept, and return how many."""
        await self._space.wait()
        return self._total - self._held

    def put(self, stored: StoredEvent) -> None:
        """Add an event to its lane; a new lane becomes ready to be worked on."""
        name = stored.event.lane
        lane = self._lanes.get(name)
        if lane is None:
            lane = self._lanes[name] = _Lane()
            self._idle.clear()
            self.leave(name)
        behind = lane.last < lane.until
        lane.until = stored.seq
        if not behind and len(lane.waiting) < self._per_lane:
            lane.waiting.append(stored)
            lane.last = stored.seq
            self._hold(1)

    async def next_lane(self) -> str:
        """Wait for a lane with work; the caller alone works on it until `leave` or `pop` says that it is empty."""
        if self._ready:
            return self._ready.popleft()
        taker: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._takers.append(taker)
        try:
            return await taker
        except asyncio.CancelledError:
            if taker.done() and not taker.cancelled():
                self.leave(taker.result())
            raise

    async def pop(self, name: str) -> StoredEvent | None:
        """Return the next event of a lane, or None: then the lane is gone and the caller leaves it.

        Raises:
            JournalUnavailable: what the lane left in the journal cannot be read; the lane stays.
        """
        lane = self._lanes[name]
        while not lane.waiting and lane.last < lane.until:
            await self._catch_up(name, lane)
        if not lane.waiting:
            del self._lanes[name]
            if not self._lanes:
                self._idle.set()
            return None
        self._hold(-1)
        return lane.waiting.popleft()

    def leave(self, name: str) -> None:
        """Give a lane that still has work back, behind the others that are ready."""
        while self._takers:
            # The last one that came, whose memory is the warmest.
            taker = self._takers.pop()
            if not taker.done():
                taker.set_result(name)
                return
        self._ready.append(name)

    async def wait_idle(self) -> None:
        """Wait until no lane has work."""
        await self._idle.wait()

    async def _catch_up(self, name: str, lane: _Lane) -> None:
        until = lane.until
        rows = await self._reload(name, lane.last, self._per_lane)
        # Later ones were not put yet; they come by `put`, and must not come twice.
        missed = [stored for stored in rows if stored.seq <= until]
        lane.waiting.extend(missed)
        more = len(missed) == self._per_lane
        lane.last = missed[-1].seq if more else until
        self._hold(len(missed))

    def _hold(self, count: int) -> None:
        self._held += count
        if self._held >= self._total:
            self._space.clear()
        elif not self._space.is_set():
            self._space.set()
