"""Events as the platform sends them, with what a test wants to say."""

from __future__ import annotations

from itertools import count

from bot.events import Event, JsonValue, parse_event

TEAM = "545b508981d3f8001497d03d"
_ids = count(1)


def fresh_id() -> str:
    """Return an id that no other test uses."""
    return f"{next(_ids):024x}"


def payload(
    event_type: str, thread_id: str | None = "595b405b81d3f8001497603d", **fields: JsonValue
) -> dict[str, JsonValue]:
    """Return the JSON of an event."""
    data: dict[str, JsonValue] = {"eventType": event_type, "teamId": TEAM, **fields}
    return data | {"threadId": thread_id} if thread_id else data


def created(thread_id: str, *, incoming: bool = True, at: int = 1_539_761_084_401) -> dict[str, JsonValue]:
    """Return the JSON of a call's beginning."""
    kind = "thread-incoming" if incoming else "thread"
    return payload(
        "Call.created", thread_id, type=kind, createdAt=at, originateUserId='{"contactId":"c1","phone":"07112749"}'
    )


def event(event_type: str, thread_id: str | None = "595b405b81d3f8001497603d", **fields: JsonValue) -> Event:
    """Return an event."""
    return parse_event(payload(event_type, thread_id, **fields))
