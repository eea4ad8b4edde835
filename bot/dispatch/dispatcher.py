"""Taking events from the journal and bringing each to its handlers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final, cast

import structlog

from bot.clock import Clock
from bot.dispatch.lanes import Lanes
from bot.dispatch.lifecycle import CallBook
from bot.dispatch.worker import Worker
from bot.errors import JournalError
from bot.journal import Journal
from bot.metrics import Metrics

log = structlog.get_logger("bot.dispatch")

_BATCH: Final = 256
_IN_A_ROW: Final = 16
"""Events of one call handled before another call's turn comes."""
_PAUSE: Final = 1.0
"""Seconds before the journal is asked again after it failed."""
_REMEMBER: Final = 3600.0
"""Seconds back for which ended calls are remembered over a restart."""


class Dispatcher:
    """Owns the tasks that take events from the journal and work on them.

    Args:
        journal: where events come from.
        worker: handles one event.
        book: what is remembered of calls; filled from the journal at the start.
        clock: time.
        metrics: where busy lanes are shown.
        concurrency: calls worked on at once, at least 1.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        worker: Worker,
        book: CallBook,
        clock: Clock,
        metrics: Metrics,
        concurrency: int = 256,
    ) -> None:
        self._journal = journal
        self._worker = worker
        self._book = book
        self._clock = clock
        self._concurrency = concurrency
        self._lanes = Lanes(journal.pending)
        self._feeder: asyncio.Task[None] | None = None
        self._workers: Sequence[asyncio.Task[None]] = ()
        metrics.busy_lanes.set_function(lambda: len(self._lanes))

    async def start(self) -> None:
        """Remember the calls of late, then begin to work.

        Raises:
            JournalUnavailable: the journal cannot be read.
        """
        for stored in await self._journal.lifecycle(self._clock.now() - _REMEMBER):
            self._book.repeats(stored.event, stored.received_at)
        self._workers = [
            asyncio.create_task(self._work(), name=f"dispatch-worker-{number}") for number in range(self._concurrency)
        ]
        self._feeder = asyncio.create_task(self._feed(), name="dispatch-feeder")

    async def stop(self, drain: float) -> bool:
        """Take no more events, finish those in memory, then stop.

        What is not finished stays in the journal, and the next process handles it.

        Args:
            drain: seconds to finish in.

        Returns:
            Whether all was finished.
        """
        if self._feeder is None:
            return True
        await _cancelled([self._feeder])
        self._feeder = None
        try:
            async with self._clock.timeout(drain):
                await self._lanes.wait_idle()
            finished = True
        except TimeoutError:
            log.warning("not everything was finished; the next process goes on with it", calls=len(self._lanes))
            finished = False
        finally:
            # Whoever waits for this may have lost patience.
            await _cancelled(self._workers)
            self._workers = ()
        return finished

    async def watch(self) -> None:
        """Wait for ever, unless a task of the dispatcher dies, which none may; then raise its error."""
        tasks = [*self._workers, *([self._feeder] if self._feeder else [])]
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            if not task.cancelled():
                task.result()

    async def _feed(self) -> None:
        while True:
            room = await self._lanes.room()
            try:
                batch = await self._journal.take(min(room, _BATCH))
            except JournalError as error:
                log.error("the journal cannot be read", error=str(error))  # noqa: TRY400 - the line says it all
                await self._clock.sleep(_PAUSE)
                continue
            for stored in batch:
                self._book.foresee(stored.event)
                self._lanes.put(stored)

    async def _work(self) -> None:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        while True:
            lane = await self._lanes.next_lane()
            # For whoever has to know what the loop is busy with.
            task.set_name(f"handle {lane}")
            try:
                if await self._some(lane):
                    self._lanes.leave(lane)
            except JournalError as error:
                log.error("events of a call cannot be read back", error=str(error))  # noqa: TRY400 - the line says it all
                await self._clock.sleep(_PAUSE)
                self._lanes.leave(lane)

    async def _some(self, lane: str) -> bool:
        """Handle a few events of a lane; return whether there are more."""
        for _ in range(_IN_A_ROW):
            stored = await self._lanes.pop(lane)
            if stored is None:
                return False
            await self._worker.handle(stored)
        return True


async def _cancelled(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
