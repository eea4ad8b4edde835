"""What is written of flows: that they begin, what their steps brought, how they end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import structlog

from bot.journal.flows import FlowEnd, FlowId, FlowStart, StepRecord
from bot.journal.sqlite.transaction import Transaction, storable

log = structlog.get_logger("bot.journal")

_BEGIN: Final = """
INSERT INTO flows (call_seq, generation, lane, name, version, arguments, started_at)
VALUES (?, ?, (SELECT id FROM lanes WHERE name = ?), ?, ?, ?, ?)
ON CONFLICT (call_seq, generation) DO NOTHING
"""
_STEP: Final = (
    "INSERT INTO steps (call_seq, generation, number, path, name, digest, outcome, seen, began_at, at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_DATA: Final = "UPDATE flows SET data = ? WHERE call_seq = ? AND generation = ?"
_END: Final = """
UPDATE flows SET state = ?, ended_at = ?, error = ?, traceback = ?
WHERE call_seq = ? AND generation = ? AND state = 'running'
"""


class Note:
    """Something about a flow that nobody waits for; kept until it is written.

    Args:
        flow_id: the flow.
        what: what is noted, for the log.
        write: writes it.
    """

    __slots__ = ("_flow_id", "_what", "_write")

    kept = True
    reads_only = False

    def __init__(self, flow_id: FlowId, what: str, write: Callable[[Transaction], None]) -> None:
        self._flow_id = flow_id
        self._what = what
        self._write = write

    def apply(self, work: Transaction) -> None:
        """Write it."""
        self._write(work)

    def committed(self) -> None:
        """Nobody waits for it."""

    def failed(self, error: Exception) -> None:
        """Say that it is lost: it cannot be stored at all, or the writer is gone."""
        call_seq, generation = self._flow_id
        log.error(
            "lost a note about a flow", note=self._what, call_seq=call_seq, generation=generation, error=str(error)
        )


def begin(work: Transaction, start: FlowStart) -> None:
    """Write that a flow runs, unless it is known already.

    Raises:
        sqlite3.IntegrityError: there is no such event, or no such lane.
    """
    call_seq, generation = start.flow_id
    values = (call_seq, generation, start.lane, start.name, start.version, start.arguments, start.started_at)
    work.execute(_BEGIN, values)


def record(work: Transaction, flow_id: FlowId, step: StepRecord, data: bytes | None) -> None:
    """Write a step, together with the others of the transaction, and the call's own store where it is given.

    Raises:
        sqlite3.IntegrityError: no such flow was begun, or it has a step of this number; or `Transaction.flush` does.
    """
    call_seq, generation = flow_id
    work.collect(
        _STEP,
        (
            call_seq,
            generation,
            step.number,
            step.path,
            step.name,
            step.digest,
            step.outcome,
            step.seen,
            step.began_at,
            step.at,
        ),
    )
    if data is not None:
        work.collect(_DATA, (data, call_seq, generation))


def end(work: Transaction, flow_id: FlowId, ended: FlowEnd) -> None:
    """Write how a flow ended, unless it has ended already."""
    error = None if ended.error is None else storable(ended.error)
    traceback = None if ended.traceback is None else storable(ended.traceback)
    work.execute(_END, (ended.state.value, ended.ended_at, error, traceback, *flow_id))
