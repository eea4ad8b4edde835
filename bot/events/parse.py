"""From JSON to an event: the one place where the platform's names become ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from bot.errors import EventError
from bot.events import names
from bot.events.coerce import flag, moment, text, unpacked
from bot.events.fields import pick
from bot.events.model import (
    CallCreated,
    CallEndedEvent,
    Event,
    MemberDtmf,
    MemberHeld,
    MemberInvited,
    MemberInviteEnded,
    MemberLeft,
    MemberUnheld,
    Originator,
)
from bot.wire import JsonObject, JsonValue


def parse_event(data: JsonValue) -> Event:
    """Return the event of a JSON object.

    Odd content is kept, never refused: a field that has not the documented type
    is None as an attribute and stays in `Event.raw`.

    Args:
        data: parsed JSON.

    Raises:
        EventError: it is no object, or has no ``eventType`` that is a non-empty string.
    """
    if not isinstance(data, dict):
        raise EventError("an event is a JSON object with an eventType")
    event_type = data.get("eventType")
    if not isinstance(event_type, str) or not event_type:
        raise EventError("an event needs an eventType that is a non-empty string")
    name = names.canonical(event_type)
    return _BUILDERS.get(name, _generic)(name, data)


def parse_originator(value: JsonValue) -> Originator:
    """Return who began a call, from an object, from JSON inside a string, or from a bare id."""
    inner = unpacked(value)
    if isinstance(inner, Mapping):
        return Originator(
            contact_id=text(pick(inner, "contactId", "userId")),
            phone=text(pick(inner, "phone", "phoneNumber")),
            trunk_id=text(inner.get("trunkId")),
        )
    return Originator(contact_id=text(inner))


def _generic(name: str, data: JsonObject) -> Event:
    return Event(
        event_type=name,
        team_id=text(data.get("teamId")) or "",
        thread_id=text(data.get("threadId")),
        stream_id=text(data.get("streamId")),
        raw=data,
    )


def _call_created(name: str, data: JsonObject) -> Event:
    return CallCreated(
        event_type=name,
        team_id=text(data.get("teamId")) or "",
        thread_id=text(data.get("threadId")),
        stream_id=text(data.get("streamId")),
        raw=data,
        originator=parse_originator(data.get("originateUserId")),
        destination_id=text(data.get("destinationId")),
        call_type=text(data.get("type")),
        created_at=moment(data.get("createdAt")),
    )


def _call_ended(name: str, data: JsonObject) -> Event:
    return CallEndedEvent(
        event_type=name,
        team_id=text(data.get("teamId")) or "",
        thread_id=text(data.get("threadId")),
        stream_id=text(data.get("streamId")),
        raw=data,
    )


def _member(kind: type[MemberInvited | MemberLeft | MemberHeld | MemberUnheld]) -> Callable[[str, JsonObject], Event]:
    def build(name: str, data: JsonObject) -> Event:
        return kind(
            event_type=name,
            team_id=text(data.get("teamId")) or "",
            thread_id=text(data.get("threadId")),
            stream_id=text(data.get("streamId")),
            raw=data,
            user_id=text(pick(data, "userId", "contactId")),
            phone=text(pick(data, "phone", "phoneNumber")),
        )

    return build


def _invite_ended(name: str, data: JsonObject) -> Event:
    return MemberInviteEnded(
        event_type=name,
        team_id=text(data.get("teamId")) or "",
        thread_id=text(data.get("threadId")),
        stream_id=text(data.get("streamId")),
        raw=data,
        user_id=text(pick(data, "userId", "contactId")),
        phone=text(pick(data, "phone", "phoneNumber")),
        answered=flag(data.get("answered")),
    )


def _dtmf(name: str, data: JsonObject) -> Event:
    return MemberDtmf(
        event_type=name,
        team_id=text(data.get("teamId")) or "",
        thread_id=text(data.get("threadId")),
        stream_id=text(data.get("streamId")),
        raw=data,
        user_id=text(pick(data, "userId", "contactId")),
        phone=text(pick(data, "phone", "phoneNumber")),
        dtmf_number=text(pick(data, "dtmfNumber", "dtmf")),
    )


_BUILDERS: Final[dict[str, Callable[[str, JsonObject], Event]]] = {
    names.CALL_CREATED: _call_created,
    names.CALL_ENDED: _call_ended,
    names.MEMBER_INVITED: _member(MemberInvited),
    names.MEMBER_INVITE_ENDED: _invite_ended,
    names.MEMBER_LEFT: _member(MemberLeft),
    names.MEMBER_HELD: _member(MemberHeld),
    names.MEMBER_UNHELD: _member(MemberUnheld),
    names.MEMBER_DTMF: _dtmf,
}
