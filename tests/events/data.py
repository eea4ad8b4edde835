"""What the platform's documents say of its events, as data."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

import msgspec

from bot.events import JsonValue


class Documented(TypedDict):
    """One event type."""

    family: str
    aliases: list[str]
    fields: dict[str, str]
    examples: list[dict[str, JsonValue]]


_FILE = Path(__file__).parent.parent / "data" / "events.json"
DOCUMENTED: dict[str, Documented] = msgspec.json.decode(_FILE.read_bytes())["events"]
EXAMPLES = [(name, example) for name, entry in DOCUMENTED.items() for example in entry["examples"]]
ALIASES = [(alias, name) for name, entry in DOCUMENTED.items() for alias in entry["aliases"]]


def example_of(name: str) -> dict[str, JsonValue]:
    """Return a copy of the first example of a type."""
    return dict(DOCUMENTED[name]["examples"][0])
