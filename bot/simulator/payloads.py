"""The JSON that the platform sends: its events, and what ``call/get`` tells.

Source: the platform's documents of its events and call requests. Fields that
the platform may leave empty are absent here where there is nothing to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from bot import wire
from bot.events import CallKey, JsonValue, Originator
from bot.simulator.moments import Cue

if TYPE_CHECKING:
    from bot.simulator.conference import Leg

Payload: TypeAlias = dict[str, JsonValue]

INVITED = "Call.Member.invited"
INVITE_ENDED = "Call.Member.Invite.ended"
LEFT = "Call.Member.leaved"
HELD = "Call.Member.held"
UNHELD = "Call.Member.unheld"
DTMF = "Call.Member.dtmf"

_CUES: Final = {INVITED: Cue.RINGS, LEFT: Cue.LEAVES, HELD: Cue.HELD, UNHELD: Cue.UNHELD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a call lives and how it came about; does not change during the call.

    Attributes:
        team_id: the customer company.
        thread_id: the task that was made for the call.
        stream_id: the business process that the task is in.
        destination_id: what was called.
        call_type: such as ``thread-incoming``.
        originator: who called.
        created_at: unix seconds.
    """

    team_id: str
    thread_id: str
    stream_id: str
    destination_id: str
    call_type: str
    originator: Originator
    created_at: float

    @property
    def key(self) -> CallKey:
        """The identity of the call."""
        return CallKey(self.team_id, "thread", self.thread_id)


def call_created(place: Place) -> Payload:
    """Return ``Call.created``, with the originator as JSON inside a string, as ``call/get`` has it."""
    return _event(
        place,
        "Call.created",
        originateUserId=_originator_text(place.originator),
        destinationId=place.destination_id,
        type=place.call_type,
        createdAt=milliseconds(place.created_at),
    )


def call_ended(place: Place) -> Payload:
    """Return ``Call.ended``, which has no durations."""
    return _event(place, "Call.ended")


def member_event(place: Place, name: str, leg: Leg, **more: JsonValue) -> Payload:
    """Return an event of a member.

    Args:
        place: the call.
        name: the event's type.
        leg: the member.
        more: fields that only this type has.
    """
    phone: Payload = {"phone": leg.phone} if leg.phone else {}
    return _event(place, name, userId=leg.contact_id, **phone, **more)


def cue_of(event: Payload) -> Cue | None:
    """Return what people in the call notice of an event of a member; None where it is nothing."""
    if event["eventType"] == INVITE_ENDED:
        return Cue.JOINS if event["answered"] else Cue.MISSES
    return _CUES.get(str(event["eventType"]))


def call_information(place: Place, legs: Sequence[Leg]) -> Payload:
    """Return the data of ``call/get``; the originator and the members are JSON inside strings."""
    members = [_member(leg) for leg in legs]
    return {
        "destinationId": place.destination_id,
        "streamId": place.stream_id,
        "originateUserId": _originator_text(place.originator),
        "typeDestination": place.call_type,
        "destinationContacts": wire.encode(members).decode(),
    }


def _event(place: Place, name: str, **fields: JsonValue) -> Payload:
    return {
        "teamId": place.team_id,
        "eventType": name,
        "streamId": place.stream_id,
        "threadId": place.thread_id,
        **fields,
    }


def _member(leg: Leg) -> Payload:
    member: Payload = {
        "contactId": leg.contact_id,
        "answered": leg.answered,
        "isMute": False,
        "isHold": leg.held,
        "isMeInvite": False,
        "isExtension": False,
        "isBot": False,
        "hasOriginator": leg.has_originator,
    }
    if leg.joined_at is not None:
        member |= {"channelId": leg.channel_id, "createdAt": str(milliseconds(leg.joined_at))}
    if leg.phone:
        member["phone"] = leg.phone
    if leg.trunk_id:
        member["trunkId"] = leg.trunk_id
    return member


def _originator_text(originator: Originator) -> str:
    parts = {"contactId": originator.contact_id, "phone": originator.phone, "trunkId": originator.trunk_id}
    return wire.encode({name: value for name, value in parts.items() if value is not None}).decode()


def milliseconds(seconds: float) -> int:
    """Return a time as the platform writes it."""
    return int(seconds * 1000)
