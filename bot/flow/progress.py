"""How far a flow has come in its call, for the flow that follows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from bot.events import JsonValue


@dataclass(frozen=True, slots=True)
class Progress:
    """What one flow of a call tells the next, so that a key counts once and a colleague's key is not the caller's.

    Attributes:
        position: number of the newest event that has been seen; 0 for a flow that begins with its call.
        keys_from: number of the last event whose key was taken.
        invited: contact ids of those who were invited.
    """

    position: int = 0
    keys_from: int = 0
    invited: tuple[str, ...] = ()

    def as_json(self) -> JsonValue:
        """Return it for the journal."""
        return [self.position, self.keys_from, list(self.invited)]

    @classmethod
    def of(cls, stored: JsonValue) -> Self:
        """Return what the journal has; the beginning of a call where it has nothing."""
        match stored:
            case [int(position), int(keys_from), list(invited)]:
                return cls(position, keys_from, tuple(map(str, invited)))
            case _:
                return cls()
