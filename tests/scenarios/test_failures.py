"""What becomes of the caller when something breaks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from bot import CallCreated, Context, MemberInviteEnded, Router
from bot.journal import Outcome
from bot.simulator import Caller, SimCall
from bot.testing.clock import ManualClock
from bot.testing.world import World, world
from tests.scenarios.people import ANNA, BORIS, absent
from tests.support.handlers import handlers_of


def fallbacks(there: World) -> dict[str, float]:
    results = ("flow", "attended", "rung", "message", "failed")
    counts = {result: there.count("bot_fallbacks_total", result=result) for result in results}
    return {result: count for result, count in counts.items() if count}


def invited(there: World, call: SimCall) -> list[str]:
    return [text.split()[1] for text in there.requests(call) if text.startswith("call.user/invite")]


async def test_a_handler_that_raises(tmp_path: Path) -> None:
    router = Router()

    @router.on("Call.created", incoming=True)
    async def broken(_event: CallCreated, _ctx: Context) -> None:
        raise LookupError("no such thing")

    async with world(tmp_path, handlers_of(router), people=[ANNA, absent(BORIS)]) as there:
        call = await there.simulator.place_call(Caller(talks_for=5.0))
        await there.over(call)

        assert invited(there, call) == [ANNA.contact_id, BORIS.contact_id], "all agents are rung at once"
        assert call.connected == [ANNA.contact_id]
        assert fallbacks(there) == {"flow": 1}
        (name,) = [route.name for route in router.routes()]
        assert there.count("bot_handler_failures_total", handler=name) == 3
        assert there.count("bot_events_settled_total", outcome="dead") == 1
        (letter,) = await there.dead_letters()
        assert letter.failure.error == "LookupError: no such thing"
        assert letter.stored.event.thread_id == call.thread_id


async def test_a_handler_that_hangs(tmp_path: Path) -> None:
    router = Router()

    @router.on("Call.created", incoming=True)
    async def stuck(_event: CallCreated, _ctx: Context) -> None:
        await asyncio.Event().wait()

    async with world(tmp_path, handlers_of(router), people=[ANNA], handler_timeout=15.0) as there:
        call = await there.simulator.place_call(Caller(talks_for=5.0))
        await there.live(14.0)
        assert invited(there, call) == []
        await there.live_until(lambda: invited(there, call) == [ANNA.contact_id])
        (name,) = [route.name for route in router.routes()]
        assert there.count("bot_handler_failures_total", handler=name) == 1, "a caller waits for no second attempt"
        await there.over(call)
        assert call.connected == [ANNA.contact_id]
        assert fallbacks(there) == {"flow": 1}
        (letter,) = await there.dead_letters()
        assert "took longer than 15 s" in letter.failure.error


async def test_no_handler(tmp_path: Path) -> None:
    async with world(tmp_path, handlers_of(Router()), people=[ANNA]) as there:
        call = await there.simulator.place_call(Caller(talks_for=5.0))
        await there.over(call)
        assert call.connected == [ANNA.contact_id]
        assert fallbacks(there) == {"flow": 1}
        assert not await there.dead_letters(), "nothing failed"


async def test_no_handler_and_nobody_on_duty(tmp_path: Path) -> None:
    async with world(tmp_path, handlers_of(Router())) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=30.0))
        await there.over(call)
        assert [playback.name.partition(".")[0] for playback in call.played] == ["leave-a-message"]
        assert call.recorded
        assert fallbacks(there) == {"flow": 1}


async def test_a_handler_that_fails_when_an_agent_did_not_answer(tmp_path: Path) -> None:
    """The agent who did not pick up is rung again, with the others; nobody is rung twice at once."""
    router = Router()

    @router.on("Call.created", incoming=True)
    async def ring(event: CallCreated, ctx: Context) -> None:
        await ctx.api.calls.invite(event.call_id, contact_id=ANNA.contact_id)

    @router.on("Call.Member.Invite.ended", answered=False)
    async def broken(_event: MemberInviteEnded, _ctx: Context) -> None:
        raise RuntimeError("no")

    async with world(tmp_path, handlers_of(router), people=[absent(ANNA), BORIS]) as there:
        call = await there.simulator.place_call(Caller(talks_for=5.0))
        await there.over(call)
        assert call.connected == [BORIS.contact_id]
        assert invited(there, call) == [ANNA.contact_id, ANNA.contact_id, BORIS.contact_id]
        assert not there.notes(call)
        assert fallbacks(there)["flow"] >= 1, "once more if the ringing that it calls off fails the handler again"


async def test_a_handler_that_only_watches_may_fail(tmp_path: Path) -> None:
    router = Router()

    @router.on("Call.created", fallback=False)
    async def watcher(_event: CallCreated, _ctx: Context) -> None:
        raise RuntimeError("no")

    @router.on("Call.created", incoming=True)
    async def ring(event: CallCreated, ctx: Context) -> None:
        await ctx.api.calls.invite(event.call_id, contact_id=ANNA.contact_id)

    async with world(tmp_path, handlers_of(router), people=[ANNA]) as there:
        call = await there.simulator.place_call(Caller(talks_for=5.0))
        await there.over(call)
        assert call.connected == [ANNA.contact_id]
        assert fallbacks(there) == {}
        assert len(await there.dead_letters()) == 1


@asynccontextmanager
async def broken_platform() -> AsyncIterator[str]:
    async def fail(_request: web.Request) -> web.Response:
        return web.json_response({"code": 500, "message": "internal error"}, status=500)

    app = web.Application()
    app.add_routes([web.post("/{rest:.*}", fail)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_the_platform_is_down_and_the_bot_says_so(tmp_path: Path) -> None:
    async with broken_platform() as url, world(tmp_path, people=[ANNA], api_url=url) as there:
        call = await there.simulator.place_call(Caller())
        await there.live_until(lambda: there.count("bot_fallbacks_total", result="failed") == 1)
        await there.live_until(lambda: there.count("bot_backlog_events") == 0)
        (letter,) = await there.dead_letters()
        assert letter.failure.handler == "handlers.quality_recorder.begin"
        assert "call.recording/start" in letter.failure.error
        for flow in ("handlers.reception.reception", "bot.fallback"):
            assert there.count("bot_flows_ended_total", flow=flow, state="failed") == 1
        assert there.count("bot_api_requests_total", path="call.recording/start", outcome="in_doubt") > 0
        await call.hang_up()
        await there.over(call)
        assert (await there.ask("/health/ready"))[0] == 200, "events are taken nevertheless"


async def test_two_bots_in_one_process_know_nothing_of_each_other(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    clock, quiet = ManualClock(), Router()
    async with (
        world(tmp_path / "one", people=[ANNA], clock=clock) as one,
        world(tmp_path / "two", handlers_of(quiet), people=[BORIS], clock=clock) as two,
    ):
        first = await one.simulator.place_call(Caller(talks_for=5.0))
        second = await two.simulator.place_call(Caller(talks_for=5.0))
        await one.over(first)
        await two.over(second)
        assert (first.connected, second.connected) == ([ANNA.contact_id], [BORIS.contact_id])
        assert (fallbacks(one), fallbacks(two)) == ({}, {"flow": 1})
        assert not await one.history(second)
        assert {row.outcome for row in await two.history(second)} == {Outcome.HANDLED}
