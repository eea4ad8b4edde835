"""What the dispatcher remembers of calls, so that a repeated lifecycle event changes nothing.

Events carry no id. `Call.created` and `Call.ended` are judged against the
call's state; an event of a member repeats only if it says the same of the same
member within moments. A key press is never judged here: losing one is worse
than seeing it twice. Source: the platform's documents name no event id, no
order and no retry rule, so all of this is what a careful reader must assume.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.events import CallCreated, CallEndedEvent, Event, MemberDtmf, MemberEvent

_REPEAT_WITHIN: Final = 2.0
"""Seconds within which an equal event of a member is a repeat; a second ring takes longer to end."""

_LATE_WITHIN: Final = 5.0
"""Seconds after `Call.ended` within which a `Call.created` without its own time belongs to the ended call."""


@dataclass(slots=True)
class _Call:
    created_at: datetime | None = None
    created: bool = False
    incoming: bool | None = None
    ended_at: float | None = None
    members: dict[str, tuple[str, float]] = field(default_factory=dict)


class CallBook:
    """The calls that are open, and those that ended lately.

    Args:
        open_limit: how many open calls are remembered; the longest untouched is forgotten first.
        ended_limit: how many ended ones.
    """

    def __init__(self, open_limit: int = 100_000, ended_limit: int = 10_000) -> None:
        self._open: OrderedDict[str, _Call] = OrderedDict()
        self._ended: OrderedDict[str, _Call] = OrderedDict()
        self._ending: set[str] = set()
        self._open_limit = open_limit
        self._ended_limit = ended_limit

    def repeats(self, event: Event, received_at: float) -> bool:
        """Take note of an event and return whether it repeats one that was noted.

        Args:
            event: the event; those of one call in order.
            received_at: unix seconds.
        """
        match event:
            case CallCreated():
                return self._created(event, received_at)
            case CallEndedEvent():
                return self._end(event.lane, received_at)
            case MemberDtmf():
                return False
            case MemberEvent():
                return self._member(event, received_at)
            case _:
                return False

    def foresee(self, event: Event) -> None:
        """Take note of a `Call.ended` that is still to be handled: what is done for the call meanwhile is too late."""
        if isinstance(event, CallEndedEvent):
            self._ending.add(event.lane)

    def ended(self, lane: str) -> bool:
        """Return whether the call has ended, even if that event is still to be handled."""
        return lane in self._ended or lane in self._ending

    def incoming(self, lane: str) -> bool | None:
        """Return whether somebody outside called; None if the call's beginning was not seen."""
        call = self._open.get(lane) or self._ended.get(lane)
        return call.incoming if call else None

    @property
    def open_calls(self) -> int:
        """How many calls are open."""
        return len(self._open)

    def _created(self, event: CallCreated, received_at: float) -> bool:
        lane = event.lane
        known = self._open.get(lane) or self._ended.get(lane)
        if known is not None:
            if known.created and _not_newer(event.created_at, known.created_at, ended=known.ended_at is not None):
                return True
            if known.ended_at is not None and not known.created and received_at - known.ended_at < _LATE_WITHIN:
                # Out of order: the call is over already, and stays so.
                known.created, known.created_at, known.incoming = True, event.created_at, event.incoming
                return False
            if known.ended_at is None and not known.created:
                # Events of members came first; what they said stays true.
                known.created, known.created_at, known.incoming = True, event.created_at, event.incoming
                return False
        self._ended.pop(lane, None)
        self._open.pop(lane, None)
        self._put(lane, _Call(created_at=event.created_at, created=True, incoming=event.incoming))
        return False

    def _end(self, lane: str, received_at: float) -> bool:
        self._ending.discard(lane)
        if lane in self._ended:
            return True
        call = self._open.pop(lane, None) or _Call()
        call.ended_at = received_at
        call.members.clear()
        self._ended[lane] = call
        if len(self._ended) > self._ended_limit:
            self._ended.popitem(last=False)
        return False

    def _member(self, event: MemberEvent, received_at: float) -> bool:
        lane = event.lane
        if lane in self._ended:
            return False
        call = self._open.get(lane)
        if call is None:
            call = _Call()
            self._put(lane, call)
        else:
            self._open.move_to_end(lane)
        who = event.user_id or event.phone or ""
        what = f"{event.event_type} {event.fields.get('answered')} {event.phone}"
        said, at = call.members.get(who, ("", 0.0))
        call.members[who] = (what, received_at)
        return said == what and received_at - at < _REPEAT_WITHIN

    def _put(self, lane: str, call: _Call) -> None:
        self._open[lane] = call
        if len(self._open) > self._open_limit:
            self._open.popitem(last=False)


def _not_newer(given: datetime | None, known: datetime | None, *, ended: bool) -> bool:
    """Return whether a second `Call.created` of a thread is of the known call; without times, only an open one's is."""
    if given is None or known is None:
        return not ended
    return given <= known
