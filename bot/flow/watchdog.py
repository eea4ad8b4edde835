"""Ending the flows of calls that ended without a word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import structlog

from bot.clock import Clock
from bot.flow.running import RunningFlow

log = structlog.get_logger("bot.flow")

_EVERY: Final = 60.0


async def watch_silent(flows: Mapping[str, RunningFlow], clock: Clock, silent: float) -> None:
    """Ask the platform about calls of which nothing was heard for long, and end those that are gone; for ever.

    Args:
        flows: those that run, by lane.
        clock: time.
        silent: seconds without a sign of life.
    """
    while True:
        await clock.sleep(_EVERY)
        for flow in [flow for flow in flows.values() if clock.now() - flow.active_at > silent]:
            if await flow.is_gone():
                log.warning("a call ended without a word", call=flow.start.lane)
                flow.steps.end()
