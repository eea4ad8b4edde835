"""The contract of the journal, which every engine keeps and one test suite checks.

The journal is the durable store. This is the part that the way of an event
needs: the inbox, what became of each event, and the dead letters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.events import Event


class Outcome(StrEnum):
    """What became of an event."""

    HANDLED = "handled"
    """Every handler of it has run."""
    DUPLICATE = "duplicate"
    """It repeats an event that changed nothing the second time; no handler saw it."""
    DEAD = "dead"
    """A handler of it failed for good; there is a dead letter."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way into the journal.

    Attributes:
        event: the event.
        body: its JSON, exact where it came alone, written anew where it came in a list.
        received_at: unix seconds.
    """

    event: Event
    body: bytes
    received_at: float


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event that is on disk.

    Attributes:
        seq: its number; within a lane the order of numbers is the order of commit.
        event: the event.
        received_at: unix seconds.
        only: the one handler that it is meant for (a replayed dead letter), or None for all.
        outcome: what became of it, or None while it is unhandled.
        settled_at: when that was, unix seconds.
    """

    seq: int
    event: Event
    received_at: float
    only: str | None = None
    outcome: Outcome | None = None
    settled_at: float | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A handler's failure for good, on its way into the journal.

    Attributes:
        handler: the handler's name.
        error: the exception in one line.
        traceback: the whole traceback.
        attempts: how often the handler was tried.
        failed_at: unix seconds of the last attempt.
    """

    handler: str
    error: str
    traceback: str
    attempts: int
    failed_at: float


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that a handler failed for good.

    Attributes:
        letter_id: its number, for people and for `Journal.replay`.
        stored: the event.
        failure: what happened.
        replayed_as: number of the event that replayed it, or None.
    """

    letter_id: int
    stored: StoredEvent
    failure: Failure
    replayed_as: int | None


@dataclass(frozen=True, slots=True)
class CallSummary:
    """A call as the journal knows it.

    Attributes:
        key: text form of the call key.
        first_at: unix seconds of its first event.
        last_at: unix seconds of its last event.
        events: how many events it has.
        dead: how many dead letters it has.
        ended: whether `Call.ended` came.
    """

    key: str
    first_at: float
    last_at: float
    events: int
    dead: int
    ended: bool


class Journal(Protocol):
    """The durable store. All methods may be called from one event loop only.

    Raises:
        JournalUnavailable: from any method, when the store cannot be read or written now.
    """

    async def open(self) -> None:
        """Open, create or migrate the store.

        Raises:
            JournalBroken: it is corrupt, not a journal, of a newer version, or used by another process.
            JournalUnavailable: it cannot be opened now (permissions, disk, lock).
        """
        ...

    async def close(self) -> None:
        """Write what waits, then close; afterwards every call raises `JournalUnavailable`. May be called twice."""
        ...

    async def append(self, deliveries: Sequence[Delivery]) -> None:
        """Store events, all or none; they are durable when this returns.

        Events appended by calls that began earlier get lower numbers.

        Raises:
            JournalFull: too many events wait to be stored or handled.
            JournalUnavailable: the store failed; nothing was stored.
        """
        ...

    async def take(self, limit: int) -> Sequence[StoredEvent]:
        """Wait for events that nobody has handled and that this object has not given out yet.

        After `open`, it gives out first what an earlier process left unhandled.

        Args:
            limit: how many at most, at least 1.

        Returns:
            At least one event, in order of `StoredEvent.seq`.
        """
        ...

    async def pending(self, lane: str, after: int, limit: int) -> Sequence[StoredEvent]:
        """Return unhandled events of a lane whose number is higher than ``after``, in order."""
        ...

    def settle(self, seq: int, outcome: Outcome) -> None:
        """Note what became of an event; written with the next commit, and again after a failure until it is.

        A process that dies before then handles the event once more.
        """
        ...

    async def bury(self, seq: int, failures: Sequence[Failure]) -> None:
        """Store dead letters of an event and settle it as `Outcome.DEAD`, durable when this returns."""
        ...

    async def history(self, lane: str, limit: int = 1000) -> Sequence[StoredEvent]:
        """Return the newest events of a lane, handled or not, oldest first."""
        ...

    async def calls(self, limit: int = 50) -> Sequence[CallSummary]:
        """Return the calls with the newest events, newest first."""
        ...

    async def dead_letters(self, limit: int = 100) -> Sequence[DeadLetter]:
        """Return the newest dead letters that were not replayed, newest first."""
        ...

    async def replay(self, letter_id: int) -> int:
        """Put the event of a dead letter into the inbox again, for the handler that failed only.

        Works from another process too; the bot that runs picks it up within seconds.

        Returns:
            The number of the new event.

        Raises:
            LookupError: there is no such dead letter, or it was replayed already.
        """
        ...

    async def doubtful(self, within: float, limit: int = 10_000) -> Sequence[tuple[bytes, float]]:
        """Return deliveries that an earlier process may have stored and not acknowledged any more.

        An event that is settled was acknowledged before. So these are the unsettled events that were received
        shortly before the newest one.

        Args:
            within: seconds before the newest event.
            limit: how many at most, the newest.

        Returns:
            Of each the body and when it was received.
        """
        ...

    async def lifecycle(self, since: float) -> Sequence[StoredEvent]:
        """Return the settled `Call.created` and `Call.ended` events received since then, oldest first."""
        ...

    async def prune(self, before: float, limit: int = 10_000) -> int:
        """Delete settled events received before then, with their dead letters and flows, oldest first.

        While a flow runs, the events of its lane stay, from the one that began its call on.

        Returns:
            How many events were deleted; less than ``limit`` means that no more are left.
        """
        ...

    @property
    def backlog(self) -> int:
        """How many events are stored and not settled."""
        ...

    @property
    def healthy(self) -> bool:
        """Whether the last attempt to store succeeded and the store is open."""
        ...
