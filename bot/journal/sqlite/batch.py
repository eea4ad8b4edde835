"""Committing what waits: many operations, one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from bot.journal.sqlite import faults
from bot.journal.sqlite.transaction import Transaction


class Operation(Protocol):
    """Something to be written. `apply` runs in the writer's thread, the rest in the event loop's."""

    @property
    def kept(self) -> bool:
        """Whether it waits for the next transaction, and is not told, when the store fails."""
        ...

    @property
    def reads_only(self) -> bool:
        """Whether it needs no write transaction."""
        ...

    def apply(self, work: Transaction) -> None:
        """Write; may run again in another transaction if this one is not committed."""
        ...

    def committed(self) -> None:
        """Learn that it is on the disk; called in the order of the operations."""
        ...

    def failed(self, error: Exception) -> None:
        """Learn that nothing of it was stored."""
        ...


@dataclass(slots=True)
class Report:
    """What became of a batch.

    Attributes:
        committed: the operations that are on the disk, in order.
        refused: those that failed by themselves, each with its error.
        unwritten: those that the store could not take.
        fault: why it could not, or None.
        wrote: whether a write transaction was committed.
    """

    committed: list[Operation] = field(default_factory=list)
    refused: list[tuple[Operation, Exception]] = field(default_factory=list)
    unwritten: list[Operation] = field(default_factory=list)
    fault: Exception | None = None
    wrote: bool = False


def commit(connection: sqlite3.Connection, operations: Sequence[Operation]) -> Report:
    """Commit operations, together if possible, one by one where one of them is refused.

    Args:
        connection: in autocommit mode, outside a transaction.
        operations: at least one.
    """
    report = Report()
    _attempt(connection, list(operations), report)
    return report


def _attempt(connection: sqlite3.Connection, operations: list[Operation], report: Report) -> None:
    reads_only = all(operation.reads_only for operation in operations)
    try:
        _transact(connection, operations, begin="BEGIN" if reads_only else "BEGIN IMMEDIATE")
    except Exception as error:  # noqa: BLE001 - an operation may raise anything; it is passed on to its caller
        if faults.of_the_store(error):
            report.fault = error
            report.unwritten += operations
        elif len(operations) == 1:
            report.refused.append((operations[0], faults.unstorable(error)))
        else:
            _one_by_one(connection, operations, report)
    else:
        report.committed += operations
        report.wrote = report.wrote or not reads_only


def _one_by_one(connection: sqlite3.Connection, operations: list[Operation], report: Report) -> None:
    for at, operation in enumerate(operations):
        if report.fault:
            report.unwritten += operations[at:]
            return
        _attempt(connection, [operation], report)


def _transact(connection: sqlite3.Connection, operations: list[Operation], *, begin: str) -> None:
    connection.execute(begin)
    try:
        work = Transaction(connection)
        for operation in operations:
            operation.apply(work)
        work.flush()
        connection.execute("COMMIT")
    except BaseException:
        # Some errors end the transaction by themselves; if this fails, the next BEGIN says so and it is tried again.
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
