"""What is done for a caller whose fallback has failed, too: it is tried again, for as long as there is a caller."""

from __future__ import annotations

import random
from typing import Final

import structlog

from bot.clock import Clock
from bot.errors import ApiError
from bot.events import CallEndedEvent, Event
from bot.flow.fallback import Fallback
from bot.flow.presence import Presence
from bot.flow.running import RunningFlow

log = structlog.get_logger("bot.flow")

_FIRST_PAUSE: Final = 2.0
_LONGEST_PAUSE: Final = 6.0
"""A caller hears nothing meanwhile; and the circuit breaker keeps many from asking at once."""
_MOST: Final = 10
"""Fallback flows of one call that may fail; a platform that answers and refuses everything is not asked for ever."""


class Rescue:
    """Stands by a call whose fallback flow has failed.

    Args:
        last_resort: what is done at once.
        clock: time.
        longest: seconds, from the beginning of the failed flow, for which the platform is waited for.
    """

    def __init__(self, last_resort: Fallback, clock: Clock, longest: float) -> None:
        self._last_resort = last_resort
        self._clock = clock
        self._longest = longest

    async def attempt(self, flow: RunningFlow, error: BaseException) -> bool:
        """Do what can be done at once; if that is nothing, wait until the platform works.

        Args:
            flow: the fallback flow that failed. It is to be fed with events until this returns.
            error: what it failed of.

        Returns:
            Whether the fallback is to begin anew. If not, somebody has the call, or it is over, or nothing helps.
        """
        result = await self._last_resort.rescue(flow.mailbox.subject, reason="the fallback failed")
        if result != "failed":
            # Ringing is not enough, somebody must stand by the call; and the platform works, or works again.
            return isinstance(error, ApiError) and result in ("rung", "attended") and flow.failures < _MOST
        until = flow.start.started_at + self._longest
        tries = flow.failures
        while flow.failures < _MOST and self._clock.now() < until:
            if await self._ends_within(_pause(tries), flow):
                return False
            tries += 1
            presence = await flow.look()
            if presence is not Presence.UNKNOWN:
                return presence is Presence.THERE
        log.error("nothing helps a caller, given up", call=flow.start.lane, fallbacks=flow.failures + 1)
        return False

    async def _ends_within(self, seconds: float, flow: RunningFlow) -> bool:
        """Wait, and return whether the call ended meanwhile."""
        if flow.mailbox.ended:
            return True
        end = flow.mailbox.expect(_is_end)
        try:
            async with self._clock.timeout(seconds):
                await end
        except TimeoutError:
            return False
        finally:
            flow.mailbox.forget(end)
        return True


def _is_end(event: Event) -> bool:
    return isinstance(event, CallEndedEvent)


def _pause(tries: int) -> float:
    """Return seconds: doubling, half of them at random, so that calls that failed together do not come back so."""
    full = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(tries, 10))
    return full * (0.5 + random.random() / 2)  # noqa: S311 - spreads load, guards nothing
