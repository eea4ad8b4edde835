"""A platform that fails for so long that the fallback fails, too: the caller is not forgotten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from bot import Call, Router
from bot.journal import FlowEnd, FlowState
from bot.simulator import Caller, Contact, Reaction, Reacts, SimCall, silences
from bot.testing.world import World, world
from tests.flow.test_doubt import Line, sent, wired
from tests.support.cable import cable, data
from tests.support.handlers import handlers_of

ANNA = Contact(contact_id="agent-anna", name="Anna", answers_after=4.0)
PATHS = (
    "call/get",
    "call/kick",
    "call.user/invite",
    "call.audio/play",
    "call.audio/stop",
    "call.recording/start",
    "call.recording/stop",
    "comment/create",
)


def breaks(line: Line, *paths: str, status: int = 500) -> None:
    """Let the platform fail at requests."""

    def fail(_body: object) -> web.Response:
        return web.json_response({"code": status, "message": "no"}, status=status)

    line.answers.update(dict.fromkeys(paths, fail))


def reception() -> Router:
    """Return a router whose flow does not know what to do without the platform."""
    router = Router()

    @router.call(incoming=True)
    async def greet(call: Call) -> None:
        await call.play("welcome")

    return router


async def ends(there: World, call: SimCall) -> list[FlowEnd | None]:
    async with there._journal() as journal:
        return [flow.end for flow in await journal.flows.flows_of(str(call.key))]


def failed(there: World) -> Callable[[], bool]:
    """Return what says whether the last resort has failed."""
    return lambda: there.count("bot_fallbacks_total", result="failed") >= 1


@pytest.mark.parametrize("restart", [False, True])
async def test_the_fallback_begins_anew_once_the_platform_works(tmp_path: Path, *, restart: bool) -> None:
    line, router = Line(), reception()
    breaks(line, *PATHS)
    async with wired(tmp_path, router, line, [ANNA]) as there:
        call = await there.simulator.place_call(Caller(talks_for=10))
        await there.live_until(failed(there))
        await there.live(150)
        assert (await ends(there, call))[-1] is None, "a bot that dies now leaves the call to the next one"
        if restart:
            await there.stop()
            await there.start(handlers_of(router))
            await there.live(100)
        line.answers.clear()
        await there.live(65)
        await there.over(call)
        assert call.connected == [ANNA.contact_id], there.story()
        states = [one.state for one in await ends(there, call) if one]
        assert states == [FlowState.FAILED, FlowState.FAILED, FlowState.ENDED]


@pytest.mark.parametrize("told", [True, False])
async def test_nothing_is_tried_for_a_call_that_ends_meanwhile(tmp_path: Path, *, told: bool) -> None:
    line = Line()
    breaks(line, *PATHS)
    async with wired(tmp_path, reception(), line, [ANNA]) as there:
        call = await there.simulator.place_call(Caller())
        await there.live_until(failed(there))
        if told:
            await call.hang_up()
            await there.over(call)
        else:
            # The platform forgets the call and says nothing.
            breaks(line, "call/get", status=404)
            await there.live_until(lambda: there.count("bot_flows_running") == 0, 70)
            line.answers.clear()
        await there.live(200)
        assert sent(there, call, "call.user/invite") == 0
        assert [one and one.state for one in await ends(there, call)] == [FlowState.FAILED] * 2


async def test_a_platform_that_answers_and_refuses_everything_is_not_asked_for_ever(tmp_path: Path) -> None:
    line = Line()
    breaks(line, *PATHS[1:], status=400)
    async with wired(tmp_path, reception(), line, [ANNA]) as there:
        call = await there.simulator.place_call(Caller())
        await there.live_until(lambda: there.count("bot_flows_running") == 0, 1_000)
        assert len(await ends(there, call)) == 12, "the flow, the fallback, and the ten that came after it"
        assert there.count("bot_fallbacks_total", result="failed") == 11


async def test_nobody_waits_for_longer_than_a_flow_may_last(tmp_path: Path) -> None:
    line = Line()
    breaks(line, *PATHS)
    async with (
        cable(line),
        world(tmp_path, handlers_of(reception()), people=[ANNA], api_url=line.url, flow_longest=300.0) as there,
    ):
        line.platform = there.simulator.url
        await there.simulator.place_call(Caller())
        await there.live_until(failed(there))
        await there.live(250)
        assert there.count("bot_flows_running") == 1
        await there.live(120)
        assert there.count("bot_flows_running") == 0


async def test_where_the_platform_does_not_say_who_is_rung_its_events_do(tmp_path: Path) -> None:
    line, router = Line(), Router()
    breaks(line, "call/get")

    @router.call(incoming=True)
    async def bad(call: Call) -> None:
        await call.invite(ANNA.contact_id)
        await call.sleep(1)
        raise RuntimeError("a bug")

    async with wired(tmp_path, router, line, [replace(ANNA, talks_for=10.0)]) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=60.0))
        await there.over(call)
        assert sent(there, call, "call.user/invite") == 2
        assert "rang twice" not in there.notes(call)
        assert call.connected == [ANNA.contact_id]


async def test_whoever_cannot_be_called_off_is_not_rung_once_more(tmp_path: Path) -> None:
    line, router = Line(), Router()
    breaks(line, "call/kick", status=500)

    @router.call(incoming=True)
    async def bad(call: Call) -> None:
        await call.invite(ANNA.contact_id)
        await call.sleep(1)
        raise RuntimeError("a bug")

    async with wired(tmp_path, router, line, [replace(ANNA, answers_after=15.0, talks_for=10.0)]) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=60.0))
        await there.live_until(lambda: bool(call.connected))
        line.answers.clear()
        await there.over(call)
        assert sent(there, call, "call.user/invite") == 1
        assert call.ended_by == "bot", "the answer to the first ringing counts"


async def test_nobody_is_rung_because_a_call_cannot_be_ended(tmp_path: Path) -> None:
    line, router = Line(), Router()
    breaks(line, "call/kick", status=401)

    @router.call(incoming=True)
    async def bad(_call: Call) -> None:
        raise RuntimeError("a bug")

    async with wired(tmp_path, router, line, [replace(ANNA, talks_for=10.0)]) as there:
        call = await there.simulator.place_call(Caller())
        await there.live(60.0)
        assert not call.ended
        assert sent(there, call, "call.user/invite") == 1
        line.answers.clear()
        await there.live(6.0)
        assert call.ended_by == "bot"


async def test_nobody_waits_in_silence_for_the_recording_of_a_message(tmp_path: Path) -> None:
    line, router = Line(), Router()
    breaks(line, "call.recording/stop", status=429)

    @router.call(incoming=True)
    async def take(call: Call) -> None:
        await call.voicemail(longest=10.0)

    async with wired(tmp_path, router, line, []) as there:
        call = await there.simulator.place_call(Caller())
        await there.over(call)
        assert call.ended_by == "bot"
        assert call.played[-1].name.startswith("goodbye")
        assert max(one.seconds for one in silences(call, there.clock.now())) < 15.0, "the message, and a little more"
        assert [one for one in there.requests(call) if one.startswith("comment/create Voicemail, 10 s: http")]
        assert [one and one.state for one in await ends(there, call)] == [FlowState.ENDED]


@pytest.mark.parametrize("hangs_up_after", [None, 17.0])
async def test_a_message_is_kept_without_thanks_and_however_the_caller_parts(
    tmp_path: Path, hangs_up_after: float | None
) -> None:
    line, router = Line(), Router()

    @router.call(incoming=True)
    async def take(call: Call) -> None:
        line.answers["call.recording/stop"] = fail
        await call.voicemail(longest=10.0, thanks="goodbye" if hangs_up_after else "no-such-prompt")

    def fail(_body: object) -> web.Response:
        line.answers.clear()
        return web.json_response({"code": 429, "message": "no"}, status=429, headers={"Retry-After": "4"})

    async with wired(tmp_path, router, line, []) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=hangs_up_after))
        await there.over(call)
        assert [one for one in there.requests(call) if one.startswith("comment/create Voicemail, 10 s: http")]
        assert [one and one.state for one in await ends(there, call)] == [FlowState.ENDED]


async def test_a_message_is_taken_though_it_cannot_be_asked_for(tmp_path: Path) -> None:
    line = Line()
    breaks(line, "call.audio/play", status=400)
    async with wired(tmp_path, reception(), line, []) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=30.0))
        await there.over(call)
        assert call.recorded
        assert sent(there, call, "comment/create") == 1
        assert [one and one.state for one in await ends(there, call)] == [FlowState.FAILED, FlowState.ENDED]


async def test_whoever_the_last_resort_rings_is_not_left_to_themselves(tmp_path: Path) -> None:
    line = Line()
    breaks(line, "call.audio/play", "call.recording/start", status=400)
    declines_first = replace(ANNA, when_rung=[Reaction(Reacts.DECLINES, 2.0), Reaction(Reacts.ANSWERS, 4.0, 20.0)])
    async with wired(tmp_path, reception(), line, [declines_first]) as there:
        call = await there.simulator.place_call(Caller())
        await there.over(call)
        assert call.connected == [ANNA.contact_id]
        assert call.ended_by == "bot"
        assert there.count("bot_fallbacks_total", result="rung") == 1
        assert "rang twice" not in there.notes(call)
        states = [one.state for one in await ends(there, call) if one]
        assert states == [FlowState.FAILED, FlowState.FAILED, FlowState.ENDED]


async def test_the_last_resort_may_be_enough(tmp_path: Path) -> None:
    line = Line()
    breaks(line, "call.audio/play", status=400)
    asked: list[object] = []

    def record(body: object) -> web.Response:
        # The last resort is the second that asks for it.
        asked.append(body)
        if len(asked) == 1:
            return web.json_response({"code": 400, "message": "no"}, status=400)
        line.answers.clear()
        return data(None)

    line.answers["call.recording/start"] = record
    async with wired(tmp_path, reception(), line, []) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=60))
        await there.over(call)
        assert [playback.name.partition(".")[0] for playback in call.played] == ["leave-a-message"]
        assert there.count("bot_fallbacks_total", result="message") == 1
        assert [one and one.state for one in await ends(there, call)] == [FlowState.FAILED] * 2
