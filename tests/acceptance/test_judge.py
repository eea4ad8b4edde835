"""The judge of the kill test sees what is wrong, whatever it is."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Final

import pytest

from bot import Call, CallEnded, Rejected, Router
from bot.events import CallKey
from bot.simulator import Caller, Contact, SimCall
from bot.testing.world import World, world
from tests.acceptance.aim import Aim, Kill
from tests.acceptance.callers import Script
from tests.acceptance.judge import Report, judged
from tests.support.handlers import handlers_of

ANNA: Final = Contact(contact_id="agent-anna", name="Anna", answers_after=3.0)
BORIS: Final = Contact(contact_id="agent-boris", name="Boris", answers_after=3.0)

Fault = Callable[[Call], Awaitable[object]]


async def _nothing(_call: SimCall, _random: Random) -> None:
    """The caller does what the simulator's own people do."""


TALK: Final = Script(
    name="talk",
    caller=Caller(talks_for=5.0),
    agents=[ANNA],
    behaviour=_nothing,
    connected=[ANNA.contact_id],
    rung=[ANNA.contact_id],
    heard=["welcome", "ringback"],
    said=[f"{ANNA.contact_id} has it", "over"],
)


def desk(fault: Fault | None = None) -> Router:
    """Return a reception that does as the script says, but for a fault."""
    router = Router()

    @router.flow()
    async def conversation(call: Call, agent: str) -> None:
        try:
            await call.comment(f"{agent} has it")
            await call.sleep(600)
        finally:
            await call.comment("over")

    @router.call(incoming=True)
    async def reception(call: Call) -> None:
        await call.record()
        await call.play("welcome")
        if fault is not None:
            await fault(call)
        dialled = await call.dial(ANNA.contact_id)
        call.transfer(conversation, agent=dialled.answered_by)

    return router


async def report_of(there: World, script: Script, call: SimCall, endless: Collection[CallKey] = ()) -> Report:
    return await judged(
        [(script, call)],
        there.config.journal_path,
        there.simulator.timeline.since(),
        kills=[Kill(Aim.ANY, 1)],
        endless=endless,
        seconds=1.0,
    )


async def judgement(tmp_path: Path, fault: Fault | None = None, script: Script = TALK) -> Report:
    """Return what the judge says of one call."""
    async with world(tmp_path, handlers_of(desk(fault)), people=[ANNA, BORIS]) as there:
        call = await there.simulator.place_call(script.caller)
        await there.over(call)
        # What is handled is written down by and by.
        await there.stop()
        report = await report_of(there, script, call)
        await there.start(handlers_of(desk(fault)))
        return report


async def test_a_call_that_goes_as_it_should_is_right(tmp_path: Path) -> None:
    report = await judgement(tmp_path)
    assert report.ok, report
    assert report.restarted == 0
    assert "calls that ended otherwise than scripted (0)      0" in str(report)


async def _ring_twice(call: Call) -> None:
    for number in range(2):
        await call.step(f"ring {number}", lambda: call.api.calls.invite(call.id, contact_id=BORIS.contact_id))
    await call.call_off(BORIS.contact_id)


async def _ring_another(call: Call) -> None:
    await call.invite(BORIS.contact_id)
    await call.call_off(BORIS.contact_id)


async def _record_again(call: Call) -> None:
    await call.stop_recording()
    await call.record()


async def _refused(call: Call) -> None:
    with suppress(Rejected):
        await call.invite("nobody")
    raise LookupError("no such thing")


async def _swallow(call: Call) -> None:
    with suppress(CallEnded):
        await call.hang_up()
        await call.sleep(1)


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (_ring_twice, "'agent-boris', 'agent-boris', 'agent-anna'] were rung"),
        (_ring_another, "['agent-boris', 'agent-anna'] were rung"),
        (lambda call: call.play("goodbye"), "the caller heard ['welcome', 'goodbye', 'ringback']"),
        (_record_again, "recorded 2 times"),
        (lambda call: call.comment("over"), "the bot wrote ['over', 'agent-anna has it', 'over']"),
        (lambda call: call.comment("Voicemail, 3 s: nowhere"), "a message without its recording"),
        (_refused, "its flows are failed, ended (LookupError: no such thing"),
        (_swallow, "[] answered, and not ['agent-anna']"),
    ],
)
async def test_what_goes_otherwise_is_wrong(tmp_path: Path, fault: Fault, problem: str) -> None:
    report = await judgement(tmp_path, fault)
    assert not report.ok
    assert len(report.wrong) == 1
    assert problem in report.wrong[0]
    assert report.rang_twice == (fault is _ring_twice)
    assert "call.recording/start" in str(report), "it tells what happened in the call"


async def test_a_prompt_that_begins_again_is_counted_and_not_wrong(tmp_path: Path) -> None:
    report = await judgement(tmp_path, lambda call: call.play("welcome"))
    assert report.ok, report
    assert report.restarted == 1


async def test_a_message_that_is_missing(tmp_path: Path) -> None:
    report = await judgement(tmp_path, script=replace(TALK, message=True))
    assert "0 messages, and not 1" in report.wrong[0]


async def test_events_that_are_lost(tmp_path: Path) -> None:
    async with world(tmp_path, handlers_of(desk()), people=[ANNA]) as there:
        call = await there.simulator.place_call(TALK.caller)
        await there.over(call)
        await there.stop()
        with sqlite3.connect(there.config.journal_path) as journal:
            journal.execute("DELETE FROM inbox WHERE type = 'Call.Member.invited'")
            journal.execute("UPDATE inbox SET outcome = NULL WHERE type = 'Call.ended'")
        call.deliveries[0].acknowledged_at = None
        report = await report_of(there, TALK, call, endless=[call.key])
        assert (report.lost, report.given_up, report.ok) == (2, 1, False)
        assert "it did not end" in report.wrong[0]
        await there.start(handlers_of(desk()))
