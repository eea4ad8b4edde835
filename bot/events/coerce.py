"""Turning what the platform sent into the types that it documents, without ever raising.

The documents and the payloads differ: numbers stand where strings are
promised, objects stand inside strings. What cannot be turned is None; the
event's raw JSON still has it.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from bot import wire
from bot.wire import JsonValue

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def text(value: JsonValue) -> str | None:
    """Return a string for a string or a whole number; an empty string is None."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return _digits(value)
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return _digits(int(value))
    return None


def flag(value: JsonValue) -> bool | None:
    """Return a truth value for a boolean, 0, 1, or the words for them."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float) and value in (0, 1):
        return bool(value)
    if isinstance(value, str):
        return {"true": True, "1": True, "false": False, "0": False}.get(value.strip().lower())
    return None


def moment(value: JsonValue) -> datetime | None:
    """Return the point in time of milliseconds since 1970, given as a number or in a string."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return _EPOCH + timedelta(milliseconds=value)
    except (OverflowError, ValueError):
        return None


def unpacked(value: JsonValue) -> JsonValue:
    """Return the JSON inside a string, where an object or a list is inside; else the value as it is.

    Source: `call/get` documents ``originateUserId`` and ``destinationContacts`` as JSON inside a string.
    """
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            inner: JsonValue = wire.decode(value)
        except ValueError:
            return value
        return inner
    return value


def _digits(value: int) -> str | None:
    try:
        return str(value)
    except ValueError:  # longer than Python turns into a string
        return None
