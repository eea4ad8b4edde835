from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from pathlib import Path

from bot import Call, Router
from bot.cli.timeline import timeline
from bot.events import JsonValue
from bot.journal import DeadLetter, Failure, FlowEnd, FlowId, FlowStart, FlowState, StepRecord, StoredEvent, StoredFlow
from bot.masking import Masker
from bot.simulator import Caller, Contact
from bot.testing.world import World, world
from tests.support.command import Finished, finished
from tests.support.events import TEAM, event
from tests.support.handlers import handlers_of

ANNA = Contact(contact_id="agent-anna", name="Anna", answers_after=2.0)
PHONE = "+74951234567"


async def calls(there: World, *arguments: str, mask: str = "true") -> Finished:
    """Look at the calls while the bot is running."""
    path = there.config.journal_path
    name = f"calls-{mask}-{len(arguments)}"
    return await finished(
        path.parent, "calls", *arguments, name=name, BOT_JOURNAL=f"sqlite:///{path}", BOT_LOG_MASK=mask
    )


def columns(line: str) -> list[str]:
    """Return kind, what, and the rest of a line, times left out."""
    found = re.fullmatch(r" *-?[\d.]+ s  (\w+) +(.*?)(?:  +(.*))?", line)
    assert found, line
    return [found[1], found[2], re.sub(r"^\d+\.\d+ s *", "", found[3] or "")]


async def test_a_call_is_told_in_order_of_time(tmp_path: Path) -> None:
    router = Router()

    async def look_up() -> JsonValue:
        return {"pin": "4711", "phone": PHONE, "name": "x" * 300}

    @router.call(incoming=True)
    async def reception(call: Call) -> None:
        await call.menu("main-menu", {"1": "sales"}, tries=1)
        await call.step("customer", look_up)
        call.transfer(desk, number=PHONE)

    @router.flow(version=2)
    async def desk(call: Call, number: str) -> None:
        call.log.info("handed over", number=number)
        await call.dial("agent-anna")
        await call.invite("nobody-there")

    async with world(tmp_path, handlers_of(router), people=[ANNA]) as there:
        call = await there.simulator.place_call(Caller(presses=[(3.0, "1")], hangs_up_after=20.0))
        await there.over(call)
        await there.live(1)
        listed, shown, traced, bare, unknown, nonsense = await asyncio.gather(
            calls(there),
            calls(there, str(call.key)),
            calls(there, str(call.key), "--traceback"),
            calls(there, str(call.key), mask="false"),
            calls(there, f"{TEAM}/thread/unknown", "--limit", "3"),
            calls(there, "nonsense", "--limit", "3", "--traceback"),
        )
        story = there.story()
    assert listed.status == 0, listed.text
    assert listed.out.rstrip().endswith(f"{call.key}  bot.fallback ended"), listed.text
    assert (unknown.status, nonsense.status, unknown.out + nonsense.out) == (1, 2, "")

    lines = [columns(line) for line in shown.out.splitlines()]
    told = [(kind, what) for kind, what, _ in lines]
    name = "tests.cli.test_calls.test_a_call_is_told_in_order_of_time.<locals>"
    expected = [
        ("event", "Call.created"),
        ("flow", f"{name}.reception"),
        ("step", "call.audio/play"),
        ("event", "Call.Member.dtmf"),
        ("step", "wait for key"),
        ("step", "call.audio/stop"),
        ("step", "step customer"),
        ("flow", f"{name}.reception"),
        ("flow", f"{name}.desk (version 2)"),
        ("step", "about to ring"),
        ("step", "call.user/invite"),
        ("event", "Call.Member.Invite.ended"),
        ("step", "wait for answer"),
        ("step", "about to ring"),
        ("step", "call.user/invite"),
        ("flow", f"{name}.desk"),
        ("flow", "bot.fallback"),
        ("event", "Call.ended"),
        ("flow", "bot.fallback"),
    ]
    rest = iter(told)
    assert all(one in rest for one in expected), f"{shown.out}\n{story}"
    assert ["step", "wait for key", "Call.Member.dtmf"] in lines
    details = {f"{kind} {what}": detail for kind, what, detail in lines}
    assert details[f"flow {name}.desk (version 2)"] == 'begins {"number":"**********67"}'
    assert re.fullmatch(r'\{"pin":"\*{4}","phone":"\*{10}67","name":"x+\.\.\.', details["step step customer"])
    assert details[f"flow {name}.desk"].startswith("failed: Rejected: call.user/invite: ")
    assert details["step call.user/invite"].startswith("Rejected: ")
    assert [detail for kind, what, detail in lines if (kind, what) == ("flow", f"{name}.reception")] == [
        "begins",
        "hands over",
    ]

    assert "Traceback" not in shown.out
    assert "Traceback" in traced.out
    assert 'await call.invite("nobody-there")' in traced.out
    assert '"dtmf_number":"*"' in shown.out
    assert "4711" not in shown.text
    assert PHONE[1:] not in shown.text
    assert '"pin":"4711"' in bare.out
    assert '"dtmf_number":"1"' in bare.out
    assert PHONE in bare.out


