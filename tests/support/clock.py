"""A clock that stands still until a test moves it."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count

from bot.clock import Timer


class ManualClock:
    """Time that passes only by `advance`."""

    def __init__(self, start: float = 1_800_000_000.0) -> None:
        self._now = start
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    def now(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def wake() -> None:
            if not woken.done():
                woken.set_result(None)

        self._at(seconds, wake)
        await woken

    @asynccontextmanager
    async def timeout(self, seconds: float | None) -> AsyncIterator[object]:
        expired = False

        def expire() -> None:
            nonlocal expired
            if not left:
                expired = True
                limit.reschedule(asyncio.get_running_loop().time())

        left = False
        async with asyncio.timeout(None) as limit:
            if seconds is not None and seconds > 0:
                self._at(seconds, expire)
            elif seconds is not None:
                expire()
            try:
                yield limit
            finally:
                left = True

    def call_later(self, seconds: float, callback: Callable[[], object]) -> Timer:
        timer = _Timer(callback)
        self._at(max(0.0, seconds), timer.happen)
        return timer

    @property
    def until_next(self) -> float | None:
        """Seconds until the next timer is due; None if none is set."""
        return self._timers[0][0] - self._now if self._timers else None

    @property
    def sleepers(self) -> int:
        """How many timers are set, those of left time-outs included."""
        return len(self._timers)

    async def advance(self, seconds: float) -> None:
        """Let time pass, timer by timer, and let whatever wakes run until it waits again."""
        await settle()
        end = self._now + seconds
        while self._timers and self._timers[0][0] <= end:
            self._now, _, wake = heapq.heappop(self._timers)
            wake()
            await settle()
        self._now = end
        await settle()

    def _at(self, seconds: float, wake: Callable[[], None]) -> None:
        heapq.heappush(self._timers, (self._now + seconds, next(self._order), wake))


class _Timer:
    def __init__(self, callback: Callable[[], object]) -> None:
        self._callback: Callable[[], object] | None = callback

    def cancel(self) -> None:
        self._callback = None

    def happen(self) -> None:
        if self._callback is not None:
            self._callback()


async def settle(rounds: int = 20) -> None:
    """Let everything that can run without I/O run."""
    for _ in range(rounds):
        await asyncio.sleep(0)


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for something that real I/O brings about.

    Raises:
        TimeoutError: it did not happen.
    """
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.001)
