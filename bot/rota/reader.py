"""What only a rota file has: times of day."""

from __future__ import annotations

from datetime import time

from bot.rota.times import parse_clock
from bot.toml import Table

_CLOCK = 'Write a time of day such as "09:00".'


def read_clock(fields: Table, key: str) -> int | None:
    """Return a time of day in minutes after midnight, 0 to 1440; None if it is absent, or wrong, which is noted."""
    value = fields.raw(key)
    if value is None:
        return None
    try:
        if isinstance(value, str | time):
            return parse_clock(value)
    except ValueError as error:
        fields.wrong(key, f"{key}: {error}", _CLOCK)
    else:
        fields.wrong(key, f"{key} is {value!r}", _CLOCK)
    return None
