"""``calls export``: a call of the journal, played again, takes the same course."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot import Call, Router
from bot.cli.export import MADE_UP_PHONE, scenario_of
from bot.dispatch import Handlers, load_handlers
from bot.journal.sqlite import SqliteJournal
from bot.simulator import (
    Caller,
    Contact,
    Cue,
    HangUp,
    Press,
    Reaction,
    Reacts,
    Scenario,
    SimCall,
    Step,
    Talk,
    Until,
    Wait,
    dump_scenario,
    load_scenario,
    parse_scenario,
    play_scenario,
)
from bot.testing import ManualClock, World, world
from tests.support.command import finished
from tests.support.handlers import handlers_of

ANNA = Contact(contact_id="agent-anna", name="agent-anna")
BORIS = Contact(contact_id="agent-boris", name="agent-boris")
RECEPTION = ["handlers.reception", "handlers.callback_offer", "handlers.survey"]
MENU = Until(Cue.BEGINS, "main-menu")


def course(there: World, call: SimCall) -> Sequence[str]:
    """Return the requests and the people's doings of a call with their times, addresses and ids left out."""
    lines = []
    for record in there.simulator.timeline.of(call.key):
        if record.kind in ("request", "person") and "calls from" not in record.text:
            text = re.sub(r"\.[0-9a-f]{16}\.wav|http://\S+|call [0-9a-f]{24}", "", record.text)
            # The platform tells the one as it tells the other.
            text = text.replace("does not answer", "declines")
            lines.append(f"{record.elapsed:.2f} {record.who} {text}".strip())
    return [line for line in lines if "speaks for" not in line]


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


async def exported(there: World, call: SimCall, **options: bool) -> Scenario:
    journal = SqliteJournal(there.config.journal_path, clock=there.clock, serving=False)
    await journal.open()
    try:
        lane = str(call.key)
        return scenario_of(await journal.history(lane), await journal.flows.flows_of(lane), **options)
    finally:
        await journal.close()


async def told(
    folder: Path, handlers: Handlers, caller: Caller, agents: Sequence[Contact]
) -> tuple[Scenario, Sequence[str]]:
    """Return a call as a scenario, after a way through a file, and its course."""
    async with world(made(folder), handlers, people=agents) as there:
        call = await there.simulator.place_call(caller)
        await there.over(call)
        scenario = await exported(there, call)
        return parse_scenario(dump_scenario(scenario)), course(there, call)


async def again(folder: Path, handlers: Handlers, scenario: Scenario) -> tuple[Sequence[str], Sequence[str]]:
    """Return what was not as expected when a scenario was played, and its course."""
    assert scenario.start is not None
    clock = ManualClock(scenario.start.timestamp())
    async with world(made(folder), handlers, people=scenario.agents, on_duty=scenario.duty, clock=clock) as there:
        (verdict,) = await there.see(play_scenario(there.simulator, scenario))
        await there.over(verdict.call)
        return verdict.problems, course(there, verdict.call)


