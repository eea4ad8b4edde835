"""Field names: from the platform's to snake_case, from older ones to the current ones."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from bot.wire import JsonObject, JsonValue

RENAMED: Final = {
    "contactId": "userId",
    "phoneNumber": "phone",
    "dtmf": "dtmfNumber",
    "prevStatusId": "previousStatusId",
}
"""Older field names of events, and what they are called now."""

_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def pick(data: JsonObject, name: str, older: str) -> JsonValue:
    """Return a field by its current name, or by its older one where the current one is absent or empty."""
    value = data.get(name)
    return data.get(older) if value is None or value == "" else value


def snake_fields(data: JsonObject) -> dict[str, JsonValue]:
    """Return all fields in snake_case under their current names; where both names occur, as `pick` says."""
    fields = {snake(key): value for key, value in data.items() if key not in RENAMED}
    fields.update((snake(name), pick(data, name, older)) for older, name in RENAMED.items() if older in data)
    return fields


@lru_cache(maxsize=512)
def snake(name: str) -> str:
    """Return a camelCase name in snake_case."""
    return _HUMP.sub("_", name).lower()
