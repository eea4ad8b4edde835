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
        failures: how many fallback flows of the call have failed before it.
    """

    arguments: dict[str, JsonValue] = field(default_factory=dict)
    state: dict[str, JsonValue] = field(default_factory=dict)
    progress: Progress = field(default_factory=Progress)
    failures: int = 0

    def as_json(self) -> bytes:
        """Return it for the journal."""
        return wire.encode(
            {
                "arguments": self.arguments,
                "state": self.state,
                "progress": self.progress.as_json(),
                "failures": self.failures,
            }
        )

    @classmethod
    def of(cls, stored: bytes) -> Self:
        """Return what the journal has; nothing for what it does not have.

        Raises:
            ValueError: it is no JSON.
        """
        match wire.decode(stored):
            case dict() as found:
                failures = found.get("failures")
                return cls(
                    arguments=_fields(found, "arguments"),
                    state=_fields(found, "state"),
                    progress=Progress.of(found.get("progress")),
                    failures=failures if isinstance(failures, int) else 0,
                )
            case _:
                return cls()


def _fields(found: dict[str, JsonValue], name: str) -> dict[str, JsonValue]:
    value = found.get(name)
    return value if isinstance(value, dict) else {}