CALLS: dict[str, tuple[list[Step], list[Contact]]] = {
    "sales answers": ([MENU, Wait(1.25), Press("1"), Until(Cue.JOINS), Talk(20.0), HangUp()], [ANNA]),
    "hangs up in the menu": ([MENU, Wait(1.0), HangUp()], [ANNA]),
    "hangs up in the greeting": ([Wait(1.5), HangUp()], [ANNA]),
    "hangs up while somebody rings": (
        [MENU, Press("2"), Until(Cue.RINGS, "agent-boris"), Wait(3.0), HangUp()],
        [Contact(contact_id="agent-anna", name="agent-anna", declines=True), BORIS],
    ),
    "the second menu": ([MENU, MENU, Wait(0.5), Press("1"), Until(Cue.JOINS), Wait(5.0), HangUp()], [ANNA]),
    "a wrong key, then a right one": (
        [MENU, Wait(1.0), Press("7"), Wait(4.0), Press("1"), Until(Cue.JOINS), Wait(5.0), HangUp()],
        [ANNA],
    ),
    "a message, ended by the key": (
        [Until(Cue.ENDS, "leave-a-message"), Talk(7.0), Press("#")],
        [
            Contact(contact_id="agent-anna", name="agent-anna", declines=True),
            Contact(contact_id="agent-boris", name="agent-boris", answers_after=None),
        ],
    ),
    "a message, ended by hanging up": (
        [Until(Cue.ENDS, "leave-a-message"), Talk(7.0), HangUp()],
        [Contact(contact_id="agent-anna", name="agent-anna", declines=True)],
    ),
    "the agent hangs up, and the survey asks": (
        [MENU, Press("1"), Until(Cue.ENDS, "survey-question"), Wait(1.0), Press("5")],
        [Contact(contact_id="agent-anna", name="agent-anna", talks_for=12.0)],
    ),
    "somebody answers when rung again": (
        [MENU, Press("1"), Until(Cue.JOINS), Wait(5.0), HangUp()],
        [
            Contact(
                contact_id="agent-anna",
                name="agent-anna",
                when_rung=[Reaction(Reacts.DECLINES, 4.0), Reaction(Reacts.IGNORES), Reaction(Reacts.ANSWERS, 6.0)],
            )
        ],
    ),
}


@pytest.mark.parametrize("name", CALLS)
async def test_a_call_played_again_takes_the_same_course(tmp_path: Path, name: str) -> None:
    steps, agents = CALLS[name]
    handlers = load_handlers(RECEPTION)
    scenario, first = await told(tmp_path / "first", handlers, Caller(steps=steps), agents)
    problems, second = await again(tmp_path / "second", handlers, scenario)
    assert not problems, dump_scenario(scenario)
    assert second == first, dump_scenario(scenario)


def flows() -> Handlers:
    """Return a flow for each of some ways to treat a caller, told apart by the number that is called."""
    router = Router()

    @router.call(incoming=True)
    async def treat(call: Call) -> None:
        match call.caller.phone:
            case "+74950000001":
                await call.dial("agent-anna", confirm=True)
                await call.play("goodbye", barge_in=False)
                await call.hang_up()
            case "+74950000002":
                if not await call.rota.is_open("sales"):
                    await call.play("closed", wait=False)
                    await call.sleep(5)
                await call.hang_up()
            case "+74950000003":
                if await call.rota.is_open("sales"):
                    await call.play("welcome", loop=True)
                    await call.sleep(30)
                    await call.stop("welcome")
                    await call.play("welcome")
                await call.hang_up()
            case "+74950000004":
                await call.queue(call.rota.on_duty(), ring=8, longest=60)
                await call.hang_up()
            case "+74950000005":
                await call.record()
                await call.gather("enter-pin", max_digits=4)
                await call.invite("agent-anna")
                await call.hold()
                await call.sleep(600)
            case _:
                raise AssertionError("no such number")

    return handlers_of(router)


AGENT = "agent-anna"
TREATED: dict[str, tuple[str, list[Step], list[Contact]]] = {
    "an agent accepts by a key": (
        "+74950000001",
        [Until(Cue.JOINS), Wait(30.0), HangUp()],
        [Contact(contact_id=AGENT, name=AGENT, steps=[Until(Cue.BEGINS, "confirm-accept"), Wait(1.0), Press("1")])],
    ),
    "an agent accepts and leaves": (
        "+74950000001",
        [],
        [
            Contact(
                contact_id=AGENT,
                name=AGENT,
                talks_for=20.0,
                steps=[Until(Cue.ENDS, "confirm-accept"), Wait(1.0), Press("1")],
            )
        ],
    ),
    "a mobile's voicemail is put out": ("+74950000001", [], [Contact.with_voicemail(AGENT, AGENT, after=5.0)]),
    "closed": ("+74950000002", [], []),
    "open, and nobody is rung": ("+74950000003", [Wait(2.0), Press("5")], [ANNA]),
    "a queue": (
        "+74950000004",
        [],
        [
            Contact(contact_id=AGENT, name=AGENT, answers_after=None),
            Contact(contact_id="agent-boris", name="agent-boris", ring_timeout=5.0, answers_after=None),
        ],
    ),
    "hangs up on hold": (
        "+74950000005",
        [Until(Cue.BEGINS, "enter-pin"), Press("47"), Wait(0.3), Press("11"), Until(Cue.HELD), Wait(3.0), HangUp()],
        [Contact(contact_id=AGENT, name=AGENT, ring_timeout=90.0, answers_after=60.0)],
    ),
}


