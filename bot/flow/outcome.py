"""What a step brought, as JSON: a value, or an error that can be raised again."""

from __future__ import annotations

import hashlib
from typing import Final

import orjson

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
_SORTED: Final = orjson.OPT_SORT_KEYS


def digest(name: str, arguments: JsonValue) -> str:
    """Return a digest of a step's name and arguments; equal steps have equal digests.

    Raises:
        TypeError: the arguments are no JSON.
    """
    return hashlib.blake2b(orjson.dumps([name, arguments], option=_SORTED), digest_size=12).hexdigest()


def of_value(value: JsonValue) -> bytes:
    """Return the outcome of a step that succeeded.

    Raises:
        TypeError: the value is no JSON.
    """
    return orjson.dumps({"value": value})


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
    return orjson.dumps({"error": about})


def value_of(outcome: bytes) -> JsonValue:
    """Return what a recorded step brought.

    Raises:
        BotError: what it raised: an `ApiError`, a `PromptError`, or `StepFailed`.
    """
    recorded = orjson.loads(outcome)
    if "error" not in recorded:
        value: JsonValue = recorded["value"]
        return value
    about = recorded["error"]
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
