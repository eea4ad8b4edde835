"""The tables of the journal, their versions, and the way from one to the next.

A file carries `APPLICATION_ID`, so that a database of another program is never
written to, and the number of its version. `MIGRATIONS` lead from each version
to the next and are never changed once released; a new version is one more of
them.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Final

from bot.errors import JournalBroken

APPLICATION_ID: Final = 0x574F464A
"""Marks a file as a journal of this bot (the letters WOFJ)."""

# Lanes are numbered as they come, and the index of the inbox holds their numbers. An index of their names
# would touch a page of its own for almost every event, and make storing cost twice as much.
_LANES: Final = """
CREATE TABLE lanes (
    id   INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE
)
"""
_INBOX: Final = """
CREATE TABLE inbox (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    lane         INTEGER NOT NULL REFERENCES lanes (id),
    type         TEXT NOT NULL,
    received_at  REAL NOT NULL,
    only_handler TEXT,
    outcome      TEXT,
    settled_at   REAL,
    body         BLOB NOT NULL
)
"""
_DEAD_LETTERS: Final = """
CREATE TABLE dead_letters (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    seq         INTEGER NOT NULL REFERENCES inbox (seq) ON DELETE CASCADE,
    handler     TEXT NOT NULL,
    error       TEXT NOT NULL,
    traceback   TEXT NOT NULL,
    attempts    INTEGER NOT NULL,
    failed_at   REAL NOT NULL,
    replayed_as INTEGER
)
"""
# A flow and its steps go when the event that began the call goes, which waits for the flow to end.
_FLOWS: Final = """
CREATE TABLE flows (
    call_seq   INTEGER NOT NULL REFERENCES inbox (seq) ON DELETE CASCADE,
    generation INTEGER NOT NULL,
    lane       INTEGER NOT NULL REFERENCES lanes (id),
    name       TEXT NOT NULL,
    version    INTEGER NOT NULL,
    arguments  BLOB NOT NULL,
    data       BLOB NOT NULL DEFAULT x'7b7d',
    state      TEXT NOT NULL DEFAULT 'running',
    error      TEXT,
    traceback  TEXT,
    started_at REAL NOT NULL,
    ended_at   REAL,
    PRIMARY KEY (call_seq, generation)
)
"""
_STEPS: Final = """
CREATE TABLE steps (
    call_seq   INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    number     INTEGER NOT NULL,
    path       TEXT NOT NULL,
    name       TEXT NOT NULL,
    digest     TEXT NOT NULL,
    outcome    BLOB NOT NULL,
    seen       INTEGER NOT NULL,
    began_at   REAL NOT NULL,
    at         REAL NOT NULL,
    PRIMARY KEY (call_seq, generation, number),
    FOREIGN KEY (call_seq, generation) REFERENCES flows ON DELETE CASCADE
) WITHOUT ROWID
"""

MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (
    (
        _LANES,
        _INBOX,
        "CREATE INDEX inbox_unsettled ON inbox (seq) WHERE outcome IS NULL",
        "CREATE INDEX inbox_lane ON inbox (lane, seq)",
        "CREATE INDEX inbox_received ON inbox (received_at)",
        _DEAD_LETTERS,
        "CREATE INDEX dead_letters_event ON dead_letters (seq)",
    ),
    (
        _FLOWS,
        "CREATE INDEX flows_lane ON flows (lane, call_seq, generation)",
        "CREATE INDEX flows_running ON flows (call_seq, generation) WHERE state = 'running'",
        "CREATE INDEX flows_running_lane ON flows (lane, call_seq) WHERE state = 'running'",
        _STEPS,
    ),
)
"""For each version the statements that lead to it from the one before; the first begins with an empty file."""

VERSION: Final = len(MIGRATIONS)
"""The version that this program reads and writes."""


def outdated(connection: sqlite3.Connection, path: Path) -> bool:
    """Tell whether migrations are missing; True for an empty file.

    Raises:
        JournalBroken: the file is of another program or of a newer version.
    """
    version = _number(connection, "PRAGMA user_version")
    application = _number(connection, "PRAGMA application_id")
    tables = _number(connection, "SELECT count(*) FROM sqlite_master")
    if application != APPLICATION_ID and (application or version or tables):
        raise JournalBroken(f"{path} is a database of another program; name another file for the journal")
    if version > VERSION:
        raise JournalBroken(
            f"the journal {path} is of version {version}, written by a newer release; "
            f"this one knows versions up to {VERSION}: install the newer release, or name another file"
        )
    return version < VERSION


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring a file to the current version, all or nothing; does nothing to one that is there already.

    Args:
        connection: in autocommit mode, outside a transaction.
        path: for error messages.

    Raises:
        JournalBroken: the file is of another program or of a newer version.
        sqlite3.Error: it cannot be written.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        if outdated(connection, path):
            for statements in MIGRATIONS[_number(connection, "PRAGMA user_version") :]:
                for statement in statements:
                    connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # some errors end the transaction by themselves
            connection.execute("ROLLBACK")
        raise


def _number(connection: sqlite3.Connection, query: str) -> int:
    (value,) = connection.execute(query).fetchone()
    return int(value)
