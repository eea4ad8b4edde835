"""Files of the journal that are watched, full, or locked."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

from bot.journal.sqlite import store
from bot.journal.sqlite.writer import Writer


class Traced:
    """A file whose statements are counted."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.commits = 0

    @contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        with store.opened(self.path, serving=True, busy_timeout=1.0) as connection:
            connection.set_trace_callback(self._trace)
            yield connection

    def _trace(self, statement: str) -> None:
        self.commits += statement == "COMMIT"


@asynccontextmanager
async def writing(traced: Traced) -> AsyncIterator[Writer]:
    writer = Writer(traced.path, traced.opened, lambda: None)
    await writer.open()
    try:
        async with asyncio.timeout(10):
            yield writer
    finally:
        await writer.close()


@contextmanager
def no_room(path: Path) -> Iterator[None]:
    """Let no file grow beyond the size that the journal's WAL has now."""
    size = path.with_name(f"{path.name}-wal").stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def write_locked(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
