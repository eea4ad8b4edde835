"""What the platform answers: its one shape of an answer, its refusals, and the errors of using it wrongly."""

from __future__ import annotations

from bot import wire
from bot.errors import BotError
from bot.events import JsonValue


class Refusal(BotError):
    """The platform refuses to do something; it had no effect.

    Args:
        code: the platform's code, which is also the HTTP status: 400, 401, 404, ...
        message: what is wrong, for people.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class SimulatorError(BotError):
    """The simulator is used wrongly: it is not running, or not connected to a bot."""


def answer_body(code: int, message: str, data: JsonValue = None, *, message_field: str = "message") -> bytes:
    """Return the bytes of an answer: ``{code, message, data?}``.

    Source: the platform's documents of its requests; ``data`` is absent where there is none, and some examples
    spell ``message`` as ``massage``.
    """
    answer: dict[str, JsonValue] = {"code": code, message_field: message}
    if data is not None:
        answer["data"] = data
    return wire.encode(answer)