def test_causes_stand_before_what_they_bring_about() -> None:
    lane = f"{TEAM}/thread/one"
    began = StoredEvent(1, event("Call.created", "one"), 100.0)
    pressed = StoredEvent(2, event("Call.Member.dtmf", "one", dtmfNumber="1"), 101.0)

    def step(number: int, path: str, name: str, outcome: bytes) -> StepRecord:
        return StepRecord(number, path, name, "", outcome, 2, 100.0, 101.0)

    steps = [
        step(0, "b0.b1.0", "wait for key", b'{"value":2}'),
        step(1, "b0.1", "wait for answer", b'{"value":null}'),
        step(2, "3", "wait for comment", b'{"value":99}'),
        step(3, "4", "now", b'{"value":1800000000.25}'),
        step(4, "5", "step number", b'{"value":74951234567}'),
        step(5, "", "@ended", b"{}"),
        step(6, "7", "step pay", b'{"error":{"kind":"StepFailed","message":"KeyError: +74951234567"}}'),
        step(7, "6", "sleep", b'{"value":null}'),
    ]
    start = FlowStart(FlowId(1, 0), lane, "reception", 1, b"{}", 100.0)
    ended = StoredFlow(start, steps, (), b"{}", FlowEnd(FlowState.FAILED, 101.0, "ValueError: 74951234567", "Trace\n"))
    running = StoredFlow(replace(start, flow_id=FlowId(1, 1)), (), (), b"{}", None)
    letter = DeadLetter(7, began, Failure("handler", "KeyError: 'x'", "Trace\n", 3, 101.0), None)

    found = timeline([began, pressed], [ended, running], [letter], Masker())

    assert [(one.kind, one.what, " ".join(one.detail.split())) for one in found] == [
        ("event", "Call.created", "waiting {}"),
        ("flow", "reception", "begins"),
        ("flow", "reception", "begins"),
        ("event", "Call.Member.dtmf", 'waiting {"dtmf_number":"*"}'),
        ("step", "b0.b1: wait for key", "1.000 s Call.Member.dtmf"),
        ("step", "b0: wait for answer", "1.000 s nothing in time"),
        ("step", "wait for comment", "1.000 s event 99"),
        ("step", "now", " ".join(found[7].detail.split())),
        ("step", "step number", "1.000 s *********67"),
        ("step", "the call has ended", ""),
        ("step", "step pay", "1.000 s StepFailed: KeyError: **********67"),
        ("step", "sleep", "1.000 s"),
        ("flow", "reception", "failed: ValueError: *********67"),
        ("failed", "handler", "KeyError: 'x' (3 attempts; dead letter 7)"),
    ]
    assert ":00:00.250" in found[7].detail
    assert [one.traceback for one in found if one.traceback] == ["Trace", "Trace"]
    assert found[3].line(100.0).startswith("    1.000 s  event   Call.Member.dtmf ")
