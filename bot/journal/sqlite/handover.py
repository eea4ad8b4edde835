"""From the writer to whoever takes: in memory while that keeps up, by way of the disk when it does not."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

from bot.journal.contract import Delivery, StoredEvent


class Handover:
    """Events that are on the disk and were not given out yet, in order of their numbers.

    It knows the highest number that is on the disk and the highest one that
    went through here. While they are the same, new events are kept in memory.
    When too many wait, or when events came about elsewhere, it falls behind:
    then the next events are to be read from the disk, from where it stands.

    Args:
        capacity: how many events wait in memory at most, at least 1.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._ready: deque[StoredEvent] = deque()
        self._changed = asyncio.Event()
        self.on_disk = 0
        """The highest number known to be on the disk."""
        self.passed = 0
        """The highest number that went through here; later ones are still to come."""

    @property
    def behind(self) -> bool:
        """Whether there may be events that have to be read from the disk."""
        return self.passed < self.on_disk

    def offer(self, first: int, deliveries: Sequence[Delivery]) -> None:
        """Take over events that have just been stored.

        Args:
            first: the number of the first; the others follow without a gap.
            deliveries: the events.
        """
        self.on_disk = max(self.on_disk, first - 1)
        last = first + len(deliveries) - 1
        if not self.behind and len(self._ready) + len(deliveries) <= self._capacity:
            for seq, delivery in enumerate(deliveries, first):
                # A page that was read meanwhile may hold it already.
                if seq > self.passed:
                    self._ready.append(StoredEvent(seq, delivery.event, delivery.received_at))
                    self.passed = seq
        self.on_disk = max(self.on_disk, last)
        self._changed.set()

    def notice(self, last: int) -> None:
        """Learn the highest number on the disk."""
        if last > self.on_disk:
            self.on_disk = last
            self._changed.set()

    def fill(self, events: Sequence[StoredEvent], passed: int) -> None:
        """Take over events that were read from the disk, all that there were from `passed` on.

        Args:
            events: the unsettled ones, in order.
            passed: the number up to which the disk was read.
        """
        self._ready += events
        self.passed = max(self.passed, passed)
        self.notice(self.passed)

    def give(self, limit: int) -> list[StoredEvent]:
        """Return the first events in memory and forget them; none if none are there."""
        ready = self._ready
        return [ready.popleft() for _ in range(min(limit, len(ready)))]

    def wake(self) -> None:
        """End `wait` without news."""
        self._changed.set()

    async def wait(self) -> None:
        """Wait for news; there may have been some since the last call."""
        await self._changed.wait()
        self._changed.clear()
