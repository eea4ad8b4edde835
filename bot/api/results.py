"""Answers of the platform as values.

Source: the platform's bot API documents. ``call/get`` documents ``originateUserId``
and ``destinationContacts`` as JSON inside a string; a plain value is taken too.
What is absent or of a type that it cannot have is None.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.events import JsonObject, JsonValue, Originator, parse_originator
from bot.events.coerce import flag, moment, text, unpacked
from bot.events.fields import pick


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member of a call, or somebody who is being invited.

    Attributes:
        contact_id: the person; events call the same id ``userId``.
        phone: the member's number, always as a string.
        trunk_id: the telephone line that connects the member.
        channel_id: the member's connection, once there is one.
        answered: whether the member is in the call; false while it rings.
        is_mute: whether the member cannot be heard.
        is_hold: whether the member is on hold.
        is_me_invite: ``isMeInvite`` of the platform, which does not explain it.
        is_extension: whether the member is an extension.
        is_bot: whether the member is a bot.
        has_originator: whether the member began the call.
        created_at: when the member joined, by the platform's clock.
    """

    contact_id: str | None = None
    phone: str | None = None
    trunk_id: str | None = None
    channel_id: str | None = None
    answered: bool | None = None
    is_mute: bool | None = None
    is_hold: bool | None = None
    is_me_invite: bool | None = None
    is_extension: bool | None = None
    is_bot: bool | None = None
    has_originator: bool | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallInfo:
    """A call as the platform sees it now.

    Attributes:
        destination_id: what the call was made to.
        stream_id: the business process that it belongs to.
        originator: who began it.
        type_destination: such as ``thread-incoming``; an open list.
        members: who is in it or being invited; empty if nobody is.
        raw: the answer as it came.
    """

    destination_id: str | None
    stream_id: str | None
    originator: Originator
    type_destination: str | None
    members: tuple[Member, ...]
    raw: JsonObject


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording that was stopped.

    Attributes:
        file_url: where it can be fetched; None if the platform did not say, then a comment brings it.
    """

    file_url: str | None


@dataclass(frozen=True, slots=True)
class AudioStream:
    """The live audio of a call.

    Attributes:
        stream_url: where it can be listened to; None if the platform did not say.
    """

    stream_url: str | None


def parse_call(data: JsonObject) -> CallInfo:
    """Return the call of an answer to ``call/get``; never raises."""
    members = unpacked(data.get("destinationContacts"))
    return CallInfo(
        destination_id=text(data.get("destinationId")),
        stream_id=text(data.get("streamId")),
        originator=parse_originator(data.get("originateUserId")),
        type_destination=text(data.get("typeDestination")),
        members=tuple(_members(members)) if isinstance(members, list) else (),
        raw=data,
    )


def _members(values: list[JsonValue]) -> list[Member]:
    """Return the members that can be read; each may be JSON inside a string again."""
    inner = [unpacked(value) for value in values]
    return [_member(value) for value in inner if isinstance(value, dict)]


def _member(data: JsonObject) -> Member:
    return Member(
        contact_id=text(pick(data, "contactId", "userId")),
        phone=text(pick(data, "phone", "phoneNumber")),
        trunk_id=text(data.get("trunkId")),
        channel_id=text(data.get("channelId")),
        answered=flag(data.get("answered")),
        is_mute=flag(data.get("isMute")),
        is_hold=flag(data.get("isHold")),
        is_me_invite=flag(data.get("isMeInvite")),
        is_extension=flag(data.get("isExtension")),
        is_bot=flag(data.get("isBot")),
        has_originator=flag(data.get("hasOriginator")),
        created_at=moment(data.get("createdAt")),
    )
