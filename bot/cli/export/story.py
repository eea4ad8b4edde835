"""A call as the journal has it: who took part, what they did, and what could be noticed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.cli.export.marks import Mark, failed, marks_of, value_of
from bot.cli.export.putting_out import PuttingOut
from bot.events import (
    CallCreated,
    CallEndedEvent,
    MemberDtmf,
    MemberEvent,
    MemberInvited,
    MemberInviteEnded,
    MemberLeft,
)
from bot.flow.duty import NEXT_IN_TURN
from bot.journal import Outcome, StepRecord, StoredEvent, StoredFlow

_ROTA = ("rota on duty", NEXT_IN_TURN)


@dataclass(frozen=True, slots=True)
class Ring:
    """A time that somebody was rung.

    Attributes:
        contact_id: who.
        invited: the event that it began with.
        ended: the event that it ended with; None if that is not known.
        left: the event that the person left with; None if they did not answer, or it is not known.
    """

    contact_id: str
    invited: StoredEvent
    ended: StoredEvent | None
    left: StoredEvent | None

    @property
    def answered(self) -> bool:
        """Whether the person answered."""
        return (
            self.ended is not None
            and isinstance(self.ended.event, MemberInviteEnded)
            and bool(self.ended.event.answered)
        )


class Story:
    """One call.

    Args:
        history: the events of its lane; the last call among them is meant.
        flows: of its lane, with their steps.

    Attributes:
        created: the event that it began with.
        events: its events, in order.
        steps: the steps of its flows that did not fail, in order of time.
        marks: what could be noticed.
        bot: what the bot did to members.

    Raises:
        ValueError: its beginning is not among the events.
    """

    def __init__(self, history: Sequence[StoredEvent], flows: Sequence[StoredFlow]) -> None:
        begins = [index for index, one in enumerate(history) if isinstance(one.event, CallCreated)]
        if not begins:
            raise ValueError("the journal does not have the beginning of this call any more")
        self.events = [one for one in history[begins[-1] :] if one.outcome is not Outcome.DUPLICATE]
        self.created = self.events[0]
        own = [flow for flow in flows if flow.start.flow_id.call_seq >= self.created.seq]
        self.steps: Sequence[StepRecord] = sorted(
            (step for flow in own for step in flow.steps if not failed(step)), key=lambda step: step.at
        )
        self.marks: Sequence[Mark] = marks_of(self.events, own)
        self.bot = PuttingOut(own)

    @property
    def caller_id(self) -> str:
        """The contact id of who called; empty if the platform did not say."""
        event = self.created.event
        return (event.originator.contact_id or "") if isinstance(event, CallCreated) else ""

    @property
    def caller_phone(self) -> str | None:
        """The number called from, if it is known."""
        event = self.created.event
        return event.originator.phone if isinstance(event, CallCreated) else None

    @property
    def ended(self) -> StoredEvent | None:
        """The event that it ended with, if it is over."""
        return next((one for one in self.events if isinstance(one.event, CallEndedEvent)), None)

    @property
    def caller_left(self) -> StoredEvent | None:
        """The event that the caller left with, if they have."""
        return self._next(self.created, MemberLeft, self.caller_id)

    def keys(self, contact_id: str, since: StoredEvent, until: StoredEvent | None) -> Iterator[StoredEvent]:
        """Yield the key presses of somebody, after an event and up to another."""
        last = self.events[-1].seq if until is None else until.seq
        for one in self.events:
            if isinstance(one.event, MemberDtmf) and one.event.user_id == contact_id and since.seq < one.seq <= last:
                yield one

    def rings(self) -> Sequence[Ring]:
        """Return every time that somebody was rung, in order."""
        return [self._ring(one, one.event.user_id or "") for one in self.events if isinstance(one.event, MemberInvited)]

    def on_duty(self) -> Sequence[str]:
        """Return who was on duty, as far as flows asked for it, and who was rung, in order."""
        found: dict[str, None] = {}
        for step in self.steps:
            if step.name in _ROTA:
                found |= dict.fromkeys(_members(step))
        return [*(found | dict.fromkeys(ring.contact_id for ring in self.rings()))]

    def was_closed(self) -> bool:
        """Return whether a flow asked for business hours and there were none."""
        return any(step.name == "rota is open" and value_of(step) is False for step in self.steps)

    def by_the_end(self, event: StoredEvent) -> bool:
        """Return whether something happened to a member only because the call was over."""
        left, ended = self.caller_left, self.ended
        return left is not None and ended is not None and left.seq < event.seq < ended.seq

    def _ring(self, invited: StoredEvent, who: str) -> Ring:
        ended = self._next(invited, MemberInviteEnded, who)
        ring = Ring(who, invited, ended, None)
        left = self._next(ended, MemberLeft, who) if ring.answered and ended is not None else None
        return Ring(who, invited, ended, left)

    def _next(self, after: StoredEvent, kind: type[MemberEvent], who: str) -> StoredEvent | None:
        for one in self.events:
            if one.seq > after.seq and isinstance(one.event, kind) and one.event.user_id == who:
                return one
        return None


def _members(step: StepRecord) -> Iterator[str]:
    value = value_of(step)
    members = value.get("members") if isinstance(value, Mapping) else None
    for member in members if isinstance(members, list) else []:
        if isinstance(member, dict):
            yield str(member.get("contactId"))
