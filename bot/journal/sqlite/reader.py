"""The one thread that reads, on a connection of its own, so that looking does not hold up storing."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from bot.errors import JournalUnavailable
from bot.journal.sqlite import faults

P = ParamSpec("P")
T = TypeVar("T")


class Reader:
    """Runs queries, one after the other, each on one state of the journal.

    Args:
        path: the journal's file, for error messages.
        connect: opens the file; called in the thread.
    """

    def __init__(self, path: Path, connect: Callable[[], sqlite3.Connection]) -> None:
        self._path = path
        self._connect = connect
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal-reader")
        self._connection: sqlite3.Connection | None = None
        self._closed = False
        self._under_way = 0

    @property
    def busy(self) -> bool:
        """Whether a query runs or waits, or the file is being closed."""
        return self._under_way > 0

    async def run(self, query: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what a query returns.

        Args:
            query: called in the thread, with the connection and the arguments.
            args: its arguments.
            kwargs: its arguments by name.

        Raises:
            JournalUnavailable: it cannot be read now, or the reader is closed.
        """
        if self._closed:
            raise JournalUnavailable(f"the journal {self._path} is closed")

        def read() -> T:
            if self._connection is None:
                self._connection = self._connect()
            self._connection.execute("BEGIN")
            try:
                return query(self._connection, *args, **kwargs)
            finally:
                self._connection.execute("ROLLBACK")

        self._under_way += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, read)
        except sqlite3.Error as error:
            raise faults.unavailable(self._path, error) from error
        finally:
            self._under_way -= 1

    async def close(self) -> None:
        """Let what is being read end, then close the file; may be called twice."""
        self._closed = True

        def end() -> None:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

        try:
            ended = self._executor.submit(end)
        except RuntimeError:  # it was closed before
            return
        self._executor.shutdown(wait=False)
        self._under_way += 1
        try:
            await asyncio.wrap_future(ended)
        finally:
            self._under_way -= 1
