"""Time, as a value that is passed in, so that tests need not wait for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol


class Timer(Protocol):
    """Something that will happen unless it is called off."""

    def cancel(self) -> None:
        """Call it off; does nothing once it has happened."""
        ...


class Clock(Protocol):
    """What the bot asks of time."""

    def now(self) -> float:
        """Return unix time in seconds (wall clock; for records and signatures)."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never go back (for durations)."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait; zero or less yields to other tasks once."""
        ...

    def call_later(self, seconds: float, callback: Callable[[], object]) -> Timer:
        """Call back once after so many seconds; costs far less than a task that sleeps."""
        ...

    def timeout(self, seconds: float | None) -> AbstractAsyncContextManager[object]:
        """Cancel the block after so many seconds and raise `TimeoutError`; None never does."""
        ...


class SystemClock:
    """The real time."""

    def now(self) -> float:
        """Return unix time in seconds."""
        return time.time()

    def monotonic(self) -> float:
        """Return seconds since an arbitrary point."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait for real."""
        await asyncio.sleep(max(0.0, seconds))

    def call_later(self, seconds: float, callback: Callable[[], object]) -> Timer:
        """Call back by the event loop."""
        return asyncio.get_running_loop().call_later(max(0.0, seconds), callback)

    def timeout(self, seconds: float | None) -> AbstractAsyncContextManager[object]:
        """Return the standard library's time-out."""
        return asyncio.timeout(seconds)
