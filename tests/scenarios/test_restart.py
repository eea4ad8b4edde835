"""A bot that stops in the middle of a call, and the one that goes on."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from bot import CallCreated, Context, Router
from bot.dispatch import Handlers
from bot.journal import Outcome
from bot.simulator import Caller
from bot.testing.world import WEBHOOK_SECRET, world
from tests.scenarios.people import ANNA
from tests.support.events import created, fresh_id
from tests.support.handlers import handlers_of


def greeter() -> Handlers:
    """Return a plain handler that looks, as one that may run twice should, who is in the call already."""
    router = Router()

    @router.on("Call.created", incoming=True)
    async def greet(event: CallCreated, ctx: Context) -> None:
        welcome = ctx.prompt("welcome")
        await ctx.api.calls.play_audio(event.call_id, welcome.url)
        if len((await ctx.api.calls.get(event.call_id)).members) == 1:
            await ctx.api.calls.invite(event.call_id, contact_id=ANNA.contact_id)
        await ctx.sleep(welcome.duration)

    return handlers_of(router)


async def test_the_next_bot_goes_on_with_what_the_last_one_left(tmp_path: Path) -> None:
    async with world(tmp_path, greeter(), people=[ANNA], drain_seconds=1.0) as there:
        call = await there.simulator.place_call(Caller(talks_for=5.0))
        await there.live(1.0)
        assert there.count("bot_backlog_events") == 2, "the greeting is being waited for, the ringing is noted"
        await there.stop()
        assert [row.outcome for row in await there.history(call)] == [None, None]

        await there.start(greeter())
        await there.over(call)
        assert call.connected == [ANNA.contact_id]
        assert "rang twice" not in there.notes(call)
        assert {row.outcome for row in await there.history(call)} == {Outcome.HANDLED}
        assert not await there.dead_letters()


async def test_what_is_under_way_is_finished_before_the_end(tmp_path: Path) -> None:
    async with world(tmp_path, greeter(), people=[ANNA], drain_seconds=20.0) as there:
        call = await there.simulator.place_call(Caller())
        await there.live(1.0)
        began = there.clock.now()
        await there.stop()
        assert 3.0 < there.clock.now() - began < 6.0, "as long as the greeting takes, no longer"
        outcomes = [row.outcome for row in await there.history(call)]
        assert outcomes[:2] == [Outcome.HANDLED, Outcome.HANDLED]


async def test_a_bot_that_is_stopping_takes_nothing_and_says_so(tmp_path: Path) -> None:
    async with world(tmp_path, greeter(), people=[ANNA], drain_seconds=20.0) as there:
        call = await there.simulator.place_call(Caller())
        await there.live(1.0)
        assert await there.ask("/health/ready") == (200, b'{"status": "ready"}')
        stopping = asyncio.create_task(there.bot.__aexit__(None, None, None))
        await asyncio.sleep(0)

        status, text = await there.ask("/health/ready")
        assert (status, msgspec.json.decode(text)["problems"]) == (503, ["stopping"])
        assert (await there.ask("/health/live"))[0] == 200
        status, text = await there.ask(f"/webhook/{WEBHOOK_SECRET}", msgspec.json.encode(created(fresh_id())))
        assert status == 503
        assert there.count("bot_deliveries_refused_total", status="503") == 1
        assert (await there.ask(call.played[0].path))[0] == 200, "prompts are served to the end"

        await call.press("1")
        await there.see(stopping)
        await there.start(greeter())
        await there.live_until(lambda: all(one.acknowledged_at for one in call.deliveries))
        (pressed,) = [one for one in call.deliveries if one.event_type == "Call.Member.dtmf"]
        assert pressed.attempts > 1, "the platform tried again, and nothing was lost"
        await call.hang_up()
        await there.over(call)


async def test_a_bot_can_be_stopped_twice(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        await there.stop()
        await there.stop()
