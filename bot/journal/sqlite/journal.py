"""The journal in one SQLite file, put together."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

from bot.clock import Clock
from bot.errors import JournalFull, JournalUnavailable
from bot.journal.contract import CallSummary, DeadLetter, Delivery, Failure, Outcome, StoredEvent
from bot.journal.sqlite import faults, operations, queries, store
from bot.journal.sqlite.flows import SqliteFlows
from bot.journal.sqlite.handover import Handover
from bot.journal.sqlite.reader import Reader
from bot.journal.sqlite.tally import Tally
from bot.journal.sqlite.writer import Writer

_PAGE: Final = 500
_LOOK_EVERY: Final = 1.0
_DELETED_AT_ONCE: Final = 500
_SETTLED_WITHIN: Final = 0.01
"""Seconds that an outcome waits at most for a transaction to go along with."""


class SqliteJournal:
    """A `Journal` in one SQLite file.

    One process serves a file; others may open it with ``serving=False``, to read, to replay and to prune while the
    bot runs.

    Args:
        path: the file; it and its directory are made where they are missing.
        clock: the time.
        max_backlog: how many events may be stored and not settled, before `append` refuses.
        max_waiting: how many events may wait for their commit, before `append` refuses.
        max_ready: how many stored events wait in memory to be taken; those beyond are read from the file again.
        busy_timeout: seconds to wait for another process's transaction, at least 0.
        serving: whether this is the one that appends, takes, settles and buries, and writes of flows.

    Attributes:
        flows: the store of flows, a `FlowJournal`; open while this is open.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock,
        max_backlog: int = 100_000,
        max_waiting: int = 10_000,
        max_ready: int = 10_000,
        busy_timeout: float = 5.0,
        serving: bool = True,
    ) -> None:
        self.flows: Final = SqliteFlows(self._serving_writer, self._open_reader)
        self._path = path
        self._clock = clock
        self._max_backlog = max_backlog
        self._max_waiting = max_waiting
        self._busy_timeout = busy_timeout
        self._serving = serving
        self._handover = Handover(max_ready)
        self._tally = Tally()
        self._waiting = 0
        self._taking = asyncio.Lock()
        self._writer: Writer | None = None
        self._reader: Reader | None = None
        self._looker: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """See `Journal.open`; may be tried again where it failed."""
        connect = partial(store.opened, self._path, serving=self._serving, busy_timeout=self._busy_timeout)
        writer = Writer(self._path, connect, self._handover.wake, self._write_outcomes)
        await writer.open()
        reader = Reader(self._path, partial(store.reading, self._path, busy_timeout=self._busy_timeout))
        try:
            last, unsettled = await reader.run(queries.standing)
        except BaseException as error:
            await reader.close()
            await writer.close()
            if isinstance(error.__cause__, sqlite3.Error):
                raise faults.on_opening(self._path, error.__cause__) from error.__cause__
            raise
        self._tally.start(last, unsettled)
        self._handover.notice(last)
        self._writer, self._reader = writer, reader
        if self._serving:
            self._looker = asyncio.create_task(self._look(writer), name="journal-look")

    async def close(self) -> None:
        """See `Journal.close`."""
        if self._looker is not None:
            self._looker.cancel()
            await asyncio.wait([self._looker])
        if self._reader is not None:
            await self._reader.close()
        if self._writer is not None:
            self._write_outcomes()
            await self._writer.close()

    async def watch(self) -> None:
        """Wait until the journal is closed.

        Raises:
            JournalUnavailable: its writer died of a bug, so that the process had better end; or it is not open.
        """
        await self._open_writer().watch()

    async def append(self, deliveries: Sequence[Delivery]) -> None:
        """See `Journal.append`.

        Raises:
            JournalError: a value of an event cannot be stored at all, such as a string that is no valid Unicode.
        """
        writer = self._serving_writer()
        if not deliveries:
            return
        count = len(deliveries)
        if self._waiting + count > self._max_waiting:
            raise JournalFull(f"{self._waiting} events wait to be stored, of {self._max_waiting} that may")
        if self._tally.backlog + self._waiting + count > self._max_backlog:
            raise JournalFull(f"{self._tally.backlog} events wait to be handled, of {self._max_backlog} that may")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        writer.submit(operations.Append(deliveries, self._stored, self._lost, done))
        self._waiting += count
        await done

    async def take(self, limit: int) -> Sequence[StoredEvent]:
        """See `Journal.take`; of several callers each event goes to one."""
        async with self._taking:
            self._serving_writer()
            while not (events := self._handover.give(limit)):
                if self._handover.behind:
                    await self._catch_up()
                else:
                    await self._handover.wait()
                    self._serving_writer()
            return events

    async def pending(self, lane: str, after: int, limit: int) -> Sequence[StoredEvent]:
        """See `Journal.pending`."""
        return await self._open_reader().run(queries.pending, lane, after, limit, self._tally.unwritten)

    def settle(self, seq: int, outcome: Outcome) -> None:
        """See `Journal.settle`; of several outcomes of an event the first counts."""
        self._serving_writer()
        if self._tally.settle(seq, outcome):
            # Goes along with the next transaction; one of its own would cost as much as storing an event.
            asyncio.get_running_loop().call_later(_SETTLED_WITHIN, self._write_outcomes)

    async def bury(self, seq: int, failures: Sequence[Failure]) -> None:
        """See `Journal.bury`.

        Raises:
            LookupError: there is no such event.
        """
        work = partial(operations.bury, seq=seq, failures=failures, settled_at=self._clock.now())
        await self._serving_writer().run(work, then=self._buried)

    async def history(self, lane: str, limit: int = 1000) -> Sequence[StoredEvent]:
        """See `Journal.history`; an event whose body is unreadable has its type and nothing else."""
        return await self._open_reader().run(queries.history, lane, limit)

    async def calls(self, limit: int = 50) -> Sequence[CallSummary]:
        """See `Journal.calls`; replayed events and dead letters that were replayed do not count."""
        return await self._open_reader().run(queries.calls, limit)

    async def dead_letters(self, limit: int = 100) -> Sequence[DeadLetter]:
        """See `Journal.dead_letters`; an event whose body is unreadable has its type and nothing else."""
        return await self._open_reader().run(queries.dead_letters, limit)

    async def replay(self, letter_id: int) -> int:
        """See `Journal.replay`."""
        work = partial(operations.replay, letter_id=letter_id, received_at=self._clock.now())
        return await self._open_writer().run(work, then=self._seen)

    async def doubtful(self, within: float, limit: int = 10_000) -> Sequence[tuple[bytes, float]]:
        """See `Journal.doubtful`."""
        return await self._open_reader().run(queries.doubtful, within, limit)

    async def lifecycle(self, since: float) -> Sequence[StoredEvent]:
        """See `Journal.lifecycle`."""
        return await self._open_reader().run(queries.lifecycle, since)

    async def prune(self, before: float, limit: int = 10_000) -> int:
        """See `Journal.prune`; deletes little by little, so that storing goes on meanwhile."""
        writer = self._open_writer()
        numbers = await self._open_reader().run(queries.prunable, before, limit)
        deleted = 0
        for begin in range(0, len(numbers), _DELETED_AT_ONCE):
            some = numbers[begin : begin + _DELETED_AT_ONCE]
            deleted += await writer.run(partial(operations.delete, numbers=some))
        return deleted

    @property
    def backlog(self) -> int:
        """How many events are stored and not settled; where nobody serves here, as it was at opening."""
        return self._tally.backlog

    @property
    def healthy(self) -> bool:
        """Whether the last attempt to store succeeded and the store is open."""
        return self._writer is not None and self._writer.healthy

    @property
    def busy(self) -> bool:
        """Whether something is being written or read."""
        parts = (self._writer, self._reader)
        return any(part is not None and part.busy for part in parts)

    async def flush(self) -> None:
        """Wait until the outcomes of handled events are on the disk, which otherwise go along with what is stored next.

        Raises:
            JournalUnavailable: the store failed, or it is not open.
        """
        await self._open_writer().run(lambda _: None, reads_only=True)

    async def _catch_up(self) -> None:
        """Read the next events from the file."""
        known, settled = self._handover.on_disk, self._tally.unwritten
        page = await self._open_reader().run(queries.unsettled, self._handover.passed, _PAGE)
        now = self._clock.now()
        for seq in page.unreadable:
            error = "the body in the journal is no event any more"
            await self.bury(seq, [Failure(handler="journal", error=error, traceback="", attempts=0, failed_at=now)])
        events = [event for event in page.events if event.seq not in settled]
        self._handover.fill(events, page.last if page.full else max(page.last, known))

    async def _look(self, writer: Writer) -> None:
        """Notice what other processes store; while the store fails, try it."""
        while True:
            await self._clock.sleep(_LOOK_EVERY)
            with suppress(JournalUnavailable):
                if writer.healthy:
                    await writer.run(operations.look, then=self._seen, reads_only=True)
                else:
                    await writer.run(operations.probe, then=self._seen)

    def _write_outcomes(self) -> None:
        collected = self._tally.collected()
        if not collected:
            return
        settled_at = self._clock.now()
        for outcome, numbers in collected.items():
            with suppress(JournalUnavailable):  # then a later process handles these events once more
                self._open_writer().submit(operations.Settle(outcome, numbers, settled_at, self._tally.written))

    def _stored(self, first: int, deliveries: Sequence[Delivery]) -> None:
        self._waiting -= len(deliveries)
        self._tally.grown(first + len(deliveries) - 1)
        self._handover.offer(first, deliveries)

    def _lost(self, deliveries: Sequence[Delivery]) -> None:
        self._waiting -= len(deliveries)

    def _seen(self, last: int) -> None:
        self._tally.grown(last)
        self._handover.notice(last)

    def _buried(self, fresh: bool) -> None:  # noqa: FBT001 - called with what the operation returned
        self._tally.written((), int(fresh))

    def _open_writer(self) -> Writer:
        if self._writer is None or not self._writer.accepting:
            raise JournalUnavailable(f"the journal {self._path} is not open")
        return self._writer

    def _serving_writer(self) -> Writer:
        if not self._serving:
            raise JournalUnavailable(f"the journal {self._path} was opened to read and replay only")
        return self._open_writer()

    def _open_reader(self) -> Reader:
        if self._reader is None:
            raise JournalUnavailable(f"the journal {self._path} is not open")
        return self._reader
