"""Telling a second delivery of one event from a second event.

Events carry no id, and two equal key presses are two events. So a copy counts
as a redelivery only if it follows a delivery whose acknowledgement may not
have reached the platform: the connection broke, the answer took so long that
the platform may have given up, or the process died right after storing it.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from bot.clock import Clock
from bot.webhook.unanswered import DIGEST_SIZE, LANE_SIZE, Left, Unanswered

_KEEP: Final = 30.0
"""Seconds within which a doubtful delivery is expected again; an equal key press that late is a new one."""
_MOST: Final = 10_000
"""Doubtful deliveries remembered; the oldest is forgotten first, which at worst lets a copy through."""


class Arrival:
    """One delivery on its way into the journal.

    Args:
        body: its exact bytes.
        began: when it arrived, by the monotonic clock.
        connected: says whether its connection still stands.

    Attributes:
        digest: stands for the body.
        place: where it is noted; None if it is not.
    """

    __slots__ = ("_done", "began", "body", "connected", "digest", "place")

    def __init__(self, body: bytes, began: float, connected: Callable[[], bool]) -> None:
        self.body = body
        self.digest = _digest(body)
        self.began = began
        self.connected = connected
        self.place: int | None = None
        self._done: asyncio.Future[bool] | None = None

    async def outcome(self) -> bool:
        """Wait until it is known whether it was stored, and return that."""
        if self._done is None:
            self._done = asyncio.get_running_loop().create_future()
        return await asyncio.shield(self._done)

    def close(self, *, stored: bool) -> None:
        """Tell those who wait for the outcome."""
        if self._done is not None and not self._done.done():
            self._done.set_result(stored)


@dataclass(frozen=True, slots=True)
class _Doubt:
    since: float
    place: int | None
    perhaps: bool
    """Whether it may have been answered."""


class Redeliveries:
    """Remembers deliveries whose acknowledgement is in doubt.

    Args:
        clock: time.
        slow: seconds after which the platform may have given up waiting.
        unanswered: where deliveries are noted that are being answered; None notes them nowhere.
    """

    def __init__(self, clock: Clock, slow: float = 3.0, unanswered: Unanswered | None = None) -> None:
        self._clock = clock
        self._slow = slow
        self._unanswered = unanswered
        self._underway: dict[bytes, Arrival] = {}
        self._doubtful: OrderedDict[bytes, _Doubt] = OrderedDict()
        # Places of doubtful deliveries whose copies are being acknowledged.
        self._copied: dict[bytes, int] = {}
        # Those that an earlier process may have answered, by call.
        self._perhaps_answered: dict[bytes, list[bytes]] = {}

    def expect(self, stored: Iterable[tuple[bytes, float]]) -> None:
        """Take note of what an earlier process has stored and not come to acknowledge.

        Args:
            stored: the deliveries that it stored last: the body of each, and when it was received.
        """
        if self._unanswered is not None:
            known = {(_digest(body), received_at) for body, received_at in stored}
            for left in self._unanswered.left:
                if left.answering:
                    self._doubt_perhaps(left)
                elif left.stored or (left.digest, left.received_at) in known:
                    self._doubt(left.digest, left.place)
                else:
                    self._unanswered.remove(left.place)

    async def is_copy(self, body: bytes, lane: str = "") -> bool:
        """Return whether a body repeats a doubtful delivery that is stored; each of those accounts for one copy.

        A copy of a delivery that is still being stored waits for what becomes of it. `answering` and `dropped` must
        follow for a copy.

        Args:
            body: its exact bytes.
            lane: its call.
        """
        if self._doubtful:
            self._expire()
            if self._resolve(_digest(body)):
                return True
            if self._perhaps_answered:
                self._trust(_short(lane))
        # Of several copies that wait for a delivery that fails, the first replaces it and the others wait for that.
        while (original := self._underway.get(body)) is not None and self._in_doubt(original):
            if await original.outcome():
                self._resolve(original.digest)
                return True
        return False

    def answering(self, delivery: Arrival | bytes) -> None:
        """Take note that the acknowledgement of a delivery, or of a copy (its bytes), is about to be written."""
        place = self._copied.get(_digest(delivery)) if isinstance(delivery, bytes) else delivery.place
        if self._unanswered is not None and place is not None:
            self._unanswered.answering(place)

    def dropped(self, body: bytes, connected: Callable[[], bool]) -> None:
        """Take note of a copy that has been acknowledged: if its connection broke too, it is expected once more.

        Args:
            body: its exact bytes.
            connected: says whether its connection still stands.
        """
        digest = _digest(body)
        place = self._copied.pop(digest, None)
        if connected():
            self._forget(place)
            return
        if place is None and self._unanswered is not None:
            place = self._unanswered.add(digest, _short(""), self._clock.now())
        self._doubt(digest, place)

    def arrived(
        self, body: bytes, received_at: float, began: float, connected: Callable[[], bool], lane: str = ""
    ) -> Arrival:
        """Take note of a delivery that is about to be stored; `answered` must follow.

        After that `answering` and `acknowledged` must, if it has been stored.

        Args:
            body: its exact bytes.
            received_at: when it arrived, unix seconds, as the journal will have it.
            began: when it arrived, by the monotonic clock.
            connected: says whether its connection still stands.
            lane: its call.
        """
        arrival = Arrival(body, began, connected)
        self._underway.setdefault(body, arrival)
        if self._unanswered is not None:
            arrival.place = self._unanswered.add(arrival.digest, _short(lane), received_at)
        return arrival

    def answered(self, arrival: Arrival, *, stored: bool) -> None:
        """Take note of what became of a delivery: it has been stored, or has not."""
        if self._underway.get(arrival.body) is arrival:
            del self._underway[arrival.body]
        if not stored:
            self._forget(arrival.place)
        elif self._in_doubt(arrival):
            self._doubt(arrival.digest, arrival.place)
            arrival.place = None
        elif self._unanswered is not None and arrival.place is not None:
            self._unanswered.confirm(arrival.place)
        arrival.close(stored=stored)

    def acknowledged(self, arrival: Arrival) -> None:
        """Take note that the acknowledgement of a stored delivery has been written, or could not be."""
        if arrival.connected():
            self._forget(arrival.place)
        elif arrival.place is not None:
            self._doubt(arrival.digest, arrival.place)

    def _doubt(self, digest: bytes, place: int | None, *, perhaps: bool = False) -> None:
        before = self._doubtful.pop(digest, None)
        if before is not None:
            self._forget(before.place)
        self._doubtful[digest] = _Doubt(self._clock.monotonic(), place, perhaps)
        if self._unanswered is not None and place is not None and not perhaps:
            self._unanswered.confirm(place)
        if len(self._doubtful) > _MOST:
            self._forget_oldest()

    def _doubt_perhaps(self, left: Left) -> None:
        self._doubt(left.digest, left.place, perhaps=True)
        self._perhaps_answered.setdefault(left.lane, []).append(left.digest)

    def _trust(self, lane: bytes) -> None:
        """Doubt what may have been answered no more, since the platform goes on with the call."""
        for digest in self._perhaps_answered.pop(lane, ()):
            doubt = self._doubtful.get(digest)
            if doubt is not None and doubt.perhaps:
                del self._doubtful[digest]
                self._forget(doubt.place)

    def _resolve(self, digest: bytes) -> bool:
        """Doubt a delivery no more, since a copy is here; return whether it was doubted."""
        doubt = self._doubtful.pop(digest, None)
        if doubt is not None and doubt.place is not None:
            self._copied[digest] = doubt.place
        return doubt is not None

    def _forget(self, place: int | None) -> None:
        if self._unanswered is not None and place is not None:
            self._unanswered.remove(place)

    def _forget_oldest(self) -> None:
        _, doubt = self._doubtful.popitem(last=False)
        self._forget(doubt.place)

    def _in_doubt(self, arrival: Arrival) -> bool:
        return not arrival.connected() or self._clock.monotonic() - arrival.began > self._slow

    def _expire(self) -> None:
        oldest = self._clock.monotonic() - _KEEP
        while self._doubtful and next(iter(self._doubtful.values())).since < oldest:
            self._forget_oldest()


def _digest(body: bytes) -> bytes:
    return blake2b(body, digest_size=DIGEST_SIZE).digest()


def _short(lane: str) -> bytes:
    return blake2b(lane.encode(), digest_size=LANE_SIZE).digest()