@pytest.mark.parametrize("name", TREATED)
async def test_whatever_the_flow_does_the_course_is_the_same(tmp_path: Path, name: str) -> None:
    phone, steps, agents = TREATED[name]
    folder = tmp_path / "first"
    async with world(made(folder), flows(), people=agents) as there:
        call = await there.simulator.place_call(Caller(phone=phone, steps=steps))
        await there.over(call)
        scenario = parse_scenario(dump_scenario(await exported(there, call, numbers=True)))
        first = course(there, call)
    problems, second = await again(tmp_path / "second", flows(), scenario)
    assert not problems, dump_scenario(scenario)
    assert second == first, dump_scenario(scenario)


async def test_the_command_writes_what_can_be_played(tmp_path: Path) -> None:
    handlers = load_handlers(RECEPTION)
    async with world(tmp_path, handlers, people=[ANNA]) as there:
        call = await there.simulator.place_call(
            Caller(phone="+74957654321", steps=[MENU, Press("1"), Until(Cue.JOINS), Talk(3.0), HangUp()])
        )
        await there.over(call)
        await there.bot.flush()
        journal = f"sqlite:///{there.config.journal_path}"
        key = str(call.key)
    path = tmp_path / "call.toml"
    shown, written, unknown, nonsense, many, nowhere = await asyncio.gather(
        *(
            finished(tmp_path, "calls", *words, name=f"run-{index}", BOT_JOURNAL=journal)
            for index, words in enumerate(
                [
                    ["export", key],
                    ["export", key, "--numbers", "--output", str(path)],
                    ["export", key + "0"],
                    ["export", "nonsense"],
                    ["export", key, key],
                    ["export", key, "--output", str(tmp_path / "none" / "call.toml")],
                ]
            )
        )
    )
    assert (shown.status, written.status, written.text) == (0, 0, ""), shown.text + written.text
    assert "7654321" not in shown.text
    assert MADE_UP_PHONE in shown.out
    assert '  "until agent-anna joins",\n' in shown.out
    assert shown.out.startswith("# Written by `calls export`. What is expected is what happened: ")
    assert load_scenario(path).calls[0].caller.phone == "+74957654321"
    assert unknown.status == 1
    assert unknown.err.startswith("the journal does not have the beginning of this call any more: ")
    assert (nonsense.status, many.status) == (2, 2)
    assert many.err == "name one call: calls KEY, or calls export KEY\n"
    assert nowhere.status == 1
    assert nowhere.err.endswith("call.toml: No such file or directory\n")


async def test_a_call_that_goes_on_can_be_written_too(tmp_path: Path) -> None:
    handlers = load_handlers(RECEPTION)
    async with world(tmp_path, handlers, people=[Contact(contact_id=AGENT, name=AGENT, answers_after=None)]) as there:
        call = await there.simulator.place_call(Caller(steps=[MENU, Press("1")]))
        await there.live(10.0)
        await there.bot.flush()
        scenario = await exported(there, call)
        call.end()
        await there.over(call)
    (script,) = scenario.calls
    assert script.caller.steps == (Until(Cue.BEGINS, "main-menu"), Press("1"))
    assert script.expect.ended_by is None
    assert scenario.agents[0].when_rung == (Reaction(Reacts.IGNORES),)
