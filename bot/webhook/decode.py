"""From a request's body to events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import orjson

from bot.errors import EventError
from bot.events import JsonValue, parse_event
from bot.journal import Delivery

_JSON_TYPES: Final = ("application/json", "text/json", "application/octet-stream")
_MOST: Final = 1000
"""Events in one list; more than the body limit lets through of real ones."""


def is_json(content_type: str, encoding: str | None) -> bool:
    """Return whether a body is said to be plain JSON.

    Args:
        content_type: media type without parameters; ``application/octet-stream`` stands for none given.
        encoding: the Content-Encoding header, if any.
    """
    plain = content_type in _JSON_TYPES or content_type.endswith("+json")
    return plain and (encoding or "identity").strip().lower() == "identity"


def decode(body: bytes, received_at: float) -> Sequence[Delivery]:
    """Return the events of a body: one object, or a list of them.

    Args:
        body: the exact bytes.
        received_at: unix seconds.

    Raises:
        EventError: it is not JSON, or something in it is not an event; then nothing of it is accepted.
    """
    try:
        data: JsonValue = orjson.loads(body)
    except ValueError as error:
        raise EventError(f"the body is not JSON: {error}") from error
    if not isinstance(data, list):
        return (Delivery(parse_event(data), body, received_at),)
    if not 0 < len(data) <= _MOST:
        raise EventError(f"a list holds 1 to {_MOST} events")
    return [Delivery(parse_event(item), orjson.dumps(item), received_at) for item in data]
