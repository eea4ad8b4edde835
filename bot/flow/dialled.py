"""What a dial brings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Fate(StrEnum):
    """What became of somebody who was dialled."""

    ANSWERED = "answered"
    """Took the call and has it."""
    NO_ANSWER = "no answer"
    """Did not pick up, or declined; the platform does not tell which."""
    NOT_ACCEPTED = "not accepted"
    """Picked up, but did not press the key: perhaps a mobile's voicemail."""
    CALLED_OFF = "called off"
    """Was ringing when somebody else took the call."""
    UNREACHABLE = "unreachable"
    """The platform could not ring."""
    IN_CALL = "in the call"
    """Was in the call already, and was not rung."""


@dataclass(frozen=True, slots=True)
class Dialled:
    """What a dial brought; true if somebody took the call.

    Attributes:
        answered_by: contact id of who took it, or None.
        fates: what became of everybody who was dialled, by contact id.
    """

    answered_by: str | None
    fates: Mapping[str, Fate] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.answered_by is not None
