"""When a bot is killed: at any moment, and at those at which most can go wrong."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from enum import StrEnum
from random import Random
from typing import Final, NamedTuple

from bot.simulator import Record, Timeline
from tests.support.command import Command

_LIFE: Final = 1.6
"""Seconds after which a life ends, at most."""
_ON_ITS_WAY: Final = 0.005
"""Seconds in which an event is posted, stored and answered, more or less."""


class Aim(StrEnum):
    """What a kill is aimed at."""

    ANY = "at any moment"
    REQUEST = "with a request done and not answered"
    EVENT = "with an event on its way"


class Kill(NamedTuple):
    """One kill.

    Attributes:
        aim: when the bot died.
        under_way: how many calls were under way.
    """

    aim: Aim
    under_way: int


async def kill(bot: Command, timeline: Timeline, random: Random) -> Aim:
    """Let a bot live for a moment, kill it, and wait until it is dead.

    Args:
        bot: the bot.
        timeline: the platform's; tells when something happens that a kill may be aimed at.
        random: decides the moment.

    Returns:
        When it died.
    """
    aim = random.choice(tuple(Aim))
    await asyncio.sleep(random.uniform(0.0, _LIFE))
    hit = False
    if aim is not Aim.ANY:
        delay = random.uniform(0.0, _ON_ITS_WAY) if aim is Aim.EVENT else 0.0
        hit = await _struck(bot, timeline, "answer" if aim is Aim.REQUEST else "event", delay)
    if not hit:
        bot.signal(signal.SIGKILL)
    await bot.wait()
    return aim if hit else Aim.ANY


async def _struck(bot: Command, timeline: Timeline, kind: str, delay: float) -> bool:
    """Kill a bot at the next record of a kind; return False if none comes."""
    dead = asyncio.Event()

    def strike() -> None:
        bot.signal(signal.SIGKILL)
        dead.set()

    def watch(record: Record) -> None:
        if record.kind == kind and not dead.is_set():
            _after(delay, strike)

    unsubscribe = timeline.subscribe(watch)
    try:
        async with asyncio.timeout(_LIFE):
            await dead.wait()
    except TimeoutError:
        return False
    finally:
        unsubscribe()
    return True


def _after(delay: float, strike: Callable[[], None]) -> None:
    if delay:
        asyncio.get_running_loop().call_later(delay, strike)
    else:
        # At once: the answer is written in a later round of the loop.
        strike()
