"""What the end of a call does to a flow that is in the middle of something."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bot import Call, CallEnded, Router
from bot.simulator import Caller, Contact
from bot.testing.world import WEBHOOK_SECRET, world
from tests.support.handlers import handlers_of

ANNA = Contact(contact_id="agent-anna", name="Anna")


@pytest.mark.parametrize("restart_at", [None, 6.0, 12.0, 20.0])
async def test_what_works_after_the_end_is_not_broken_off_by_it(tmp_path: Path, restart_at: float | None) -> None:
    router, said = Router(), list[str]()

    @router.call(incoming=True)
    async def note(call: Call) -> None:
        try:
            await call.play("welcome", barge_in=False)
            await call.step("slow", lambda: there.clock.sleep(10))
            await call.comment("it is done")
            await call.notify("agent-anna", "it is done")
            said.append("noted")
            await call.play("goodbye")
            said.append("goodbye")
        except CallEnded:
            said.append("ended")
            raise

    async with world(tmp_path, handlers_of(router), people=[ANNA]) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=8.0))
        if restart_at is not None:
            await there.live(restart_at)
            await there.stop()
            await there.start(handlers_of(router))
        await there.over(call)
        assert said[-2:] == ["noted", "ended"]
        assert "goodbye" not in said
        comments = [one.text for one in there.simulator.timeline.since() if one.text.startswith("comment/create")]
        assert len(comments) == 2, there.story()
        assert not any("goodbye" in text for text in there.requests(call))


async def test_a_message_is_kept_though_the_caller_hangs_up_after_the_last_key(tmp_path: Path) -> None:
    """The key ends the message, and its link is still being waited for when the caller goes."""
    router = Router()

    @router.call(incoming=True)
    async def take(call: Call) -> None:
        await call.voicemail(notify="agent-anna")

    async with world(tmp_path, handlers_of(router), people=[ANNA]) as there:
        call = await there.simulator.place_call(Caller(presses=[(20.0, "#")], hangs_up_after=20.001))
        await there.over(call)
        written = [one.as_entry()["att"] for one in call.comments]
    assert any("Voicemail" in str(text) and "http" in str(text) for text in written), written


@pytest.mark.parametrize("stays", [False, True])
async def test_nobody_is_rung_for_a_caller_who_has_gone(tmp_path: Path, *, stays: bool) -> None:
    """The platform may be slow to end the call, or not do it at all."""
    router, said = Router(), list[str]()
    absent = Contact(contact_id="agent-absent", name="Absent", answers_after=None, ring_timeout=60.0)

    @router.call(incoming=True)
    async def ring(call: Call) -> None:
        try:
            await call.dial(["agent-absent", "agent-anna"], ring=20)
        except CallEnded:
            said.append("ended")
            raise

    async with world(tmp_path, handlers_of(router), people=[absent, ANNA]) as there:
        call = await there.simulator.place_call(Caller())
        await there.live(5.0)
        left = {
            "eventType": "Call.Member.leaved",
            "teamId": call.team_id,
            "threadId": call.thread_id,
            "userId": call.place.originator.contact_id,
        }
        assert (await there.ask(f"/webhook/{WEBHOOK_SECRET}", msgspec.json.encode(left)))[0] == 200
        await there.live(1.0)
        if not stays:
            await call.hang_up()
        await there.over(call)
        asked = there.requests(call)
        assert "call.user/invite agent-anna" not in asked, there.story()
        assert ("call/kick" in asked) == stays, "a call that nobody is in is ended"
    assert said == ["ended"]
