"""Playing scenarios against a small bot that behaves well or badly, and judging what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest

from bot.simulator import (
    NOBODY,
    Caller,
    Contact,
    Cue,
    Expectations,
    Faults,
    HangUp,
    Scenario,
    ScriptedCall,
    Silence,
    SimCall,
    Simulator,
    Talk,
    Until,
    Verdict,
    Wait,
    judge,
    play_scenario,
    silences,
)
from bot.testing.clock import ManualClock, until
from tests.simulator.bot_side import ANNA, BORIS, BotServer, SignedClient

Acts = Callable[[SimCall], Awaitable[None]]


async def nothing(_: SimCall) -> None:
    pass


async def played(
    simulator: Simulator, clock: ManualClock, scenario: Scenario, acts: Acts = nothing
) -> Sequence[Verdict]:
    """Play a scenario; the bot acts upon its first call, then time passes until the verdicts are there."""
    before = len(simulator.calls)
    running = asyncio.create_task(play_scenario(simulator, scenario))
    await until(lambda: len(simulator.calls) > before)
    await acts(list(simulator.calls.values())[before])
    while not running.done():
        await clock.advance(0.5)
        await asyncio.sleep(0.001)
    return await running


async def problems(
    simulator: Simulator, clock: ManualClock, caller: Caller, expect: Expectations, acts: Acts = nothing
) -> Sequence[str]:
    scenario = Scenario(calls=[ScriptedCall(caller=caller, expect=expect)], agents=[ANNA, BORIS])
    (verdict,) = await played(simulator, clock, scenario, acts)
    assert verdict.ok == (not verdict.problems)
    return list(verdict.problems)


async def test_calls_come_at_their_times_to_their_teams_with_faults(
    simulator: Simulator, bot: BotServer, clock: ManualClock
) -> None:
    began = clock.now()
    scenario = Scenario(
        calls=[
            ScriptedCall(caller=Caller(hangs_up_after=2.0), name="first"),
            ScriptedCall(caller=Caller(hangs_up_after=2.0), name="second", at=5.0, team_id="another"),
        ],
        agents=[Contact(contact_id="new", name="New")],
        faults=Faults(dropped=1.0),
    )
    first, second = await played(simulator, clock, scenario)
    assert (first.ok, second.ok) == (True, True), "what the platform loses is no fault of the bot"
    assert (first.name, second.name) == ("first", "second")
    assert first.call.place.created_at == began
    assert second.call.place.created_at == pytest.approx(began + 5.0, abs=0.5)
    assert second.call.team_id == "another"
    assert bot.events == []
    assert "new" in simulator.contacts


async def test_a_call_that_does_not_end_is_ended(simulator: Simulator, clock: ManualClock) -> None:
    expect = Expectations(ends_within=10.0, ended_by="caller", hears=["welcome"])
    assert await problems(simulator, clock, Caller(), expect) == [
        "the call did not end within 10 s",
        "the caller did not hear welcome where it should come; heard: nothing",
        "the call was ended by bot, not by caller",
    ]


async def test_sounds_that_must_not_be_heard(
    simulator: Simulator, client: SignedClient, bot: BotServer, clock: ManualClock
) -> None:
    async def play(call: SimCall) -> None:
        await client.done(call, "call.audio/play", url=bot.sound("music.wav"))

    expect = Expectations(never_hears=["welcome", "music"], hears=["prompts/music"])
    found = await problems(simulator, clock, Caller(hangs_up_after=3.0), expect, play)
    assert found == ["the caller heard music; heard: music.wav"]


async def test_who_answers(simulator: Simulator, client: SignedClient, clock: ManualClock) -> None:
    async def invite(call: SimCall) -> None:
        await client.done(call, "call.user/invite", contactId=ANNA.contact_id)

    caller = Caller(talks_for=2.0, hangs_up_after=20.0)
    nobody = Expectations(connected_to=NOBODY)
    boris = Expectations(connected_to=BORIS.contact_id)
    assert await problems(simulator, clock, caller, nobody) == []
    assert await problems(simulator, clock, caller, boris) == [
        f"the caller was not connected to {BORIS.contact_id}; nobody answered"
    ]
    assert await problems(simulator, clock, caller, nobody, invite) == [
        f"the caller was connected to {ANNA.contact_id}, and nobody should have answered"
    ]


async def test_a_message_is_speech_to_nobody_that_was_recorded_and_told_of(
    simulator: Simulator, client: SignedClient, clock: ManualClock
) -> None:
    caller = Caller(steps=[Wait(2.0), Talk(4.0), HangUp()])

    async def record(call: SimCall) -> None:
        await client.done(call, "call.recording/start")

    async def tell(call: SimCall, after: float) -> None:
        await clock.advance(after)
        link = (await client.done(call, "call.recording/stop"))["fileUrl"]
        assert (await client.ask(call, "comment/create", text=f"Voicemail: {link}"))[0] == 200

    async def record_and_tell(call: SimCall) -> None:
        await record(call)
        await tell(call, 3.0)

    async def record_too_early(call: SimCall) -> None:
        await record(call)
        await tell(call, 1.0)

    async def record_company(call: SimCall) -> None:
        await client.done(call, "call.user/invite", contactId=ANNA.contact_id)
        await record_and_tell(call)

    async def record_after_company(call: SimCall) -> None:
        await client.done(call, "call.user/invite", contactId=ANNA.contact_id)
        await clock.advance(2.0)
        await client.done(call, "call/kick", contactId=ANNA.contact_id)
        await record_and_tell(call)

    late = Caller(steps=[Wait(3.0), Talk(4.0), HangUp()])
    left, not_left = Expectations(message_left=True), Expectations(message_left=False)
    assert await problems(simulator, clock, caller, left, record_and_tell) == []
    assert await problems(simulator, clock, late, left, record_after_company) == []
    assert await problems(simulator, clock, caller, not_left, record_and_tell) == ["the caller left a message"]
    for acts in (record, record_too_early, record_company, nothing):
        assert await problems(simulator, clock, late, left, acts) == ["the caller left no message"]


def heard(call: SimCall, clock: ManualClock) -> list[tuple[float, float, str]]:
    return [(one.began, one.ended, one.after.rpartition("/")[2]) for one in silences(call, clock.now())]


async def test_silence_is_when_nothing_plays_and_nobody_is_there(
    simulator: Simulator, client: SignedClient, bot: BotServer, clock: ManualClock
) -> None:
    call = await simulator.place_call(Caller(steps=[Wait(6.0), Talk(2.0), Until(Cue.LEAVES), Wait(1.0), HangUp()]))
    await clock.advance(1.0)
    await client.done(call, "call.audio/play", url=bot.sound("welcome.wav"))
    await client.done(call, "call.audio/play", url=bot.sound("music.wav"))
    await clock.advance(9.0)
    await client.done(call, "call.user/invite", contactId=ANNA.contact_id)
    await clock.advance(5.0)
    assert heard(call, clock) == [(0.0, 1.0, ""), (4.0, 6.0, "music.wav"), (8.0, 12.0, "music.wav")]
    await client.done(call, "call.user/hold", contactId=ANNA.contact_id)
    await clock.advance(1.0)
    await client.done(call, "call.user/unhold", contactId=ANNA.contact_id)
    await client.done(call, "call.user/hold", contactId=call.place.originator.contact_id)
    await clock.advance(1.0)
    await client.done(call, "call.user/unhold", contactId=call.place.originator.contact_id)
    await clock.advance(1.0)
    await client.done(call, "call/kick", contactId=ANNA.contact_id)
    assert heard(call, clock)[3:] == [(15.0, 17.0, "music.wav")]
    await clock.advance(0.5)
    assert heard(call, clock)[4:] == [(18.0, 18.5, "music.wav")]
    await clock.advance(5.0)
    assert call.ended
    assert heard(call, clock)[4:] == [(18.0, 19.0, "music.wav")]
    assert Silence(1.0, 3.5, "").seconds == 2.5
    assert list(judge(call, Expectations(longest_silence=3.0))) == [
        "the caller heard nothing for 4 s, after music, at 8 s",
    ]
    assert judge(call, Expectations(longest_silence=0.9))[0] == (
        "the caller heard nothing for 1 s, from the beginning, at 0 s"
    )


async def test_a_voicemail_is_no_company(simulator: Simulator, client: SignedClient, clock: ManualClock) -> None:
    simulator.add_contact(Contact.with_voicemail("x", "Xenia", after=2.0, lasts=5.0))
    call = await simulator.place_call(Caller(hangs_up_after=20.0))
    await client.done(call, "call.user/invite", contactId="x")
    await clock.advance(21.0)
    assert heard(call, clock) == [(0.0, 20.0, "")]


async def test_what_the_bot_did_not_acknowledge_is_told(
    simulator: Simulator, bot: BotServer, clock: ManualClock
) -> None:
    bot.statuses = [500] * 1_000
    found = await problems(simulator, clock, Caller(hangs_up_after=1.0), Expectations())
    assert found[0] == "the bot did not acknowledge Call.created (HTTP 500)"
