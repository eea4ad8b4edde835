"""What one attempt of a request came to: from an answer or an error to a verdict.

Source of the codes and of both spellings of an error (the HTTP status, or
``code`` in the body of a 200; ``message`` or ``massage``): the platform's bot API
documents. They do not say which of the two a failed request has, so either is
taken for the error.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from typing import Final

import aiohttp

from bot import wire
from bot.events import JsonValue
from bot.events.coerce import text

TOO_MANY_REQUESTS: Final = 429
_SERVER_ERROR: Final = 500
_CODE_DIGITS: Final = 3


class Verdict(Enum):
    """What is known of the effect of one attempt."""

    OK = auto()
    """It took effect."""
    REJECTED = auto()
    """The platform refused it; it will refuse it again."""
    REFUSED = auto()
    """The platform refused it for now, before acting on it."""
    UNREACHED = auto()
    """It never reached the platform."""
    UNCLEAR = auto()
    """It may or may not have taken effect."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """The result of one attempt.

    Attributes:
        verdict: what is known of its effect.
        reason: why it is not OK, for people; holds no secret and no phone number.
        code: the platform's code, or None without an answer.
        data: the answer's ``data``.
        retry_after: seconds after which the platform wants to be asked again, if it said so.
        error: the library's error, if that is what ended the attempt.
    """

    verdict: Verdict
    reason: str = ""
    code: int | None = None
    data: JsonValue = None
    retry_after: float | None = None
    error: Exception | None = None

    @property
    def alive(self) -> bool:
        """Whether the platform answered and did not call itself broken."""
        return self.code is not None and self.code < _SERVER_ERROR


def from_answer(
    status: int, retry_after: str | None, body: bytes | None, *, now: float, conceal: Callable[[str], str]
) -> Attempt:
    """Judge an answer.

    Args:
        status: the HTTP status.
        retry_after: the header of this name.
        body: the bytes of the answer, or None if they were too many.
        now: unix time in seconds, for a ``Retry-After`` that is a date.
        conceal: what takes secrets and personal data out of the platform's message.
    """
    answer = _json_object(body)
    code = status if answer is None or not _fine(status) else _code(answer, status)
    if answer is None and _fine(status):
        return Attempt(Verdict.UNCLEAR, f"unreadable answer with status {status}", code)
    if code is None:
        return Attempt(Verdict.UNCLEAR, f"answer with status {status} and a code that means nothing", status)
    if answer is not None and _fine(code):
        return Attempt(Verdict.OK, code=code, data=answer.get("data"))
    return _refusal(code, _message(answer, conceal), _seconds(retry_after, now))


def from_error(error: Exception, total_timeout: float) -> Attempt:
    """Judge an attempt that ended without an answer.

    Args:
        error: what aiohttp or the time-out raised.
        total_timeout: the time allowed for the attempt, in seconds; for the text.
    """
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return Attempt(Verdict.UNREACHED, "no connection in time", error=error)
    # Name resolution, TCP and TLS; all of them come before the first byte of the request.
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ServerFingerprintMismatch):
        return Attempt(Verdict.UNREACHED, f"cannot connect ({type(error).__name__})", error=error)
    if isinstance(error, TimeoutError):
        return Attempt(Verdict.UNCLEAR, f"no answer within {total_timeout:g} s", error=error)
    return Attempt(Verdict.UNCLEAR, f"connection lost before the answer ({type(error).__name__})", error=error)


def _refusal(code: int, message: str, retry_after: float | None) -> Attempt:
    reason = f"code {code}{message}"
    if code == TOO_MANY_REQUESTS or (code >= _SERVER_ERROR and retry_after is not None):
        return Attempt(Verdict.REFUSED, reason, code, retry_after=retry_after)
    if code >= _SERVER_ERROR:
        return Attempt(Verdict.UNCLEAR, reason, code)
    if code < 400:  # noqa: PLR2004 - a redirect: following it would carry the signature to an unknown address
        return Attempt(Verdict.REJECTED, f"redirect with code {code}, which is not followed", code)
    return Attempt(Verdict.REJECTED, reason, code)


def _json_object(body: bytes | None) -> dict[str, JsonValue] | None:
    if body is None:
        return None
    try:
        answer = wire.decode(body)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def _fine(code: int) -> bool:
    return 200 <= code < 300  # noqa: PLR2004 - as HTTP has it; the platform documents 200 and 201


def _code(answer: dict[str, JsonValue], status: int) -> int | None:
    value = answer.get("code")
    if type(value) is int and value == status:
        return status
    if value is None:
        return status
    digits = text(value) or ""
    if not (len(digits) == _CODE_DIGITS and digits.isascii() and digits.isdecimal()):
        return None
    code = int(digits)
    return code if code >= 200 else None  # noqa: PLR2004 - lower ones announce an answer and are none


def _message(answer: dict[str, JsonValue] | None, conceal: Callable[[str], str]) -> str:
    if answer is None:
        return ""
    words = text(answer.get("message")) or text(answer.get("massage"))
    return f": {conceal(words)}" if words else ""


def _seconds(header: str | None, now: float) -> float | None:
    """Return the seconds of a ``Retry-After``: a number of them or an HTTP date; None if it is neither."""
    if header is None:
        return None
    header = header.strip()
    if re.fullmatch(r"[0-9]+", header):
        return float(header)
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - now)
    except (ValueError, OverflowError):
        return None
