"""Events: what the platform told us, typed, with the raw JSON kept."""

from bot.events.key import CallKey
from bot.events.model import (
    CallCreated,
    CallEndedEvent,
    CallEvent,
    Event,
    MemberDtmf,
    MemberEvent,
    MemberHeld,
    MemberInvited,
    MemberInviteEnded,
    MemberLeft,
    MemberUnheld,
    Originator,
)
from bot.events.parse import parse_event, parse_originator
from bot.wire import JsonObject, JsonValue

__all__ = [
    "CallCreated",
    "CallEndedEvent",
    "CallEvent",
    "CallKey",
    "Event",
    "JsonObject",
    "JsonValue",
    "MemberDtmf",
    "MemberEvent",
    "MemberHeld",
    "MemberInviteEnded",
    "MemberInvited",
    "MemberLeft",
    "MemberUnheld",
    "Originator",
    "parse_event",
    "parse_originator",
]
