"""What is written to the inbox, beside the calls that run in a transaction of their own kind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from bot import wire
from bot.journal.contract import Delivery, Failure, Outcome
from bot.journal.sqlite.rows import PRUNABLE
from bot.journal.sqlite.transaction import Row, Transaction, storable

_SETTLE: Final = """
UPDATE inbox SET outcome = ?, settled_at = ?
WHERE seq IN (SELECT value FROM json_each(?)) AND outcome IS NULL
"""
_BURY: Final = """
INSERT INTO dead_letters (seq, handler, error, traceback, attempts, failed_at) VALUES (?, ?, ?, ?, ?, ?)
"""
_LETTER: Final = """
SELECT dead_letters.handler, dead_letters.replayed_as, lanes.name, inbox.type, inbox.body
FROM dead_letters JOIN inbox USING (seq) JOIN lanes ON lanes.id = inbox.lane WHERE dead_letters.id = ?
"""
_LANES: Final = "SELECT DISTINCT lane FROM inbox WHERE seq IN (SELECT value FROM json_each(?))"
_DELETE: Final = f"DELETE FROM inbox WHERE seq IN (SELECT value FROM json_each(?)) AND {PRUNABLE}"  # noqa: S608
_DELETE_LANES: Final = """
DELETE FROM lanes
WHERE id IN (SELECT value FROM json_each(?))
    AND NOT EXISTS (SELECT * FROM inbox WHERE inbox.lane = lanes.id)
    AND NOT EXISTS (SELECT * FROM flows WHERE flows.lane = lanes.id)
"""


class Append:
    """Events on their way into the inbox.

    Args:
        deliveries: the events, at least one.
        stored: called with the number of the first event and the deliveries, when they are on the disk.
        lost: called with the deliveries, when they are not stored.
        done: the future of the caller, who may have gone away.
    """

    __slots__ = ("_deliveries", "_done", "_first", "_lost", "_rows", "_stored")

    kept = False
    reads_only = False

    def __init__(
        self,
        deliveries: Sequence[Delivery],
        stored: Callable[[int, Sequence[Delivery]], None],
        lost: Callable[[Sequence[Delivery]], None],
        done: asyncio.Future[None],
    ) -> None:
        self._deliveries = deliveries
        self._stored = stored
        self._lost = lost
        self._done = done
        self._rows: list[Row] = [
            (delivery.event.lane, delivery.event.event_type, delivery.received_at, delivery.body)
            for delivery in deliveries
        ]
        self._first = 0

    def apply(self, work: Transaction) -> None:
        """Number the events and store them."""
        self._first = work.store(self._rows)

    def committed(self) -> None:
        """Hand the events over, then let the caller go on."""
        self._stored(self._first, self._deliveries)
        if not self._done.done():
            self._done.set_result(None)

    def failed(self, error: Exception) -> None:
        """Tell the caller."""
        self._lost(self._deliveries)
        if not self._done.done():
            self._done.set_exception(error)


class Settle:
    """Outcomes of events; kept until they are written.

    Args:
        outcome: what became of the events.
        numbers: which events.
        settled_at: when, unix seconds.
        written: called with the events' numbers and with how many of them had no outcome before.
    """

    __slots__ = ("_changed", "_numbers", "_outcome", "_settled_at", "_written")

    kept = True
    reads_only = False

    def __init__(
        self,
        outcome: Outcome,
        numbers: Sequence[int],
        settled_at: float,
        written: Callable[[Sequence[int], int], None],
    ) -> None:
        self._outcome = outcome
        self._numbers = numbers
        self._settled_at = settled_at
        self._written = written
        self._changed = 0

    def apply(self, work: Transaction) -> None:
        """Write the outcome where there is none yet."""
        values = (self._outcome.value, self._settled_at, wire.encode(self._numbers).decode())
        self._changed = work.execute(_SETTLE, values).rowcount

    def committed(self) -> None:
        """Tell what changed."""
        self._written(self._numbers, self._changed)

    def failed(self, error: Exception) -> None:
        """Give up, when the writer is gone: a later process handles the events once more."""


def look(work: Transaction) -> int:
    """Return the highest number ever given to an event, by any process; needs no write transaction."""
    return work.last


def probe(work: Transaction) -> int:
    """Write a page, to learn whether that succeeds again.

    Returns:
        The highest number ever given to an event, by any process.
    """
    # Setting the version writes its page even where the version stays the same.
    ((version,),) = work.execute("PRAGMA user_version").fetchall()
    work.execute(f"PRAGMA user_version = {version:d}")
    return work.last


def bury(work: Transaction, seq: int, failures: Sequence[Failure], settled_at: float) -> bool:
    """Store dead letters of an event and settle it as dead.

    Returns:
        Whether the event had no outcome before.

    Raises:
        LookupError: there is no such event.
    """
    outcome = Outcome.DEAD.value
    fresh = work.execute(_SETTLE, (outcome, settled_at, f"[{seq:d}]")).rowcount == 1
    if not fresh and not work.execute("UPDATE inbox SET outcome = ? WHERE seq = ?", (outcome, seq)).rowcount:
        raise LookupError(f"there is no event {seq} in the journal")
    for failure in failures:
        error, traceback = storable(failure.error), storable(failure.traceback)
        work.execute(_BURY, (seq, failure.handler, error, traceback, failure.attempts, failure.failed_at))
    return fresh


def replay(work: Transaction, letter_id: int, received_at: float) -> int:
    """Store the event of a dead letter again, for the handler that failed.

    Returns:
        The number of the new event.

    Raises:
        LookupError: there is no such dead letter, or it was replayed already.
    """
    row = work.execute(_LETTER, (letter_id,)).fetchone()
    if row is None:
        raise LookupError(f"there is no dead letter {letter_id}")
    handler, replayed_as, lane, kind, body = row
    if replayed_as is not None:
        raise LookupError(f"dead letter {letter_id} was replayed already, as event {replayed_as}")
    seq = work.store([(lane, kind, received_at, body)])
    work.execute("UPDATE inbox SET only_handler = ? WHERE seq = ?", (handler, seq))
    work.execute("UPDATE dead_letters SET replayed_as = ? WHERE id = ?", (seq, letter_id))
    return seq


def delete(work: Transaction, numbers: Sequence[int]) -> int:
    """Delete events that may be pruned with their dead letters and flows, and the lanes that have no events then.

    Returns:
        How many events there were.
    """
    those = wire.encode(numbers).decode()
    lanes = [lane for (lane,) in work.execute(_LANES, (those,))]
    deleted = work.execute(_DELETE, (those,)).rowcount
    work.execute(_DELETE_LANES, (wire.encode(lanes).decode(),))
    return deleted
