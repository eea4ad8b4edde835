"""One request and its attempts, as a client middleware of aiohttp.

aiohttp passes every attempt through the middleware with fresh headers. So this
is the place where an attempt waits for its turn, is signed, sent, read to the
end and judged; aiohttp-retry around it only runs the loop.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import aiohttp
import structlog
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse

from bot.api.answer import Attempt, Verdict, from_answer, from_error
from bot.api.breaker import Breakers
from bot.api.conceal import Concealer
from bot.api.config import ApiConfig
from bot.api.limits import NotAdmitted, TeamLimits
from bot.api.meter import ApiMeter
from bot.api.policy import AttemptFailed, RepeatNeeded, RetryPolicy, conclusion
from bot.api.spec import RequestSpec
from bot.clock import Clock
from bot.errors import ApiError
from bot.signature import signed_headers

LONGEST_ANSWER: Final = 1024 * 1024
"""Bytes of an answer that are read; a longer one is unreadable."""

_NOT_TRIED: Final = Attempt(Verdict.UNREACHED, "not tried")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What all requests of a client share.

    Attributes:
        config: the platform's address, the bot's identity, the limits.
        clock: the time.
        policy: when an attempt is repeated.
        limits: how many attempts of a team are under way.
        breakers: which teams' requests fail at once.
        meter: what is counted.
        conceal: takes secrets and personal data out of the platform's messages.
    """

    config: ApiConfig
    clock: Clock
    policy: RetryPolicy
    limits: TeamLimits
    breakers: Breakers
    meter: ApiMeter
    conceal: Concealer


class Exchange:
    """One request; called by aiohttp for each attempt.

    Args:
        line: what it shares with the other requests.
        spec: the kind of request.
        team_id: whose it is.
        body: the exact bytes that are sent.

    Attributes:
        attempts: how often it was tried.
        last: what the last attempt came to.
    """

    __slots__ = ("_body", "_doubtful", "_line", "_pause", "_spec", "_team_id", "attempts", "last")

    def __init__(self, line: Line, spec: RequestSpec, team_id: str, body: bytes) -> None:
        self._line = line
        self._spec = spec
        self._team_id = team_id
        self._body = body
        self._pause: float | None = None
        self._doubtful = False
        self.attempts = 0
        self.last = _NOT_TRIED

    async def __call__(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Make one attempt.

        Returns:
            The answer, read and released, where it settles the request; `last` says how.

        Raises:
            RepeatNeeded: another attempt is due; it waits for its time by itself.
            AttemptFailed: the request has failed.
        """
        if self._pause is not None:
            await self._line.clock.sleep(self._pause)
            self._line.meter.repeated(self._spec.path)
        try:
            # Held for the attempt only: a request that waits to be repeated takes no other's turn.
            async with self._line.limits.slot(self._team_id):
                response = await self._admitted(request, handler)
        except NotAdmitted as refusal:
            self.last = Attempt(Verdict.UNREACHED, str(refusal))
            raise AttemptFailed from refusal
        if response is not None and self.last.verdict in (Verdict.OK, Verdict.REJECTED):
            return response
        raise self._failure()

    def error(self) -> ApiError:
        """Return the error that says what is known of the request after its last attempt."""
        return conclusion(
            self.last,
            path=self._spec.path,
            team_id=self._team_id,
            attempts=self.attempts,
            doubtful=self._doubtful,
        )

    async def _admitted(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse | None:
        if request.session.closed:
            # aiohttp looks before it calls the middleware; the client may be closed during the pause or the wait.
            raise NotAdmitted("the API client was closed")
        breakers = self._line.breakers
        probe = breakers.admit(self._team_id)
        alive: bool | None = None
        try:
            self.attempts += 1
            response = await self._send(request, handler)
            alive = self.last.alive
        finally:
            breakers.settle(self._team_id, probe=probe, alive=alive)
        return response

    async def _send(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse | None:
        config, clock = self._line.config, self._line.clock
        timestamp = str(int(clock.now()))
        request.headers.update(signed_headers(config.bot_id, config.secret_key, timestamp, self._body))
        self._line.meter.under_way += 1
        try:
            # The bot's clock instead of aiohttp's total time-out, which would count the pauses and the turn too.
            async with clock.timeout(config.total_timeout):
                response = await handler(request)
                body = await _read(response)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self.last = from_error(error, config.total_timeout)
            return None
        finally:
            self._line.meter.under_way -= 1
        self.last = from_answer(
            response.status,
            response.headers.get(aiohttp.hdrs.RETRY_AFTER),
            body,
            now=clock.now(),
            conceal=self._line.conceal,
        )
        return response

    def _failure(self) -> AttemptFailed:
        self._doubtful = self._doubtful or self.last.verdict is Verdict.UNCLEAR
        self._pause = self._line.policy.pause(self.last, self.attempts, repeatable=self._spec.repeatable)
        if self._pause is None:
            return AttemptFailed()
        _log.info(
            "request is repeated",
            path=self._spec.path,
            team=self._team_id,
            attempt=self.attempts,
            reason=self.last.reason,
            pause=round(self._pause, 3),
        )
        return RepeatNeeded()


async def _read(response: ClientResponse) -> bytes | None:
    """Read an answer to its end, which frees the connection; None if it is too long, which closes it."""
    body = bytearray()
    try:
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > LONGEST_ANSWER:
                response.close()
                return None
    except BaseException:
        response.close()
        raise
    response.release()
    return bytes(body)
