"""Files that can be opened, and files that cannot."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import JournalBroken, JournalUnavailable
from bot.journal.sqlite import SqliteJournal, schema
from bot.journal.sqlite.lock import held, lock_path
from bot.testing.clock import ManualClock
from tests.journal.support import delivery, numbers, running


def journal_at(path: Path, *, serving: bool = True) -> SqliteJournal:
    return SqliteJournal(path, clock=ManualClock(), serving=serving, busy_timeout=0.05)


def content_of(path: Path) -> bytes:
    return path.read_bytes()


def write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


async def store_something(path: Path, count: int = 1) -> None:
    async with running(journal_at(path)) as journal:
        await journal.append([delivery(str(at), text="x" * 200) for at in range(count)])


def number(path: Path, query: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        (value,) = connection.execute(query).fetchone()
        return int(value)


async def test_the_directory_is_made_and_only_the_owner_can_read_the_files(tmp_path: Path) -> None:
    path = tmp_path / "var" / "lib" / "journal.sqlite3"
    async with running(journal_at(path)) as journal:
        await journal.append([delivery()])
        files = {entry.name: entry.stat().st_mode & 0o777 for entry in path.parent.iterdir()}
    assert set(files) == {"journal.sqlite3", "journal.sqlite3-wal", "journal.sqlite3-shm", "journal.sqlite3.lock"}
    assert set(files.values()) == {0o600}


async def test_closing_leaves_everything_in_one_file(path: Path) -> None:
    await store_something(path)
    assert {entry.name for entry in path.parent.iterdir()} == {path.name, lock_path(path).name}


@pytest.mark.parametrize("serving", [True, False])
async def test_an_empty_file_becomes_a_journal(path: Path, serving: bool) -> None:
    write(path, b"")
    async with running(journal_at(path, serving=serving)) as journal:
        assert await journal.calls() == []
    assert number(path, "PRAGMA user_version") == schema.VERSION
    assert number(path, "PRAGMA application_id") == schema.APPLICATION_ID


async def test_who_only_looks_does_not_change_the_tables_under_a_bot_that_runs(path: Path) -> None:
    write(path, b"")
    with held(path), pytest.raises(JournalBroken, match="older version, and in use: restart"):
        await journal_at(path, serving=False).open()


async def test_two_bots_cannot_use_one_journal(path: Path) -> None:
    async with running(journal_at(path)):
        with pytest.raises(JournalBroken, match=f"in use by another bot \\(process {os.getpid()}\\)"):
            await journal_at(path).open()
    await store_something(path)


async def test_a_newer_version_is_refused(path: Path) -> None:
    await store_something(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    with pytest.raises(JournalBroken, match="newer release"):
        await journal_at(path).open()


@pytest.mark.parametrize(
    "statement", ["CREATE TABLE notes (text)", "PRAGMA user_version = 1", "PRAGMA application_id = 7"]
)
async def test_a_database_of_another_program_is_refused_and_left_alone(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
    before = content_of(path)
    with pytest.raises(JournalBroken, match="another program"):
        await journal_at(path).open()
    assert content_of(path) == before


async def test_what_is_no_database_is_refused(path: Path) -> None:
    write(path, b"Dear diary, " * 1000)
    with pytest.raises(JournalBroken, match="not a SQLite database"):
        await journal_at(path).open()


async def test_a_damaged_file_is_refused(path: Path) -> None:
    await store_something(path, count=100)
    content = bytearray(content_of(path))
    content[4096:] = b"\xa5" * (len(content) - 4096)
    write(path, bytes(content))
    with pytest.raises(JournalBroken, match="damaged"):
        await journal_at(path).open()


async def test_a_migration_is_done_whole_or_not_at_all(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        connection.execute("CREATE TABLE dead_letters (something)")
    with pytest.raises(JournalUnavailable, match="already exists"):
        await journal_at(path).open()
    assert number(path, "SELECT count(*) FROM sqlite_master") == 1
    assert number(path, "PRAGMA user_version") == 0


async def test_a_path_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path, tmp_path / "file" / "journal.sqlite3"):
        with pytest.raises(JournalUnavailable, match=str(path)):
            await journal_at(path).open()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_directory_without_permission_is_reported(tmp_path: Path) -> None:
    os.chmod(tmp_path, 0o500)  # noqa: PTH101 - not blocking in a test
    with pytest.raises(JournalUnavailable, match="Permission denied"):
        await journal_at(tmp_path / "journal.sqlite3").open()


async def test_a_file_that_is_locked_can_be_opened_later(path: Path) -> None:
    await store_something(path)
    journal = journal_at(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute(f"PRAGMA user_version = {schema.VERSION}")
        with pytest.raises(JournalUnavailable, match="another process keeps it locked"):
            await journal.open()
    async with running(journal):
        assert numbers(await journal.take(9)) == [1]


async def test_an_opening_that_is_cancelled_at_any_moment_releases_the_journal(path: Path) -> None:
    for moment in range(20):
        journal = journal_at(path)
        opening = asyncio.create_task(journal.open())
        await asyncio.wait([opening], timeout=moment * 0.0003)
        opening.cancel()
        await asyncio.wait([opening])
        await journal.close()
    async with asyncio.timeout(10):
        while True:
            try:
                await store_something(path)
            except JournalBroken:  # the thread of the last one may still be on its way out
                await asyncio.sleep(0.001)
            else:
                break


def test_migrating_what_is_up_to_date_changes_nothing(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        schema.migrate(connection, path)
        before = connection.execute("SELECT * FROM sqlite_master").fetchall()
        schema.migrate(connection, path)
        assert connection.execute("SELECT * FROM sqlite_master").fetchall() == before
