"""Chance, repeatable: what becomes of each event and of each request."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from bot.simulator.faults import KINDS, REQUEST_FAULTS, Faults, RequestFault

_MOST_LANES: Final = 10_000
"""Lanes whose choices are counted; the one that was used longest ago begins anew beyond that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFate:
    """What becomes of one event.

    Attributes:
        dropped: it is never posted.
        delay: seconds that it waits.
        reordered: it lets the next one pass.
        duplicated: it is posted once more after the bot has taken it.
    """

    dropped: bool = False
    delay: float = 0.0
    reordered: bool = False
    duplicated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptFate:
    """What becomes of one attempt to post an event.

    Attributes:
        unread: the connection breaks before the answer is read.
        unacknowledged: the answer is read and gets lost.
    """

    unread: bool = False
    unacknowledged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFate:
    """What becomes of one request.

    Attributes:
        fault: what happens; None for nothing.
        late: seconds that the answer waits.
    """

    fault: RequestFault | None = None
    late: float = 0.0


class Dice:
    """Makes the choices; the faults may be changed while they are being made.

    Every fault is decided on in every case, whether it is switched on or not and whatever else happens, so that
    the choices of one do not depend on the others. Every lane, such as the requests of one kind in the calls of one
    caller, has choices of its own: what becomes of them does not depend on what else happens at the same time. Only
    how often a fault happens in all (`Chance.most`) is counted over all lanes.

    Args:
        faults: what may go wrong.
    """

    def __init__(self, faults: Faults) -> None:
        self.faults = faults

    @property
    def faults(self) -> Faults:
        """What may go wrong; to set it begins the choices anew from its seed."""
        return self._faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self._faults = faults
        self._counts: OrderedDict[str, int] = OrderedDict()
        self._left = {kind: faults.chance(kind).most for kind in KINDS}

    def event(self, lane: str = "") -> EventFate:
        """Decide about the next event of a lane."""
        case = self._next_case("event", lane)
        delay = self._time("delayed", case, self._faults.delay_longest)
        return EventFate(
            dropped=self._happens("dropped", case),
            delay=delay if self._happens("delayed", case) else 0.0,
            reordered=self._happens("reordered", case),
            duplicated=self._happens("duplicated", case),
        )

    def attempt(self, lane: str = "") -> AttemptFate:
        """Decide about the next attempt to post an event of a lane."""
        case = self._next_case("attempt", lane)
        return AttemptFate(unread=self._happens("unread", case), unacknowledged=self._happens("unacknowledged", case))

    def request(self, lane: str = "") -> RequestFate:
        """Decide about the next request of a lane."""
        case = self._next_case("request", lane)
        happen = [kind for kind in REQUEST_FAULTS if self._happens(kind, case)]
        late = self._time("slow", case, self._faults.slow_longest)
        fault = happen[0] if happen else None
        return RequestFate(fault=fault, late=late if fault == "slow" else 0.0)

    def _next_case(self, what: str, lane: str) -> str:
        """Return a name for the next case of a lane, the same one for the how-manieth time it is."""
        key = f"{what} {lane}"
        number = self._counts[key] = self._counts.get(key, 0) + 1
        self._counts.move_to_end(key)
        if len(self._counts) > _MOST_LANES:
            self._counts.popitem(last=False)
        return f"{key} {number}"

    def _chance(self, kind: str, case: str) -> float:
        """Return a number from 0 to less than 1: always the same for a case, and as good as random over all cases."""
        digest = blake2b(f"{self._faults.seed} {kind} {case}".encode(), digest_size=6).digest()
        return float(int.from_bytes(digest) / 2**48)

    def _happens(self, kind: str, case: str) -> bool:
        left, rate = self._left[kind], self._faults.chance(kind).rate
        if not rate or left == 0 or self._chance(kind, case) >= rate:
            return False
        if left is not None:
            self._left[kind] = left - 1
        return True

    def _time(self, kind: str, case: str, longest: float) -> float:
        """Return a time up to the longest one, in tenths of a second."""
        return min(longest, max(0.1, round(self._chance(f"{kind} for", case) * longest, 1)))
