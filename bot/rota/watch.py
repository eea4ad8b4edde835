"""Keeping the rota up to date without a restart: its file and its calendars."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.clock import Clock
from bot.errors import RotaError
from bot.rota.feeds import Feeds, FeedStore, calendars_of
from bot.rota.fetch import Fetcher, FetchLimits
from bot.rota.load import load_plan
from bot.rota.model import Plan
from bot.rota.rota import Rota

_DAY = 86_400.0
_Stamp = tuple[int, int, int]


class RotaWatch:
    """Holds the rota in force and replaces it when its file or a calendar changes; an asynchronous context manager.

    A new file that is broken leaves the old rota in force and is reported; so does a file that is gone. On entering,
    calendars of which no copy is on disk are waited for, up to the time limit of a fetch; those with a copy are not.

    Args:
        path: the rota file.
        clock: the time.
        cache: the folder for copies of calendars, best beside the journal.
        report: takes a line for people on every reload, refusal, and failing or recovering calendar.
        poll: seconds between two looks at the file.
        limits: for fetching calendars.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock,
        cache: Path,
        report: Callable[[str], None],
        poll: float = 5.0,
        limits: FetchLimits | None = None,
    ) -> None:
        self._path = path
        self._clock = clock
        self._report = report
        self._poll = poll
        self._fetcher = Fetcher(limits or FetchLimits(), clock)
        self._feeds = Feeds(FeedStore(cache), self._fetcher, clock, report)
        self._rota: Rota | None = None
        self._plan: Plan = Rota.simple([]).plan
        self._worked_out = 0.0
        self._working = asyncio.Lock()
        self._stamp: _Stamp | None = None
        self._digest = b""
        self._fault = ""
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def rota(self) -> Rota:
        """The rota in force; ask each time, for it is replaced.

        Raises:
            RuntimeError: the watch has not been entered.
        """
        if self._rota is None:
            raise RuntimeError("enter the RotaWatch before asking for its rota")
        return self._rota

    async def __aenter__(self) -> Self:
        """Read the file and what is there of its calendars, and begin to watch.

        Raises:
            RotaError: the file cannot be read or has mistakes.
        """
        self._stamp, self._digest, plan = await asyncio.to_thread(_read, self._path)
        self._plan = plan
        async with AsyncExitStack() as opened:
            await opened.enter_async_context(self._fetcher)
            await self._feeds.adopt(plan)
            if any(calendar.url not in self._feeds.copies for calendar in calendars_of(plan)):
                await self._feeds.refresh(plan)
            await self._work_out()
            opened.pop_all()
        self._tasks = [
            asyncio.create_task(self._every_poll(self.look_at_file), name="rota-file"),
            asyncio.create_task(self._every_poll(self.refresh_calendars), name="rota-calendars"),
        ]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        self._tasks.clear()
        await self._fetcher.__aexit__(kind, error, traceback)

    async def look_at_file(self) -> None:
        """Put the file in force if its content is another than before and has no mistakes."""
        try:
            stamp = await asyncio.to_thread(_stamp, self._path)
            if stamp == self._stamp:
                return
            digest = await asyncio.to_thread(_digest, self._path)
        except OSError as error:
            if self._stamp is not None:
                self._stamp = None
                self._report(f"rota: {self._path} cannot be read ({error.strerror}); the rota in force stays")
            return
        self._stamp = stamp
        if digest == self._digest:
            return
        self._digest = digest
        try:
            plan = await asyncio.to_thread(load_plan, self._path)
        except RotaError as error:
            self._report(f"rota: the new file is refused, the rota in force stays:\n{error}")
            return
        await self._feeds.adopt(plan)
        self._plan = plan
        await self._work_out()
        self._report(f"rota: {self._path} was read anew; groups: {', '.join(plan.groups)}")

    async def refresh_calendars(self) -> None:
        """Fetch the calendars that are due, and put in force what is new in them."""
        changed = await self._feeds.refresh(self._plan)
        if changed or not 0 <= self._clock.now() - self._worked_out < _DAY:
            await self._work_out()

    async def _work_out(self) -> None:
        """Make the rota of the plan and the calendars that are there now."""
        async with self._working:
            now = self._clock.now()
            rota = Rota(self._plan)
            moment = datetime.fromtimestamp(now, UTC)
            self._rota = await asyncio.to_thread(rota.with_calendars, self._feeds.copies, moment)
            self._worked_out = now

    async def _every_poll(self, act: Callable[[], Awaitable[None]]) -> None:
        while True:
            await self._clock.sleep(self._poll)
            try:
                await act()
            except Exception as error:  # noqa: BLE001 - a fault in a library must not end the watch
                fault = f"rota: watching failed, the rota in force stays: {type(error).__name__}: {error}"
                if fault != self._fault:
                    self._fault = fault
                    self._report(fault)


def _read(path: Path) -> tuple[_Stamp, bytes, Plan]:
    """Read a file for the first time; `load_plan` finds words for one that is not there."""
    with suppress(OSError):
        stamp, digest = _stamp(path), _digest(path)
        return stamp, digest, load_plan(path)
    return (0, 0, 0), b"", load_plan(path)


def _stamp(path: Path) -> _Stamp:
    """Return what changes when a file does, cheap to ask for."""
    found = path.stat()
    return found.st_mtime_ns, found.st_size, found.st_ino


def _digest(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()
