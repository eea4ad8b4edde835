"""The examples' reception, call by call."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from bot import CallCreated, Context, Event, Router
from bot.journal import Outcome
from bot.simulator import Caller, CallScript, SimCall, run_script
from bot.testing.world import World, world
from tests.scenarios.people import ANNA, BORIS, absent, declining
from tests.support.handlers import handlers_of


def sounds(call: SimCall) -> Sequence[str]:
    return [playback.name.partition(".")[0] for playback in call.played]


def at_once(call: SimCall, *names: str) -> bool:
    """Return whether two of some sounds were ever heard at the same time."""
    played = [it for it in call.played if it.name.partition(".")[0] in names]
    return any(later.started_at < (one.ended_at or one.started_at) for one, later in pairwise(played))


async def is_well(there: World) -> None:
    """Check that nothing went wrong that no caller noticed."""
    assert not await there.dead_letters()
    assert not [delivery for call in there.simulator.calls.values() for delivery in call.deliveries if delivery.problem]
    for result in ("flow", "attended", "rung", "message", "failed"):
        assert there.count("bot_fallbacks_total", result=result) == 0


async def test_the_first_agent_answers(tmp_path: Path) -> None:
    async with world(tmp_path, people=[ANNA, BORIS]) as there:
        script = CallScript(
            caller=Caller(presses=[(5.0, "1")], talks_for=60.0),
            hears=["welcome", "main-menu", "ringback"],
            recorded=True,
            connected_to=ANNA.contact_id,
            ends_within=75.0,
        )
        verdict = await there.see(run_script(there.simulator, script))
        assert verdict.ok, verdict.problems
        await there.over(verdict.call)

        assert verdict.call.connected == [ANNA.contact_id]
        assert sounds(verdict.call) == ["welcome", "main-menu", "ringback"]
        welcome, menu, ringback = verdict.call.played
        assert welcome.complete, "the greeting is heard to its end"
        assert not menu.complete, "a key stops the menu"
        assert not at_once(verdict.call, "welcome", "main-menu", "ringback")
        assert ringback.loop
        answered_at = verdict.call.place.created_at + 11.0
        assert ringback.ended_at == pytest.approx(answered_at, abs=1.0), "the tone ends when the agent answers"
        await is_well(there)
        assert {row.outcome for row in await there.history(verdict.call)} == {Outcome.HANDLED}


async def test_who_knows_the_menu_need_not_hear_it(tmp_path: Path) -> None:
    async with world(tmp_path, people=[replace(ANNA, answers_after=2.0)]) as there:
        call = await there.simulator.place_call(Caller(presses=[(1.0, "2")], talks_for=10.0))
        await there.over(call)
        assert call.connected == [ANNA.contact_id]
        assert sounds(call) == ["welcome", "ringback"]
        await is_well(there)


async def test_the_first_agent_declines_and_the_second_answers(tmp_path: Path) -> None:
    async with world(tmp_path, people=[declining(ANNA), BORIS]) as there:
        call = await there.simulator.place_call(Caller(presses=[(5.0, "1")], talks_for=5.0))
        await there.over(call)
        assert call.connected == [BORIS.contact_id]
        assert sounds(call) == ["welcome", "main-menu", "ringback"]
        assert not call.player.media.playing
        assert not there.notes(call), "nobody was rung twice"
        await is_well(there)


async def test_who_chooses_nothing_rings_everybody_at_once(tmp_path: Path) -> None:
    async with world(tmp_path, people=[absent(ANNA), BORIS]) as there:
        call = await there.simulator.place_call(Caller(talks_for=5.0))
        await there.over(call)
        assert call.connected == [BORIS.contact_id]
        assert sounds(call) == ["welcome", "main-menu", "no-input", "main-menu", "ringback"]
        invited = [text for text in there.requests(call) if "invite" in text or "kick" in text]
        assert invited == [
            f"call.user/invite {ANNA.contact_id}",
            f"call.user/invite {BORIS.contact_id}",
            f"call/kick {ANNA.contact_id}",
        ]
        assert not there.notes(call)
        await is_well(there)


async def test_nobody_answers_and_a_message_is_asked_for(tmp_path: Path) -> None:
    async with world(tmp_path, people=[declining(ANNA), absent(BORIS)]) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=120.0))
        await there.over(call)
        assert call.connected == []
        assert sounds(call) == ["welcome", "main-menu", "no-input", "main-menu", "ringback", "leave-a-message"]
        assert not at_once(call, "ringback", "leave-a-message")
        assert call.played[-1].complete
        assert call.recorded, "the message is in the recording"
        await is_well(there)


async def test_the_caller_hangs_up_during_the_greeting(tmp_path: Path) -> None:
    async with world(tmp_path, people=[ANNA]) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=1.0))
        await there.over(call)
        assert call.connected == []
        assert sounds(call) == ["welcome"]
        await is_well(there)


async def test_the_caller_hangs_up_before_the_bot_does_anything(tmp_path: Path) -> None:
    async with world(tmp_path, people=[ANNA]) as there:
        call = await there.simulator.place_call(Caller())
        await call.hang_up()
        await there.over(call)
        assert sounds(call) == []
        await is_well(there)


async def test_the_caller_hangs_up_while_an_agent_is_rung(tmp_path: Path) -> None:
    async with world(tmp_path, people=[absent(ANNA), BORIS]) as there:
        call = await there.simulator.place_call(Caller(presses=[(5.0, "1")], hangs_up_after=12.0))
        await there.over(call)
        assert sounds(call) == ["welcome", "main-menu", "ringback"]
        assert [text for text in there.requests(call) if "invite" in text] == [f"call.user/invite {ANNA.contact_id}"]
        await is_well(there)


async def test_nobody_is_on_duty(tmp_path: Path) -> None:
    async with world(tmp_path, people=[ANNA], on_duty=[]) as there:
        call = await there.simulator.place_call(Caller(presses=[(5.0, "1")], hangs_up_after=40.0))
        await there.over(call)
        assert sounds(call) == ["welcome", "main-menu", "closed", "leave-a-message"], "no ringing where no phone rings"
        assert not at_once(call, "closed", "leave-a-message")
        assert call.recorded
        await is_well(there)


async def test_an_agent_whom_the_platform_does_not_know_is_passed_over(tmp_path: Path) -> None:
    async with world(tmp_path, people=[ANNA], on_duty=["nobody", ANNA.contact_id]) as there:
        call = await there.simulator.place_call(Caller(presses=[(5.0, "1")], talks_for=5.0))
        await there.over(call)
        assert call.connected == [ANNA.contact_id]
        await is_well(there)


async def test_only_agents_whom_the_platform_does_not_know(tmp_path: Path) -> None:
    async with world(tmp_path, on_duty=["nobody", "no one"]) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=60.0))
        await there.over(call)
        assert sounds(call)[-1] == "leave-a-message"
        await is_well(there)


async def test_a_recording_that_is_on_already_is_no_trouble(tmp_path: Path) -> None:
    async with world(tmp_path, people=[ANNA]) as there:
        call = await there.simulator.place_call(Caller(talks_for=5.0))
        call.player.start_recording()
        await there.over(call)
        assert call.connected == [ANNA.contact_id]
        assert len(call.player.media.recordings) == 1
        await is_well(there)


async def test_two_hundred_calls_at_once(tmp_path: Path) -> None:
    router = Router()
    agents = [replace(ANNA, contact_id=f"agent-{number:03}", phone=f"+7495{number:07}") for number in range(200)]

    @router.on("Call.created", incoming=True)
    async def connect(event: CallCreated, ctx: Context) -> None:
        await ctx.api.calls.play_audio(event.call_id, ctx.prompt("welcome").url)
        await ctx.api.calls.start_recording(event.call_id)
        await ctx.api.calls.invite(event.call_id, contact_id=f"agent-{(event.originator.phone or '')[-3:]}")

    async with world(tmp_path, handlers_of(router), people=agents, concurrency=256, api_per_team=100) as there:
        callers = [Caller(phone=f"+7812{number:07}", talks_for=5.0) for number in range(200)]
        calls = await asyncio.gather(*map(there.simulator.place_call, callers))
        await there.over(*calls)
        assert [call.connected for call in calls] == [[agent.contact_id] for agent in agents]
        assert all(call.recorded and len(call.played) == 1 for call in calls)
        assert there.count("bot_busy_lanes") == 0
        await is_well(there)


async def test_the_events_of_a_call_are_handled_in_the_order_in_which_they_happened(tmp_path: Path) -> None:
    router = Router()
    seen: dict[str | None, list[str]] = {}

    @router.on("*")
    async def watch(event: Event, ctx: Context) -> None:
        before = seen.setdefault(event.thread_id, [])
        # Whoever is slow must not be overtaken.
        await ctx.sleep(1.0 if len(before) % 3 == 0 else 0.0)
        before.append(f"{event.event_type} {event.raw.get('dtmfNumber', '')}".strip())

    async with world(tmp_path, handlers_of(router)) as there:
        keys = "1123#445*"
        presses = [(1.0 + number / 10, key) for number, key in enumerate(keys)]
        calls = [await there.simulator.place_call(Caller(presses=presses, hangs_up_after=5.0)) for _ in range(5)]
        await there.over(*calls)
        for call in calls:
            assert seen[call.thread_id] == [
                "Call.created",
                *(f"Call.Member.dtmf {key}" for key in keys),
                "Call.Member.leaved",
                "Call.ended",
                "Comment.created",
            ]
