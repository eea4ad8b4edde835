"""Chance, repeatable: what becomes of each event and of each request."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from bot.simulator.faults import KINDS, REQUEST_FAULTS, Faults, RequestFault


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
    the choices of one do not depend on the others.

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
        self._whether = {kind: Random(f"{faults.seed} {kind}") for kind in KINDS}  # noqa: S311 - must be repeatable, not secret
        self._how_long = {kind: Random(f"{faults.seed} {kind} for") for kind in KINDS}  # noqa: S311 - likewise
        self._left = {kind: faults.chance(kind).most for kind in KINDS}

    def event(self) -> EventFate:
        """Decide about the next event."""
        delay = self._time("delayed", self._faults.delay_longest)
        return EventFate(
            dropped=self._happens("dropped"),
            delay=delay if self._happens("delayed") else 0.0,
            reordered=self._happens("reordered"),
            duplicated=self._happens("duplicated"),
        )

    def attempt(self) -> AttemptFate:
        """Decide about the next attempt to post an event."""
        return AttemptFate(unread=self._happens("unread"), unacknowledged=self._happens("unacknowledged"))

    def request(self) -> RequestFate:
        """Decide about the next request."""
        happen = [kind for kind in REQUEST_FAULTS if self._happens(kind)]
        late = self._time("slow", self._faults.slow_longest)
        fault = happen[0] if happen else None
        return RequestFate(fault=fault, late=late if fault == "slow" else 0.0)

    def _happens(self, kind: str) -> bool:
        left = self._left[kind]
        if not self._whether[kind].random() < self._faults.chance(kind).rate or left == 0:
            return False
        if left is not None:
            self._left[kind] = left - 1
        return True

    def _time(self, kind: str, longest: float) -> float:
        """Return a time up to the longest one, in tenths of a second."""
        return min(longest, max(0.1, round(self._how_long[kind].random() * longest, 1)))
