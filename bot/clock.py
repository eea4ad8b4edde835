"""Time, as a value that is passed in, so that tests need not wait for it."""

from __future__ import annotations

import asyncio
import time
from contextlib import AbstractAsyncContextManager
from typing import Protocol


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

    def timeout(self, seconds: float | None) -> AbstractAsyncContextManager[object]:
        """Return the standard library's time-out."""
        return asyncio.timeout(seconds)
