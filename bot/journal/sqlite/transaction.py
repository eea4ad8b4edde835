"""One write transaction of the journal, as its operations see it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import cache
from typing import Final, TypeAlias

Row: TypeAlias = tuple[str, str, float, bytes]
"""An event to be stored: lane, type, received_at, body."""

Value: TypeAlias = str | bytes | int | float | None

_COLUMNS: Final = 5
_LARGEST: Final = 64


class Transaction:
    """Numbers events and writes to the file, inside a transaction that its owner begins and ends.

    Events are collected and inserted by many rows a statement: each statement
    lets go of the interpreter's lock once and has to get it back from the event
    loop's thread, so that few statements cost far less than many.

    Args:
        connection: with a write transaction begun.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._last: int | None = None
        self._values: list[Value] = []

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
        values = self._values
        for lane, kind, received_at, body in rows:
            seq += 1
            values += (seq, lane, kind, received_at, body)
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

    def flush(self) -> None:
        """Insert the events collected so far."""
        values = self._values
        if not values:
            return
        self._values = []
        # Few sizes, so that the statements stay prepared: as many of the largest as fit, then halves.
        begin, rows, size = 0, len(values) // _COLUMNS, _LARGEST
        while rows:
            while size > rows:
                size //= 2
            end = begin + size * _COLUMNS
            self._connection.execute(_insert(size), values[begin:end])
            begin, rows = end, rows - size


@cache
def _insert(rows: int) -> str:
    marks = ", ".join(["(?, ?, ?, ?, ?)"] * rows)
    return f"INSERT INTO inbox (seq, lane, type, received_at, body) VALUES {marks}"  # noqa: S608 - question marks only
