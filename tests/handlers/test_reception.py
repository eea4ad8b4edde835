"""What the reception does when an event comes twice or too late; whole calls are in tests/scenarios."""

from __future__ import annotations

from pathlib import Path

import orjson

from bot.simulator import Caller
from tests.scenarios.people import ANNA, BORIS, absent
from tests.support.world import WEBHOOK_SECRET, world


async def test_a_repeated_beginning_greets_nobody_twice(tmp_path: Path) -> None:
    async with world(tmp_path, people=[absent(ANNA)]) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=15.0))
        await there.live(1.0)
        body = orjson.dumps(call.deliveries[0].event)
        assert (await there.ask(f"/webhook/{WEBHOOK_SECRET}", body))[0] == 200
        await there.over(call)
        assert [playback.name.partition(".")[0] for playback in call.played] == ["welcome", "ringback"]
        assert there.count("bot_events_settled_total", outcome="duplicate") == 1


async def test_somebody_else_who_does_not_answer_changes_nothing(tmp_path: Path) -> None:
    """An agent may have invited a colleague by hand; the bot rings its own list only."""
    async with world(tmp_path, people=[absent(ANNA), BORIS], on_duty=[ANNA.contact_id]) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=15.0))
        await there.live(1.0)
        call.invite(absent(BORIS))
        call.stop_ringing_on(call.members[-1], "declines")
        await there.over(call)
        invited = [text for text in there.requests(call) if "invite" in text]
        assert invited == [f"call.user/invite {ANNA.contact_id}"]
        assert not await there.dead_letters()


async def test_no_one_is_rung_for_an_outgoing_call(tmp_path: Path) -> None:
    async with world(tmp_path, people=[ANNA]) as there:
        event = {"eventType": "Call.created", "teamId": "team", "threadId": "thread", "type": "thread"}
        assert (await there.ask(f"/webhook/{WEBHOOK_SECRET}", orjson.dumps(event)))[0] == 200
        await there.live_until(lambda: there.count("bot_events_settled_total", outcome="handled") == 1)
        assert there.count("bot_api_requests_total", path="call.audio/play", outcome="ok") == 0
        assert not [record for record in there.simulator.timeline.since() if record.kind == "request"]
