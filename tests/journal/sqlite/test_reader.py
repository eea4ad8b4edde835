"""Reading, beside the writer."""

from __future__ import annotations

import sqlite3
from functools import partial
from pathlib import Path

import pytest

from bot.errors import JournalUnavailable
from bot.journal.sqlite import store
from bot.journal.sqlite.reader import Reader


def one(connection: sqlite3.Connection, plus: int) -> int:
    (value,) = connection.execute("SELECT 1 + ?", (plus,)).fetchone()
    return int(value)


async def test_a_closed_reader_reads_nothing(path: Path) -> None:
    reader = Reader(path, partial(store.reading, path, busy_timeout=0.1))
    await reader.close()
    await reader.close()
    with pytest.raises(JournalUnavailable, match="closed"):
        await reader.run(one, 1)


async def test_a_file_that_is_not_there_yet_can_be_read_later(path: Path) -> None:
    reader = Reader(path, partial(store.reading, path, busy_timeout=0.1))
    with pytest.raises(JournalUnavailable, match="cannot be opened"):
        await reader.run(one, 1)
    sqlite3.connect(path).close()
    assert await reader.run(one, plus=2) == 3
    await reader.close()


async def test_reading_cannot_write(path: Path) -> None:
    sqlite3.connect(path).close()
    reader = Reader(path, partial(store.reading, path, busy_timeout=0.1))
    with pytest.raises(JournalUnavailable, match="may not be written"):
        await reader.run(lambda connection: connection.execute("CREATE TABLE notes (text)"))
    await reader.close()
