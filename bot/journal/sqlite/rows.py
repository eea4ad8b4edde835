"""From rows of the journal back to what was stored."""

from __future__ import annotations

from typing import Final, TypeAlias

from bot import wire
from bot.errors import EventError
from bot.events import Event, parse_event
from bot.journal.contract import DeadLetter, Failure, Outcome, StoredEvent

EVENT: Final = (
    "inbox.seq, inbox.type, inbox.received_at, inbox.only_handler, inbox.outcome, inbox.settled_at, inbox.body"
)
"""The columns that `stored` reads, in order."""

LETTER: Final = (
    "dead_letters.id, dead_letters.handler, dead_letters.error, dead_letters.traceback, "
    "dead_letters.attempts, dead_letters.failed_at, dead_letters.replayed_as"
)
"""The columns that `letter` reads before those of the event."""

PRUNABLE: Final = """
    inbox.outcome IS NOT NULL AND NOT EXISTS (
        SELECT * FROM flows
        WHERE flows.lane = inbox.lane AND flows.call_seq <= inbox.seq AND flows.state = 'running'
    )
"""
"""What an event has to fulfil to be deleted: it is settled, and no flow that runs may need it to be resumed."""

EventRow: TypeAlias = tuple[int, str, float, str | None, str | None, float | None, bytes]
LetterRow: TypeAlias = tuple[
    int, str, str, str, int, float, int | None, int, str, float, str | None, str | None, float | None, bytes
]


def parsed(row: EventRow) -> StoredEvent | None:
    """Return an event as it was stored, or None if its body is no event any more."""
    try:
        event = parse_event(wire.decode(row[6]))
    except (ValueError, EventError):
        return None
    return _stored(row, event)


def shown(row: EventRow) -> StoredEvent:
    """Return an event for people to look at; one whose body is unreadable has its type and nothing else."""
    empty = Event(event_type=row[1], team_id="", thread_id=None, stream_id=None, raw={})
    return parsed(row) or _stored(row, empty)


def letter(row: LetterRow) -> DeadLetter:
    """Return a dead letter with its event."""
    letter_id, handler, error, traceback, attempts, failed_at, replayed_as = row[:7]
    return DeadLetter(
        letter_id=letter_id,
        stored=shown(row[7:]),
        failure=Failure(handler=handler, error=error, traceback=traceback, attempts=attempts, failed_at=failed_at),
        replayed_as=replayed_as,
    )


def _stored(row: EventRow, event: Event) -> StoredEvent:
    seq, _, received_at, only, outcome, settled_at, _ = row
    return StoredEvent(seq, event, received_at, only, Outcome(outcome) if outcome else None, settled_at)
