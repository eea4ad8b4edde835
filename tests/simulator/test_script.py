"""A scripted call, with a small bot that behaves well or badly."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.simulator import (
    DEMO_AGENT,
    Caller,
    CallScript,
    Record,
    SimCall,
    Simulator,
    Verdict,
    demo_script,
    format_line,
    run_script,
)
from bot.testing.clock import ManualClock, settle, until
from tests.simulator.bot_side import BotServer, SignedClient


async def played_out(
    simulator: Simulator, script: CallScript, clock: ManualClock, acts: Callable[[SimCall], Awaitable[None]]
) -> Verdict:
    """Run a script; the bot acts once, then time passes until the verdict is there."""
    running = asyncio.create_task(run_script(simulator, script))
    await until(lambda: len(simulator.calls) == 1)
    (call,) = simulator.calls.values()
    await acts(call)
    while not running.done():
        await clock.advance(0.5)
        await asyncio.sleep(0.001)
    return await running


async def test_the_demonstration_goes_as_scripted(
    simulator: Simulator, client: SignedClient, bot: BotServer, clock: ManualClock
) -> None:
    lines: list[str] = []
    simulator.timeline.subscribe(lambda record: lines.append(format_line(record)))

    async def greet_record_and_connect(call: SimCall) -> None:
        await client.done(call, "call.recording/start")
        for name in ("welcome.wav", "main-menu.wav", "ringback.wav"):
            bot.sounds[name] = bot.sounds["music.wav"]
            await client.done(call, "call.audio/play", url=bot.sound(name))
        await client.done(call, "call.user/invite", contactId=DEMO_AGENT)

    verdict = await played_out(simulator, demo_script(), clock, greet_record_and_connect)

    assert verdict.problems == []
    assert verdict.ok
    assert verdict.call.ended
    assert bot.types[-2:] == ["Call.ended", "Comment.created"]
    text = "\n".join(lines)
    assert "caller       calls from +*********67" in text
    assert "    2.00 s  Anna         answers" in text
    assert "    3.50 s  caller       hangs up" in text
    assert "bot          call.audio/play welcome.wav" in text
    assert "89536052307" not in text


async def test_every_problem_is_told(simulator: Simulator, bot: BotServer, clock: ManualClock) -> None:
    bot.statuses = [500] * 10_000

    async def do_nothing(_: SimCall) -> None:
        await settle()

    verdict = await played_out(simulator, demo_script("agent"), clock, do_nothing)

    assert not verdict.ok
    assert verdict.problems[:4] == [
        "the call did not end within 60 s",
        "the caller did not hear welcome where it should come; heard: nothing",
        "the call was not recorded",
        "the caller was not connected to agent; nobody answered",
    ]
    assert verdict.problems[4] == "the bot did not acknowledge Call.created (HTTP 500)"


async def test_sounds_are_expected_in_order_and_a_recording_may_be_unwanted(
    simulator: Simulator, client: SignedClient, bot: BotServer, clock: ManualClock
) -> None:
    script = CallScript(caller=Caller(hangs_up_after=1.0), hears=["welcome", "music"], recorded=False)

    async def play_in_the_wrong_order(call: SimCall) -> None:
        for name in ("music.wav", "welcome.wav"):
            await client.done(call, "call.audio/play", url=bot.sound(name))
        await client.done(call, "call.recording/start")

    verdict = await played_out(simulator, script, clock, play_in_the_wrong_order)

    assert verdict.problems == [
        "the caller did not hear music where it should come; heard: music.wav, welcome.wav",
        "the call was recorded",
    ]


async def test_a_script_may_expect_nothing(simulator: Simulator, clock: ManualClock) -> None:
    async def do_nothing(_: SimCall) -> None:
        await settle()

    seen: list[Record] = []
    simulator.timeline.subscribe(seen.append)
    verdict = await played_out(simulator, CallScript(caller=Caller(hangs_up_after=1.0)), clock, do_nothing)
    assert verdict.ok
    assert seen[-1].text == "Comment.created"
