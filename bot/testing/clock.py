"""A clock that stands still until it is moved."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Final

from bot.clock import Timer

_ROUNDING: Final = 1e-6
"""Seconds by which a moment may be missed where times are added."""


class ManualClock:
    """A `Clock` whose time passes only by `advance`.

    Args:
        start: the first moment, unix seconds.
    """

    def __init__(self, start: float = 1_800_000_000.0) -> None:
        self._now = start
        self._timers: list[tuple[float, int, _Timer]] = []
        self._order = count()

    def now(self) -> float:
        """Return unix time in seconds."""
        return self._now

    def monotonic(self) -> float:
        """Return the same: nobody sets this clock back."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Wait until time was moved on so far; zero or less yields to other tasks once."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def wake() -> None:
            if not woken.done():
                woken.set_result(None)

        timer = self._at(seconds, wake)
        try:
            await woken
        finally:
            timer.cancel()

    @asynccontextmanager
    async def timeout(self, seconds: float | None) -> AsyncIterator[object]:
        """Cancel the block when time was moved on so far, and raise `TimeoutError`; None never does."""
        async with asyncio.timeout(None) as limit:

            def expire() -> None:
                limit.reschedule(asyncio.get_running_loop().time())

            timer: _Timer | None = None
            if seconds is not None and seconds > 0:
                timer = self._at(seconds, expire)
            elif seconds is not None:
                expire()
            try:
                yield limit
            finally:
                if timer is not None:
                    timer.cancel()

    def call_later(self, seconds: float, callback: Callable[[], object]) -> Timer:
        """Call back when time was moved on so far."""
        return self._at(max(0.0, seconds), callback)

    @property
    def until_next(self) -> float | None:
        """Seconds until the next timer is due; None if none is set."""
        self._forget_cancelled()
        return self._timers[0][0] - self._now if self._timers else None

    @property
    def sleepers(self) -> int:
        """How many timers are set."""
        return sum(1 for _, _, timer in self._timers if timer.callback is not None)

    async def advance(self, seconds: float) -> None:
        """Let time pass, timer by timer, and let whatever wakes run until it waits again.

        Args:
            seconds: how far, at least 0.
        """
        await settle()
        end = self._now + seconds
        while self._happens(end):
            await settle()
        self._now = end
        await settle()

    def jump(self, seconds: float) -> None:
        """Let time pass at once; timers that are due happen in their order, and nothing else runs meanwhile.

        Args:
            seconds: how far, at least 0.
        """
        end = self._now + seconds
        while self._happens(end + _ROUNDING):
            pass
        self._now = max(self._now, end)

    def _happens(self, end: float) -> bool:
        """Let the next timer happen that is due until then, if there is one."""
        self._forget_cancelled()
        if not self._timers or self._timers[0][0] > end:
            return False
        self._now, _, timer = heapq.heappop(self._timers)
        timer.happen()
        return True

    def _at(self, seconds: float, callback: Callable[[], object]) -> _Timer:
        timer = _Timer(callback)
        heapq.heappush(self._timers, (self._now + seconds, next(self._order), timer))
        return timer

    def _forget_cancelled(self) -> None:
        while self._timers and self._timers[0][2].callback is None:
            heapq.heappop(self._timers)


class _Timer:
    __slots__ = ("callback",)

    def __init__(self, callback: Callable[[], object]) -> None:
        self.callback: Callable[[], object] | None = callback

    def cancel(self) -> None:
        self.callback = None

    def happen(self) -> None:
        if self.callback is not None:
            self.callback()


async def settle(rounds: int = 20) -> None:
    """Let everything that can run without I/O run.

    Args:
        rounds: of the event loop, at least 1.
    """
    for _ in range(rounds):
        await asyncio.sleep(0)


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for something that real I/O brings about.

    Args:
        condition: what is waited for; looked at again and again.
        seconds: of real time, at most.

    Raises:
        TimeoutError: it did not happen.
    """
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - whatever it is, it need not know that anybody waits
            await asyncio.sleep(0.001)
