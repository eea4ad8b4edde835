from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bot import Call, Router
from bot.events import parse_event
from bot.flow.duty import NEXT_IN_TURN
from bot.flow.recall import recall_turns
from bot.journal import Delivery, FlowId, FlowStart, StepRecord
from bot.journal.sqlite import SqliteJournal
from bot.rota import Turns
from bot.simulator import Caller, Contact
from bot.testing.clock import ManualClock
from bot.testing.world import World, world
from tests.support.events import TEAM, created, payload
from tests.support.handlers import handlers_of

ANNA = Contact(contact_id="agent-anna", name="Anna", answers_after=1.0, talks_for=1.0)
BORIS = Contact(contact_id="agent-boris", name="Boris", answers_after=1.0, talks_for=1.0)
CARLA = Contact(contact_id="agent-carla", name="Carla", answers_after=1.0, talks_for=1.0)
PEOPLE = [ANNA, BORIS, CARLA]


def rota_file(folder: Path, order: str) -> Path:
    path = folder / "rota.toml"
    people = "".join(f'{one.name.lower()} = "{one.contact_id}"\n' for one in PEOPLE)
    shifts = f"shifts = [{{ who = {[one.name.lower() for one in PEOPLE]} }}]\n"
    other = f'[groups.other]\norder = "{order}"\n{shifts}'
    never = '[{ days = "mon", who = ["anna"], from = "00:00", to = "00:01" }]'
    closed = f'[groups.closed]\notherwise = "other"\nshifts = {never}\n'
    path.write_text(f'[people]\n{people}[groups.sales]\norder = "{order}"\n{shifts}{other}{closed}', encoding="utf-8")
    return path


async def rung_first(there: World) -> str:
    """Place a call, and return who is rung first."""
    call = await there.simulator.place_call(Caller(hangs_up_after=30.0))
    await there.over(call)
    return next(text.split()[1] for text in there.requests(call) if text.startswith("call.user/invite"))


def ringing(group: str) -> Router:
    router = Router()

    @router.call(incoming=True)
    async def reception(call: Call) -> None:
        await call.dial(call.rota.on_duty(group), ring=5.0)
        await call.rota.members(group)
        await call.sleep(5)
        await call.dial(call.rota.on_duty(group), ring=5.0)

    return router


async def test_turns_are_taken_call_by_call_and_over_restarts(tmp_path: Path) -> None:
    router = ringing("sales")
    path = rota_file(tmp_path, "round-robin")
    async with world(tmp_path, handlers_of(router), people=PEOPLE, rota=path) as there:
        first = [await rung_first(there) for _ in range(2)]
        await there.stop()
        await there.start(handlers_of(router))
        second = [await rung_first(there) for _ in range(2)]
    assert first == [ANNA.contact_id, BORIS.contact_id]
    assert second == [CARLA.contact_id, ANNA.contact_id]


async def test_a_call_that_is_resumed_keeps_its_turn(tmp_path: Path) -> None:
    router = ringing("sales")
    path = rota_file(tmp_path, "round-robin")
    async with world(tmp_path, handlers_of(router), people=PEOPLE, rota=path) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=30.0))
        await there.live(0.5)
        await there.stop()
        await there.start(handlers_of(router))
        await there.over(call)
        rung = [text.split()[1] for text in there.requests(call) if text.startswith("call.user/invite")]
        assert rung == [ANNA.contact_id, ANNA.contact_id], there.story()
        assert await rung_first(there) == BORIS.contact_id


async def test_who_answers_instead_takes_turns_too(tmp_path: Path) -> None:
    path = rota_file(tmp_path, "round-robin")
    async with world(tmp_path, handlers_of(ringing("closed")), people=PEOPLE, rota=path) as there:
        assert [await rung_first(there) for _ in range(2)] == [ANNA.contact_id, BORIS.contact_id]


@pytest.mark.parametrize("restart", [False, True])
async def test_who_had_no_call_for_the_longest_time_is_rung_first(tmp_path: Path, restart: bool) -> None:
    router = Router()

    @router.call(incoming=True)
    async def reception(call: Call) -> None:
        await call.dial(call.rota.on_duty("sales"), ring=5.0)

    path = rota_file(tmp_path, "longest-idle")
    async with world(tmp_path, handlers_of(router), people=PEOPLE, rota=path) as there:
        found = []
        for _ in range(4):
            found.append(await rung_first(there))
            if restart:
                await there.stop()
                await there.start(handlers_of(router))
        assert found == [ANNA.contact_id, BORIS.contact_id, CARLA.contact_id, ANNA.contact_id], there.story()


async def test_what_the_latest_calls_tell_is_taken_up(tmp_path: Path) -> None:
    turns, clock = Turns(), ManualClock()
    journal = SqliteJournal(tmp_path / "journal.sqlite3", clock=clock)
    began = created("one")
    answer = payload("Call.Member.Invite.ended", "one", userId="anna", answered=True)
    no_answer = payload("Call.Member.Invite.ended", "one", userId="boris", answered=False)
    await journal.open()
    try:
        told = enumerate([began, answer, no_answer])
        await journal.append([Delivery(parse_event(one), msgspec.json.encode(one), 100.0 + at) for at, one in told])
        start = FlowStart(FlowId(1, 0), f"{TEAM}/thread/one", "reception", 1, b"{}", 100.0)
        journal.flows.begin_flow(start)
        outcomes = [
            (NEXT_IN_TURN, b'{"value":{"members":[],"turns":{"sales":4,"other":"nonsense"}}}'),
            (NEXT_IN_TURN, b'{"error":{"kind":"RotaError","message":"no such group"}}'),
            (NEXT_IN_TURN, b'{"value":null}'),
            ("step look", b'{"value":{"turns":{"sales":9}}}'),
        ]
        for number, (name, brought) in enumerate(outcomes):
            step = StepRecord(number, str(number), name, "", brought, 1, 100.0, 100.0)
            await journal.flows.record_step(start.flow_id, step)
        await recall_turns(turns, journal, journal.flows)
    finally:
        await journal.close()
    assert turns.take("sales") == 5
    assert dict(turns.turn("other").served) == {"anna": 101.0}


async def test_business_hours_are_asked_for(tmp_path: Path) -> None:
    router, found = Router(), list[bool]()

    @router.call(incoming=True)
    async def reception(call: Call) -> None:
        found.extend([await call.rota.is_open("sales"), await call.rota.is_open("closed")])
        await call.hang_up()

    path = rota_file(tmp_path, "listed")
    path.write_text(path.read_text(encoding="utf-8") + "hours = []\n", encoding="utf-8")
    async with world(tmp_path, handlers_of(router), people=PEOPLE, rota=path) as there:
        await there.over(await there.simulator.place_call(Caller()))
    assert found == [True, False]
