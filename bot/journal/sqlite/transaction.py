"""One write transaction of the journal, as its operations see it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Final, TypeAlias

Row: TypeAlias = tuple[str, str, float, bytes]
"""An event to be stored: lane, type, received_at, body."""

Value: TypeAlias = str | bytes | int | float | None

_LANE: Final = "INSERT OR IGNORE INTO lanes (name) VALUES (?)"
_EVENT: Final = """
INSERT INTO inbox (seq, lane, type, received_at, body)
VALUES (?, (SELECT id FROM lanes WHERE name = ?), ?, ?, ?)
"""


class Transaction:
    """Numbers events and writes to the file, inside a transaction that its owner begins and ends.

    Args:
        connection: with a write transaction begun.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._last: int | None = None
        self._events: list[tuple[int, str, str, float, bytes]] = []
        self._collected: dict[str, list[Sequence[Value]]] = {}

    @property
    def last(self) -> int:
        """The highest number ever given to an event, this transaction's included; 0 if none."""
        if self._last is None:
            row = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'inbox'").fetchone()
            self._last = row[0] if row else 0
        return self._last

    def store(self, rows: Sequence[Row]) -> int:
        """Number events and put them into the inbox.

        Numbers follow the highest one that was ever given, by any process, and are not given again when their
        events are deleted.

        Args:
            rows: the events, at least one.

        Returns:
            The number of the first; the others follow without a gap.
        """
        before = seq = self.last
        for row in rows:
            seq += 1
            self._events.append((seq, *row))
        self._last = seq
        return before + 1

    def execute(self, statement: str, values: Sequence[Value] = ()) -> sqlite3.Cursor:
        """Execute one statement, after all that was stored before it.

        Args:
            statement: SQL with ``?`` for each value.
            values: the values.

        Returns:
            The cursor, for rows and `rowcount`.
        """
        self.flush()
        return self._connection.execute(statement, values)

    def collect(self, statement: str, values: Sequence[Value]) -> None:
        """Execute a statement later, together with others of its kind: before the next `execute`, or at the end.

        Args:
            statement: SQL with ``?`` for each value, that may come after others collected later.
            values: the values.
        """
        self._collected.setdefault(statement, []).append(values)

    def flush(self) -> None:
        """Insert the events collected so far, then execute the statements."""
        events, self._events = self._events, []
        if events:
            self._connection.executemany(_LANE, {(event[1],) for event in events})
            self._connection.executemany(_EVENT, events)
        collected, self._collected = self._collected, {}
        for statement, rows in collected.items():
            self._connection.executemany(statement, rows)


def storable(text: str) -> str:
    """Return what an error says so that SQLite can hold it: half a surrogate pair, which it may quote, is escaped."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
