"""Conditions on events: fields with values, and predicates."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping
from typing import Final, TypeAlias

from bot.events import (
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
)
from bot.events.names import (
    CALL_CREATED,
    CALL_ENDED,
    MEMBER_DTMF,
    MEMBER_HELD,
    MEMBER_INVITE_ENDED,
    MEMBER_INVITED,
    MEMBER_LEFT,
    MEMBER_UNHELD,
)

Predicate: TypeAlias = Callable[[Event], bool]
"""Says whether a handler wants an event."""

FieldCondition: TypeAlias = "str | int | bool | Collection[object] | Callable[[object], bool] | None"
"""What a field must be: a value, one of several values, or whatever a function accepts."""

_SHORT: Final = {"team": "team_id", "thread": "thread_id", "stream": "stream_id", "user": "user_id"}
_CLASSES: Final[Mapping[str, type[Event]]] = {
    CALL_CREATED: CallCreated,
    CALL_ENDED: CallEndedEvent,
    MEMBER_INVITED: MemberInvited,
    MEMBER_INVITE_ENDED: MemberInviteEnded,
    MEMBER_LEFT: MemberLeft,
    MEMBER_HELD: MemberHeld,
    MEMBER_UNHELD: MemberUnheld,
    MEMBER_DTMF: MemberDtmf,
}


def _attributes(kind: type[Event]) -> frozenset[str]:
    found = {field.name for field in dataclasses.fields(kind)} - {"raw", "event_type"}
    return frozenset(found | {"incoming"}) if kind is CallCreated else frozenset(found)


_ATTRIBUTES: Final[Mapping[type[Event], frozenset[str]]] = {
    kind: _attributes(kind) for kind in (Event, CallEvent, MemberEvent, *_CLASSES.values())
}
"""Attributes that conditions may look at, by class of event."""


def field_name(name: str) -> str:
    """Return the full name of a field; ``stream`` is short for ``stream_id``, and so on."""
    return _SHORT.get(name, name)


def typed_fields(event_type: str) -> frozenset[str] | None:
    """Return the attributes that events of a type have, or None where its fields are not typed."""
    kind = _CLASSES.get(event_type)
    return None if kind is None else _ATTRIBUTES[kind]


def field_predicate(name: str, wanted: FieldCondition) -> Predicate:
    """Return a predicate that looks at one field.

    A typed attribute goes before the field of that name in the event's JSON.
    """
    full = field_name(name)
    accepts = _acceptor(wanted)

    def predicate(event: Event) -> bool:
        value = getattr(event, full) if full in _ATTRIBUTES[type(event)] else event.fields.get(full)
        return accepts(value)

    return predicate


def _acceptor(wanted: FieldCondition) -> Callable[[object], bool]:
    if callable(wanted):
        return wanted
    if isinstance(wanted, Collection) and not isinstance(wanted, str):
        choices = list(wanted)
        return lambda value: any(_same(value, choice) for choice in choices)
    return lambda value: _same(value, wanted)


def _same(value: object, wanted: object) -> bool:
    # False is not 0 and True is not 1 here: a flag that is absent must not equal a number.
    return type(value) is type(wanted) and value == wanted
