"""What a flow is given at its beginning, as the journal keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from bot import wire
from bot.events import JsonValue
from bot.flow.progress import Progress


@dataclass(frozen=True, slots=True)
class Given:
    """What a flow begins with.

    Attributes:
        arguments: of its function, beside the call.
        state: what `call.state` holds at first.
        progress: how far the flow before has come in the call.
    """

    arguments: dict[str, JsonValue] = field(default_factory=dict)
    state: dict[str, JsonValue] = field(default_factory=dict)
    progress: Progress = field(default_factory=Progress)

    def as_json(self) -> bytes:
        """Return it for the journal."""
        return wire.encode({"arguments": self.arguments, "state": self.state, "progress": self.progress.as_json()})

    @classmethod
    def of(cls, stored: bytes) -> Self:
        """Return what the journal has; nothing for what it does not have.

        Raises:
            ValueError: it is no JSON.
        """
        match wire.decode(stored):
            case dict() as found:
                return cls(_fields(found, "arguments"), _fields(found, "state"), Progress.of(found.get("progress")))
            case _:
                return cls()


def _fields(found: dict[str, JsonValue], name: str) -> dict[str, JsonValue]:
    value = found.get(name)
    return value if isinstance(value, dict) else {}
