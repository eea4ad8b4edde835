"""The calendars that are there: fetched when due, kept on disk, and the last good copy of each while it fails."""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from bot.clock import Clock
from bot.errors import FeedError
from bot.rota.fetch import Fetcher
from bot.rota.model import Calendar, Plan
from bot.rota.occurrence import check
from bot.rota.readings import FeedCopy


class FeedStore:
    """Copies of calendars on disk, one file each.

    Args:
        folder: where they are; made when the first is saved. They name people, so that only the owner may read them.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, url: str) -> FeedCopy | None:
        """Return the copy of a calendar, None if there is none that can be read."""
        path = self._path(url)
        try:
            return FeedCopy(path.read_bytes(), path.stat().st_mtime)
        except OSError:
            return None

    def load_all(self, plan: Plan) -> dict[str, FeedCopy]:
        """Return the copies of a rota's calendars, by address."""
        found = ((calendar.url, self.load(calendar.url)) for calendar in calendars_of(plan))
        return {url: copy for url, copy in found if copy is not None}

    def save(self, url: str, copy: FeedCopy) -> None:
        """Keep a copy; whoever reads sees the old one or the new one whole.

        Raises:
            OSError: it cannot be written.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._folder, suffix=".new")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(copy.body)
            os.utime(name, (copy.read_at, copy.read_at))
            Path(name).replace(self._path(url))
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise

    def _path(self, url: str) -> Path:
        return self._folder / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.ics"


class Feeds:
    """Keeps the calendars of a rota up to date.

    Args:
        store: copies on disk.
        fetcher: fetches calendars; open while this is used.
        clock: the time.
        report: takes a line for people whenever a calendar begins or ceases to fail.
    """

    def __init__(self, store: FeedStore, fetcher: Fetcher, clock: Clock, report: Callable[[str], None]) -> None:
        self._store = store
        self._fetcher = fetcher
        self._clock = clock
        self._report = report
        self._copies: dict[str, FeedCopy] = {}
        self._tried: dict[str, float] = {}
        self._failing: dict[str, str] = {}

    @property
    def copies(self) -> Mapping[str, FeedCopy]:
        """The last good copy of each calendar, by address."""
        return dict(self._copies)

    async def adopt(self, plan: Plan) -> None:
        """Take over the calendars of a rota: forget others, and take what is on disk of new ones."""
        wanted = {calendar.url for calendar in calendars_of(plan)}
        for table in (self._copies, self._tried, self._failing):
            for url in [url for url in table if url not in wanted]:
                del table[url]
        on_disk = await asyncio.to_thread(self._store.load_all, plan)
        self._copies = {**on_disk, **self._copies}

    async def refresh(self, plan: Plan) -> bool:
        """Fetch the calendars that are due.

        Returns:
            Whether the content of any of them is new.
        """
        now = self._clock.now()
        due = [calendar for calendar in calendars_of(plan) if self._is_due(calendar, now)]
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._update(one), name=f"rota-feed-{one.name}") for one in due]
        return any(task.result() for task in tasks)

    def _is_due(self, calendar: Calendar, now: float) -> bool:
        tried = self._tried.get(calendar.url)
        return tried is None or now - tried >= calendar.every or now < tried

    async def _update(self, calendar: Calendar) -> bool:
        """Fetch one calendar and keep it if it is good; return whether its content is new."""
        self._tried[calendar.url] = self._clock.now()
        old = self._copies.get(calendar.url)
        try:
            body = await self._fetcher.fetch(calendar.url)
            if old is None or old.body != body:
                await asyncio.to_thread(check, body, datetime.fromtimestamp(self._clock.now(), UTC))
        except FeedError as error:
            self._failed(calendar, str(error))
            return False
        copy = FeedCopy(body, self._clock.now())
        self._copies[calendar.url] = copy
        try:
            await asyncio.to_thread(self._store.save, calendar.url, copy)
        except OSError as error:
            self._failed(calendar, f"it cannot be kept on disk ({error.strerror})")
        else:
            if self._failing.pop(calendar.url, None) is not None:
                self._report(f"rota: calendar {calendar.name!r} can be read again")
        return old is None or old.body != body

    def _failed(self, calendar: Calendar, problem: str) -> None:
        if self._failing.get(calendar.url) != problem:
            self._failing[calendar.url] = problem
            kept = "its last good copy stays" if calendar.url in self._copies else "nothing is known of it"
            self._report(f"rota: calendar {calendar.name!r} failed: {problem}; {kept}")


def calendars_of(plan: Plan) -> Iterable[Calendar]:
    """Return the calendars of a rota, each address once, with the shortest time between fetches."""
    found: dict[str, Calendar] = {}
    for group in plan.groups.values():
        for calendar in group.calendars:
            known = found.get(calendar.url)
            if known is None or calendar.every < known.every:
                found[calendar.url] = calendar
    return found.values()
