"""Running a bot until it is told to stop."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Callable, Sequence

import structlog

from bot.app import Bot
from bot.config import Config
from bot.dispatch import Handlers

log = structlog.get_logger("bot")


async def serve(config: Config, handlers: Handlers, *, announce: Callable[[Bot], None]) -> int:
    """Run a bot until SIGTERM or SIGINT, or until a part fails that it cannot go on without.

    Args:
        config: the configuration.
        handlers: the user's handlers.
        announce: is called once the bot takes events.

    Returns:
        The exit status.
    """
    stopping = stop_signal()
    # Starting makes much that stays, and calls that are resumed above all; looking through it again and again is waste.
    gc.disable()
    async with Bot(config, handlers) as bot:
        gc.collect()
        gc.freeze()
        gc.enable()
        announce(bot)
        log.info("ready", url=bot.url)
        return await _until(stopping, bot)


def stop_signal() -> asyncio.Event:
    """Return an event that the first SIGTERM or SIGINT sets; a second one ends the process at once."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop(signals: Sequence[signal.Signals]) -> None:
        stopping.set()
        for number in signals:
            loop.remove_signal_handler(number)

    both = (signal.SIGTERM, signal.SIGINT)
    for number in both:
        loop.add_signal_handler(number, stop, both)
    return stopping


async def _until(stopping: asyncio.Event, bot: Bot) -> int:
    stop = asyncio.create_task(stopping.wait(), name="stop-signal")
    watch = asyncio.create_task(bot.watch(), name="bot-watch")
    await asyncio.wait([stop, watch], return_when=asyncio.FIRST_COMPLETED)
    failed = watch.done()
    if failed:
        log.critical("a part of the bot died; ending, so that it is started anew", exc_info=watch.exception())
    else:
        log.info("stopping")
    for task in (stop, watch):
        task.cancel()
    await asyncio.gather(stop, watch, return_exceptions=True)
    return 1 if failed else 0
