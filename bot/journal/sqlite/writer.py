"""The one thread that writes: whatever waits is one transaction.

Everything that changes the journal goes through here, in the order in which it
was submitted. While one transaction is on its way to the disk, the next one
collects.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Generic, TypeVar

from bot.errors import JournalUnavailable
from bot.journal.sqlite import faults
from bot.journal.sqlite.batch import Operation, Report, commit
from bot.journal.sqlite.transaction import Transaction

T = TypeVar("T")


class Writer:
    """Commits operations in groups.

    Args:
        path: the journal's file, for error messages.
        connect: opens the file; called in the thread, which keeps what it opens until it ends.
        ended: called in the event loop when the thread is about to end, for whatever reason.
        departing: called in the event loop before a transaction is sent on its way, to submit what may go along.
    """

    def __init__(
        self,
        path: Path,
        connect: Callable[[], AbstractContextManager[sqlite3.Connection]],
        ended: Callable[[], None],
        departing: Callable[[], None] = lambda: None,
    ) -> None:
        self._path = path
        self._connect = connect
        self._departing = departing
        self._loop = asyncio.get_running_loop()
        self._thread = Thread(target=self._run, name="journal-writer", daemon=True)
        self._queue: SimpleQueue[list[Operation] | None] = SimpleQueue()
        self._outgoing: list[Operation] = []
        self._closing = False
        self._pushed = 0
        self._collected = 0
        self._reported = 0
        self._opened: asyncio.Future[BaseException | None] = self._loop.create_future()
        self._ended: asyncio.Future[BaseException | None] = self._loop.create_future()
        self._ended.add_done_callback(lambda _: ended())
        self.accepting = False
        """Whether `submit` takes operations."""
        self.healthy = False
        """Whether the file is open and the last attempt to write succeeded."""

    async def open(self) -> None:
        """Start the thread and open the file in it.

        Raises:
            JournalBroken: the file cannot be used.
            JournalUnavailable: it cannot be opened now.
        """
        self._thread.start()
        try:
            error = await asyncio.shield(self._opened)
        except asyncio.CancelledError:
            self._queue.put(None)
            raise
        if error is not None:
            self._thread.join()
            raise error
        self.accepting = self.healthy = True

    @property
    def busy(self) -> bool:
        """Whether its thread has something to do, until it has told what came of it."""
        at_work = self._pushed != self._reported or (self._closing and not self._ended.done())
        return at_work or bool(self._outgoing)

    def submit(self, operation: Operation) -> None:
        """Write an operation with the next transaction.

        Raises:
            JournalUnavailable: the writer is closed, or its thread has died.
        """
        if not self.accepting:
            raise JournalUnavailable(f"the journal {self._path} is closed")
        if not self._outgoing:
            # Whatever else this round of the loop submits goes along.
            self._loop.call_soon(self._push)
        self._outgoing.append(operation)

    async def run(
        self, work: Callable[[Transaction], T], *, then: Callable[[T], None] | None = None, reads_only: bool = False
    ) -> T:
        """Run a function in a transaction and return what it returns, once that is on the disk.

        Args:
            work: called in the writer's thread; may run twice, of which only the last is kept.
            then: called with what it returned, in the event loop, also when the caller has gone away meanwhile.
            reads_only: whether it writes nothing, so that no write transaction is needed for it.

        Raises:
            JournalUnavailable: the store failed, and nothing of it was stored.
            JournalError: it cannot be stored.
            Exception: what ``work`` raised; nothing of it was stored.
        """
        result: asyncio.Future[T] = self._loop.create_future()
        self.submit(_Call(work, result, then, reads_only=reads_only))
        return await result

    async def watch(self) -> None:
        """Wait until the writer is closed.

        Raises:
            JournalUnavailable: its thread died; nothing can be stored any more.
        """
        error = await asyncio.shield(self._ended)
        if error is not None:
            raise faults.unavailable(self._path, Exception(f"its writer died of {error!r}")) from error

    async def close(self) -> None:
        """Write what waits, then close the file and end the thread; may be called twice."""
        if self.accepting:
            self.accepting = self.healthy = False
            self._closing = True
            self._push()
            self._queue.put(None)
        await asyncio.shield(self._ended)
        self._thread.join()

    def _push(self) -> None:
        self._departing()
        if self._outgoing:
            self._queue.put(self._outgoing)
            self._outgoing = []
            self._pushed += 1

    def _run(self) -> None:
        batch: list[Operation] = []
        try:
            with self._connect() as connection:
                self._loop.call_soon_threadsafe(self._opened.set_result, None)
                self._serve(connection, batch)
        except BaseException as error:  # noqa: BLE001 - whatever ends the thread must be told
            end = partial(self._die, error, batch)
        else:
            end = partial(self._ended.set_result, None)
        with suppress(RuntimeError):  # the loop was closed before the journal: nobody is left to be told
            self._loop.call_soon_threadsafe(end)

    def _serve(self, connection: sqlite3.Connection, batch: list[Operation]) -> None:
        """Commit until the end; ``batch`` always holds what is not reported yet, for the case of death."""
        last = False
        while not last:
            last = self._collect(batch)
            if batch:
                report = commit(connection, batch)
                batch[:] = [operation for operation in report.unwritten if operation.kept]
                self._loop.call_soon_threadsafe(self._report, report, self._collected)

    def _collect(self, batch: list[Operation]) -> bool:
        """Wait for operations, add all that wait to the batch, and tell whether they are the last."""
        group = self._queue.get()
        while group is not None:
            batch += group
            self._collected += 1
            if self._queue.empty():
                return False
            group = self._queue.get()
        return True

    def _report(self, report: Report, groups: int) -> None:
        self._reported = groups
        if report.fault is not None:
            self.healthy = False
        elif report.wrote:
            self.healthy = self.accepting
        for operation in report.committed:
            operation.committed()
        for operation, error in report.refused:
            operation.failed(error)
        if report.fault is not None:
            for operation in report.unwritten:
                if not operation.kept:
                    operation.failed(faults.unavailable(self._path, report.fault))

    def _die(self, error: BaseException, batch: list[Operation]) -> None:
        self.accepting = self.healthy = False
        left, self._outgoing = [*batch, *self._outgoing], []
        self._reported = self._pushed
        while not self._queue.empty():
            left += self._queue.get() or ()
        for operation in left:
            operation.failed(faults.unavailable(self._path, Exception(f"its writer died of {error!r}")))
        self._ended.set_result(error)
        if not self._opened.done():
            self._opened.set_result(error)


class _Call(Generic[T]):
    """A function to be run in a transaction, and the future of its caller."""

    __slots__ = ("_future", "_result", "_then", "_work", "reads_only")

    kept = False

    def __init__(
        self,
        work: Callable[[Transaction], T],
        future: asyncio.Future[T],
        then: Callable[[T], None] | None,
        *,
        reads_only: bool,
    ) -> None:
        self._work = work
        self._future = future
        self._then = then
        self._result: T
        self.reads_only = reads_only

    def apply(self, work: Transaction) -> None:
        self._result = self._work(work)

    def committed(self) -> None:
        if self._then is not None:
            self._then(self._result)
        if not self._future.done():
            self._future.set_result(self._result)

    def failed(self, error: Exception) -> None:
        if not self._future.done():
            self._future.set_exception(error)
