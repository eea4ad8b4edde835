"""What a step brought, as JSON: a value, or an error that can be raised again."""

from __future__ import annotations

import hashlib
from typing import Final, NotRequired, TypedDict, cast

from bot import wire
from bot.errors import (
    ApiError,
    BadRequest,
    BotError,
    InDoubt,
    NotSent,
    PromptError,
    Rejected,
    StepFailed,
    Unauthorised,
)
from bot.events import JsonValue

_API: Final[dict[str, type[ApiError]]] = {
    kind.__name__: kind for kind in (BadRequest, NotSent, Rejected, Unauthorised, InDoubt)
}


class _Error(TypedDict):
    kind: str
    message: str
    path: NotRequired[str]
    team: NotRequired[str]
    code: NotRequired[int | None]
    attempts: NotRequired[int]


class Recorded(TypedDict):
    """What is recorded of a step: a value or an error."""

    value: NotRequired[JsonValue]
    error: NotRequired[_Error]


def recorded(outcome: bytes) -> Recorded:
    """Return an outcome as it was recorded."""
    return cast("Recorded", wire.decode(outcome))


def digest(name: str, arguments: JsonValue) -> str:
    """Return a digest of a step's name and arguments; equal steps have equal digests.

    Raises:
        TypeError: the arguments are no JSON.
    """
    return hashlib.blake2b(wire.encode_sorted([name, arguments]), digest_size=12).hexdigest()


def of_value(value: JsonValue) -> bytes:
    """Return the outcome of a step that succeeded.

    Raises:
        TypeError: the value is no JSON.
    """
    return wire.encode({"value": value})


def of_error(error: BotError) -> bytes:
    """Return the outcome of a step that failed."""
    if isinstance(error, ApiError):
        about: dict[str, JsonValue] = {
            "kind": type(error).__name__,
            "message": error.message,
            "path": error.path,
            "team": error.team_id,
            "code": error.code,
            "attempts": error.attempts,
        }
    else:
        about = {"kind": type(error).__name__, "message": str(error)}
    return wire.encode({"error": about})


def value_of(outcome: bytes) -> JsonValue:
    """Return what a recorded step brought.

    Raises:
        BotError: what it raised: an `ApiError`, a `PromptError`, or `StepFailed`.
    """
    found = recorded(outcome)
    if "error" not in found:
        return found["value"]
    about = found["error"]
    if about["kind"] in _API:
        raise _API[about["kind"]](
            about["message"],
            path=about["path"],
            team_id=about["team"],
            code=about["code"],
            attempts=about["attempts"],
        )
    if about["kind"] == PromptError.__name__:
        raise PromptError(about["message"])
    raise StepFailed(about["message"])
