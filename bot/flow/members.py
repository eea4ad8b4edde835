"""Who is in a call, as its events tell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.events import (
    Event,
    MemberEvent,
    MemberHeld,
    MemberInvited,
    MemberInviteEnded,
    MemberLeft,
    MemberUnheld,
    Originator,
)


class MemberState(StrEnum):
    """Where a member of a call stands."""

    RINGING = "ringing"
    JOINED = "joined"
    HELD = "held"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class CallMember:
    """A member of a call.

    Attributes:
        contact_id: who; None where the platform knows only a number.
        phone: the number, if known.
        state: where the member stands.
        is_caller: whether this is who began the call.
    """

    contact_id: str | None
    phone: str | None
    state: MemberState
    is_caller: bool = False

    @property
    def present(self) -> bool:
        """Whether the member is in the call, on hold or not."""
        return self.state in (MemberState.JOINED, MemberState.HELD)


class MemberBook:
    """Folds events into members; what comes out of order does not bring back who has gone.

    Args:
        originator: who began the call.
    """

    def __init__(self, originator: Originator) -> None:
        caller = CallMember(originator.contact_id, originator.phone, MemberState.JOINED, is_caller=True)
        self._caller_key = originator.contact_id or originator.phone or ""
        self._members: dict[str, CallMember] = {self._caller_key: caller}
        self._early_ends: set[str] = set()

    def read(self, events: Iterable[Event]) -> None:
        """Take note of events, in order."""
        for event in events:
            if isinstance(event, MemberEvent):
                self._take(event)

    def all(self) -> tuple[CallMember, ...]:
        """Return all members, those who have gone too, in the order in which they came."""
        return tuple(self._members.values())

    def is_callers(self, event: Event) -> bool:
        """Return whether an event is about the caller, whom the platform may know by the number only."""
        return isinstance(event, MemberEvent) and self._key(event) == self._caller_key

    def _key(self, event: MemberEvent) -> str:
        return event.user_id or event.phone or self._caller_key

    def _take(self, event: MemberEvent) -> None:
        key = self._key(event)
        known = self._members.get(key) or CallMember(event.user_id, event.phone, MemberState.GONE)
        state = self._state(key, event, known.state)
        if state is not None:
            self._members[key] = replace(known, state=state, phone=known.phone or event.phone)

    def _state(self, key: str, event: MemberEvent, now: MemberState) -> MemberState | None:  # noqa: PLR0911 - a case each
        match event:
            case MemberInvited():
                if key in self._early_ends:
                    self._early_ends.discard(key)
                    return None
                return MemberState.RINGING if now is MemberState.GONE else None
            case MemberInviteEnded():
                if now is MemberState.GONE:
                    self._early_ends.add(key)
                return MemberState.JOINED if event.answered else MemberState.GONE
            case MemberLeft():
                return MemberState.GONE
            case MemberHeld() | MemberUnheld() if now is MemberState.GONE and key in self._members:
                # Told too late; somebody of whom nothing else was told is in the call, though.
                return None
            case MemberHeld():
                return MemberState.HELD
            case MemberUnheld():
                return MemberState.JOINED
            case _:
                return None
