"""The reception: what it does with a choice, with the hours, and after a restart; more calls are in tests/scenarios."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from bot.simulator import Caller
from bot.testing.world import WEBHOOK_SECRET, world
from tests.handlers.office import comments, invited, office, sounds, told
from tests.scenarios.people import ANNA, BORIS, absent
from tests.support.handlers import examples


async def test_a_choice_rings_that_group_and_a_survey_follows(tmp_path: Path) -> None:
    async with office(tmp_path, [ANNA, replace(BORIS, talks_for=20.0)]) as there:
        call = await there.simulator.place_call(Caller(presses=[(5.0, "2"), (38.0, "4")]))
        await there.over(call)
        assert invited(there, call) == [BORIS.contact_id]
        assert sounds(call) == ["welcome", "main-menu", "ringback", "survey-question", "survey-thanks"]
        assert comments(call) == ["Survey: 4 of 5 for agent-boris"]
        assert not there.notes(call)


async def test_a_group_that_does_not_answer_offers_a_callback(tmp_path: Path) -> None:
    async with office(tmp_path, [absent(ANNA), BORIS]) as there:
        call = await there.simulator.place_call(Caller(presses=[(5.0, "1")], hangs_up_after=110.0))
        await there.over(call)
        assert sounds(call)[:4] == ["welcome", "main-menu", "ringback", "hold-music"]
        assert "callback-offer" in sounds(call)
        assert BORIS.contact_id not in invited(there, call)


async def test_out_of_hours_a_message_is_taken_and_nobody_is_rung(tmp_path: Path) -> None:
    async with office(tmp_path, opens="09:00") as there:
        call = await there.simulator.place_call(Caller(presses=[(5.0, "1"), (30.0, "#")]))
        await there.over(call)
        assert sounds(call) == ["welcome", "main-menu", "closed", "leave-a-message", "goodbye"]
        assert invited(there, call) == []
        (message,) = comments(call)
        assert message.startswith("Voicemail, ")
        assert [line.partition(",")[0] for line in told(there)] == ["agent-anna: Voicemail"]


async def test_without_a_choice_everybody_is_rung_at_once(tmp_path: Path) -> None:
    async with office(tmp_path, [absent(ANNA), BORIS]) as there:
        call = await there.simulator.place_call(Caller(talks_for=5.0))
        await there.over(call)
        assert invited(there, call) == [ANNA.contact_id, BORIS.contact_id]
        assert call.connected == [BORIS.contact_id]


@pytest.mark.parametrize("moments", [[1.0], [4.5], [7.0], [13.0], [30.0], [2.0, 6.0, 11.5, 25.0, 33.0]])
async def test_a_restart_in_the_middle_is_not_noticed(tmp_path: Path, moments: list[float]) -> None:
    async with office(tmp_path, [replace(ANNA, talks_for=20.0), BORIS]) as there:
        began = there.clock.now()
        call = await there.simulator.place_call(Caller(presses=[(5.0, "1"), (38.0, "5")]))
        for moment in moments:
            await there.live(began + moment - there.clock.now())
            await there.stop()
            await there.start(examples())
        await there.over(call)
        assert call.connected == [ANNA.contact_id], there.story()
        assert invited(there, call) == [ANNA.contact_id]
        assert sounds(call) == ["welcome", "main-menu", "ringback", "survey-question", "survey-thanks"], there.story()
        assert comments(call) == ["Survey: 5 of 5 for agent-anna"]
        assert not there.notes(call)
        assert not await there.dead_letters()


async def test_a_repeated_beginning_greets_nobody_twice(tmp_path: Path) -> None:
    async with world(tmp_path, people=[absent(ANNA)]) as there:
        call = await there.simulator.place_call(Caller(presses=[(5.0, "1")], hangs_up_after=15.0))
        await there.live(1.0)
        body = msgspec.json.encode(call.deliveries[0].event)
        assert (await there.ask(f"/webhook/{WEBHOOK_SECRET}", body))[0] == 200
        await there.over(call)
        assert sounds(call) == ["welcome", "main-menu", "ringback"]
        assert there.count("bot_events_settled_total", outcome="duplicate") == 1


async def test_somebody_else_who_does_not_answer_changes_nothing(tmp_path: Path) -> None:
    """An agent may have invited a colleague by hand; the bot rings its own list only."""
    async with world(tmp_path, people=[absent(ANNA), BORIS], on_duty=[ANNA.contact_id]) as there:
        call = await there.simulator.place_call(Caller(presses=[(5.0, "1")], hangs_up_after=15.0))
        await there.live(7.0)
        call.invite(absent(BORIS))
        call.stop_ringing_on(call.members[-1], "declines")
        await there.over(call)
        assert invited(there, call) == [ANNA.contact_id]
        assert not await there.dead_letters()


async def test_no_one_is_rung_for_an_outgoing_call(tmp_path: Path) -> None:
    async with world(tmp_path, people=[ANNA]) as there:
        event = {"eventType": "Call.created", "teamId": "team", "threadId": "thread", "type": "thread"}
        assert (await there.ask(f"/webhook/{WEBHOOK_SECRET}", msgspec.json.encode(event)))[0] == 200
        await there.live_until(lambda: there.count("bot_backlog_events") == 0)
        for path in ("call.audio/play", "call.user/invite"):
            assert there.count("bot_api_requests_total", path=path, outcome="ok") == 0
        assert there.count("bot_flows_running") == 0
