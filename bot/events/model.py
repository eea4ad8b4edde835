"""The events, typed.

An event keeps its raw JSON. Attributes are the documented fields in
snake_case; an attribute is None where the field is absent or of a type that it
cannot have. Source of names and meanings: the platform's bot API documents.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.events.fields import snake_fields
from bot.events.key import CallKey, key_text
from bot.wire import JsonObject, JsonValue


@dataclass(frozen=True, slots=True)
class Originator:
    """Who began a call.

    Attributes:
        contact_id: id of the person, where the platform knows one.
        phone: the number called from, always as a string.
        trunk_id: the telephone line that the call came in by.
    """

    contact_id: str | None = None
    phone: str | None = None
    trunk_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that the platform told us; also the event of every type without a class of its own.

    Attributes:
        event_type: the current name, such as ``Call.created``.
        team_id: the customer company that it is about; empty if the platform did not say.
        thread_id: the task that it is about, if any.
        stream_id: the business process that it is about, if any.
        raw: the JSON object as it came.
    """

    event_type: str
    team_id: str
    thread_id: str | None
    stream_id: str | None
    raw: JsonObject

    @property
    def fields(self) -> Mapping[str, JsonValue]:
        """All fields in snake_case, renamed ones under their current names, values as they came."""
        return snake_fields(self.raw)

    @property
    def call_key(self) -> CallKey | None:
        """The call that the event belongs to, or None if it is no event of a call."""
        return None

    @property
    def lane(self) -> str:
        """What the event is kept in order with: its call, else its thread, stream, or team."""
        if self.thread_id:
            return key_text(self.team_id, "thread", self.thread_id)
        if self.stream_id:
            return key_text(self.team_id, "stream", self.stream_id)
        return self.team_id


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEvent(Event):
    """An event of a call."""

    @property
    def call_key(self) -> CallKey | None:
        """The call that the event belongs to; None if it names neither thread nor stream."""
        return CallKey.of(self.team_id, self.thread_id, self.stream_id)

    @property
    def call_id(self) -> str:
        """What requests call ``threadId``: the thread, or the stream, that the call lives in; empty if unknown."""
        key = self.call_key
        return key.home_id if key else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallCreated(CallEvent):
    """A conference exists, in a thread or a stream; it may still be empty (``Call.created``).

    Attributes:
        originator: who began the call.
        destination_id: what the call was made to.
        call_type: ``thread``, ``stream``, or either with a suffix such as ``thread-incoming``; an open list.
        created_at: when, by the platform's clock.
    """

    originator: Originator
    destination_id: str | None
    call_type: str | None
    created_at: datetime | None

    @property
    def call_key(self) -> CallKey | None:
        """The call, by its stream if its type says that it lives there."""
        return CallKey.of(self.team_id, self.thread_id, self.stream_id, self.call_type)

    @property
    def lane(self) -> str:
        """The call's key, which a type of ``stream`` may move to the stream."""
        key = self.call_key
        return str(key) if key else self.team_id

    @property
    def incoming(self) -> bool:
        """Whether somebody outside called: the type says so, or else the call came in by a telephone line."""
        kind = self.call_type or ""
        if kind.endswith(("incoming", "outgoing")):
            return kind.endswith("incoming")
        return self.originator.trunk_id is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEndedEvent(CallEvent):
    """The call is over; its durations come later, in a comment (``Call.ended``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberEvent(CallEvent):
    """An event of one member of a call.

    Attributes:
        user_id: the member; requests call the same id ``contactId``.
        phone: the member's number, always as a string.
    """

    user_id: str | None
    phone: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberInvited(MemberEvent):
    """The platform has begun to ring a member (``Call.Member.invited``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberInviteEnded(MemberEvent):
    """An invitation is over (``Call.Member.Invite.ended``).

    Attributes:
        answered: whether the member joined; None if the platform did not say.
    """

    answered: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLeft(MemberEvent):
    """A member left or was put out (``Call.Member.leaved``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberHeld(MemberEvent):
    """A member was put on hold (``Call.Member.held``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberUnheld(MemberEvent):
    """A member was taken off hold (``Call.Member.unheld``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberDtmf(MemberEvent):
    """A member pressed a key (``Call.Member.dtmf``).

    Attributes:
        dtmf_number: the key: ``0`` to ``9``, ``*``, ``#`` or ``A`` to ``D``; documented as a number, sent as a string.
    """

    dtmf_number: str | None
