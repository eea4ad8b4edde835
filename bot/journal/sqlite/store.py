"""Opening the file of the journal, for writing and for reading."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path

from bot.errors import JournalBroken
from bot.journal.sqlite import faults, schema
from bot.journal.sqlite.lock import held


@contextmanager
def opened(path: Path, *, serving: bool, busy_timeout: float) -> Iterator[sqlite3.Connection]:
    """Open the journal's file for writing, and create or migrate it where needed.

    It is in WAL mode with full synchronisation: a commit that returned is on
    the disk. The directory is made where it is missing. The file can be read by
    its owner only, because phone numbers are inside.

    Args:
        path: the file.
        serving: whether to keep everyone else from serving the same file. Where it is False, the lock is held only
            to create or migrate the file.
        busy_timeout: seconds to wait for another process's transaction.

    Raises:
        JournalBroken: the file is damaged, of another program, of a newer version, or served by another process.
        JournalUnavailable: it cannot be opened now.
    """
    with ExitStack() as stack:
        try:
            _create(path)
            if serving:
                stack.enter_context(held(path))
            connection = sqlite3.connect(path, timeout=busy_timeout, isolation_level=None)
            stack.callback(connection.close)
            if schema.outdated(connection, path):
                with nullcontext() if serving else _not_served(path):
                    connection.execute("PRAGMA journal_mode = WAL")
                    schema.migrate(connection, path)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
        except (sqlite3.Error, OSError) as error:
            raise faults.on_opening(path, error) from error
        yield connection


def reading(path: Path, *, busy_timeout: float) -> sqlite3.Connection:
    """Return a connection that can only read; the file is there and has its tables.

    Args:
        path: the file.
        busy_timeout: seconds to wait for another process's lock.

    Raises:
        sqlite3.Error: it cannot be opened.
    """
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=busy_timeout, isolation_level=None)


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # SQLite would create it readable for everyone; its WAL takes over the permissions of the file.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


@contextmanager
def _not_served(path: Path) -> Iterator[None]:
    with ExitStack() as stack:
        try:
            stack.enter_context(held(path))
        except JournalBroken as error:
            raise JournalBroken(
                f"the journal {path} is of an older version, and in use: restart the bot that uses it first"
            ) from error
        yield
