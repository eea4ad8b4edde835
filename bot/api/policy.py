"""Whether and when an attempt is repeated, and which error says what became of a request.

How the work is shared with aiohttp-retry: its client runs the loop of attempts
and is told by one exception that another one is due. It cannot decide the rest:
its own rules repeat a POST after every 5xx and no exception, it waits by the
real clock only, and it does not see what an earlier attempt may have done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from aiohttp import ClientResponse
from aiohttp_retry import RetryOptionsBase

from bot.api.answer import Attempt, Verdict
from bot.errors import ApiError, InDoubt, NotSent, Rejected, Unauthorised

_UNAUTHORISED: Final = 401
_HARMLESS: Final = frozenset({Verdict.REFUSED, Verdict.UNREACHED})


class AttemptFailed(Exception):
    """The attempt failed, and with it the request."""


class RepeatNeeded(AttemptFailed):
    """The attempt failed, and another one is due."""


class RepeatOptions(RetryOptionsBase):
    """Tells aiohttp-retry to repeat on `RepeatNeeded` and on nothing else.

    Args:
        tries: attempts at most.
    """

    def __init__(self, tries: int) -> None:
        super().__init__(attempts=tries, exceptions=(RepeatNeeded,), methods=("POST",), retry_all_server_errors=False)

    def get_timeout(self, attempt: int, response: ClientResponse | None = None) -> float:  # noqa: ARG002 - given
        """Return no pause: the next attempt waits by itself, by the bot's clock."""
        return 0.0


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When a failed attempt is repeated.

    Attributes:
        tries: attempts at most.
        backoff_first: longest pause before the second attempt, in seconds; doubles with each attempt.
        backoff_longest: where the doubling ends, in seconds.
        retry_after_longest: longest ``Retry-After`` that is waited for, in seconds.
        random: returns a number from 0 to 1.
    """

    tries: int
    backoff_first: float
    backoff_longest: float
    retry_after_longest: float
    random: Callable[[], float]

    def pause(self, attempt: Attempt, number: int, *, repeatable: bool) -> float | None:
        """Return the seconds until the next attempt, or None if there must not be one.

        The pause is spread over its whole range, so that calls that failed together do not come back together.

        Args:
            attempt: what the attempt came to.
            number: its number, from 1.
            repeatable: whether a request that may have taken effect may be sent again.
        """
        harmless = attempt.verdict in _HARMLESS or (attempt.verdict is Verdict.UNCLEAR and repeatable)
        if number >= self.tries or not harmless:
            return None
        asked = attempt.retry_after or 0.0
        if asked > self.retry_after_longest:
            return None
        return asked + self.random() * min(self.backoff_longest, self.backoff_first * 2.0 ** (number - 1))


def conclusion(last: Attempt, *, path: str, team_id: str, attempts: int, doubtful: bool) -> ApiError:
    """Return the error of a request that failed.

    Args:
        last: what the last attempt came to.
        path: the request's path as documented.
        team_id: the team it was made for.
        attempts: how often it was tried.
        doubtful: whether an earlier attempt may have taken effect; then no later answer can say that it had none.
    """
    kind: type[ApiError] = InDoubt
    if not doubtful and last.verdict in _HARMLESS:
        kind = NotSent
    elif not doubtful and last.verdict is Verdict.REJECTED:
        kind = Unauthorised if last.code == _UNAUTHORISED else Rejected
    return kind(last.reason, path=path, team_id=team_id, code=last.code, attempts=attempts)
