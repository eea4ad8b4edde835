"""The handlers of the bot that is measured."""

from __future__ import annotations

from typing import Final

from bot import Call, CallEvent, Context, Event, Router
from bot.dispatch import Handlers

PROMPT_URL: Final = "http://prompts.example/welcome.en.mp3"


def idle() -> Handlers:
    """Return a handler that does nothing, for every event."""
    router = Router("benchmarks.idle")

    @router.on("*")
    async def nothing(_event: Event, _context: Context) -> None:
        pass

    return Handlers(router, ())


def playing() -> Handlers:
    """Return a handler that sends one API request for every event of a call."""
    router = Router("benchmarks.playing")

    @router.on("Call.*")
    async def play(event: CallEvent, context: Context) -> None:
        await context.api.calls.play_audio(event.call_id, PROMPT_URL)

    return Handlers(router, ())


def flowing() -> Handlers:
    """Return a flow that sends one API request for every key that is pressed; each step is recorded."""
    router = Router("benchmarks.flowing")

    @router.call()
    async def answer(call: Call) -> None:
        while True:
            await call.gather(max_digits=1, first_timeout=3600)
            await call.play(PROMPT_URL, wait=False)

    return Handlers(router, ())
