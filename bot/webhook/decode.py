"""From a request's body to events."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bot import wire
from bot.errors import EventError
from bot.events import JsonValue, parse_event
from bot.journal import Delivery

_JSON_TYPES: Final = ("application/json", "text/json", "application/octet-stream")
_MOST: Final = 5000
"""Events in one list; more than the default body limit lets through of real ones."""

# A whole surrogate pair, or half of one (the group), or any other escape; in this order an escaped
# backslash before a u is no escape of a character.
_ESCAPE: Final = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.", re.DOTALL
)


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
        data: JsonValue = wire.decode(body)
    except ValueError as error:
        mended = _mended(body)
        if mended == body:
            raise EventError(f"the body is not JSON: {error}") from error
        return decode(mended, received_at)
    if not isinstance(data, list):
        return (Delivery(parse_event(data), body, received_at),)
    if not 0 < len(data) <= _MOST:
        raise EventError(f"a list holds 1 to {_MOST} events")
    return [Delivery(parse_event(item), _written(item), received_at) for item in data]


def _mended(body: bytes) -> bytes:
    """Put the replacement character where half a surrogate pair stands.

    A text cut in the middle of an emoji ends so; the JSON grammar allows it, the parser does not, and a
    cut text is no reason to lose an event.
    """
    return _ESCAPE.sub(lambda found: rb"\ufffd" if found[1] else found[0], body)


def _written(item: JsonValue) -> bytes:
    try:
        return wire.encode(item)
    except TypeError as error:
        raise EventError("an event in the list is nested too deeply") from error
