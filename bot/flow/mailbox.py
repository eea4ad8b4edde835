"""The events of one call, in order, as its flow gets to see them."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import TypeAlias

from bot.events import CallEndedEvent, Event
from bot.journal import StoredEvent

Match: TypeAlias = Callable[[Event], bool]
"""Says whether an event is the one that is waited for."""


class Mailbox:
    """The events of a call since it began.

    Args:
        events: those that are known already, in order of number.
    """

    __slots__ = ("_events", "_numbers", "_waiting", "ended")

    def __init__(self, events: Sequence[StoredEvent] = ()) -> None:
        self._events = list(events)
        self._numbers = [stored.seq for stored in events]
        self._waiting: list[tuple[Match, asyncio.Future[StoredEvent | None]]] = []
        self.ended = any(isinstance(stored.event, CallEndedEvent) for stored in events)

    @property
    def last(self) -> int:
        """Number of the newest event; 0 if there is none."""
        return self._numbers[-1] if self._numbers else 0

    @property
    def last_at(self) -> float:
        """Unix seconds at which the newest event came; 0 if there is none."""
        return self._events[-1].received_at if self._events else 0.0

    @property
    def subject(self) -> Event:
        """The first event; the call that all of them are about."""
        return self._events[0].event

    def find(self, seq: int) -> StoredEvent | None:
        """Return an event by its number, or None."""
        index = bisect_right(self._numbers, seq) - 1
        return self._events[index] if index >= 0 and self._numbers[index] == seq else None

    def put(self, stored: StoredEvent) -> bool:
        """Add an event and wake whoever waits for it; one that is known already changes nothing.

        Returns:
            Whether it is new.
        """
        if stored.seq <= self.last:
            return False
        self._events.append(stored)
        self._numbers.append(stored.seq)
        self.ended = self.ended or isinstance(stored.event, CallEndedEvent)
        for match, found in tuple(self._waiting):
            if not found.done() and match(stored.event):
                found.set_result(stored)
        return True

    def between(self, after: int, until: int) -> Sequence[StoredEvent]:
        """Return the events numbered higher than one number and at most another."""
        return self._events[bisect_right(self._numbers, after) : bisect_right(self._numbers, until)]

    def get(self, seq: int) -> StoredEvent:
        """Return an event by its number.

        Raises:
            LookupError: there is no such event.
        """
        found = self.find(seq)
        if found is None:
            raise LookupError(f"the call has no event {seq}")
        return found

    def first(self, after: int, match: Match) -> StoredEvent | None:
        """Return the first event after a number that matches, or None."""
        for stored in self.between(after, self.last):
            if match(stored.event):
                return stored
        return None

    def expect(self, match: Match) -> asyncio.Future[StoredEvent | None]:
        """Return a future of the next new event that matches; `forget` it in the end."""
        found: asyncio.Future[StoredEvent | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((match, found))
        return found

    def forget(self, future: asyncio.Future[StoredEvent | None]) -> None:
        """Wait no more."""
        self._waiting = [entry for entry in self._waiting if entry[1] is not future]
