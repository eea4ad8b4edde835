"""The conference."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bot.simulator import Caller, Contact, silences
from bot.simulator.line import Line
from handlers.conference import LINE
from tests.handlers.office import comments, invited, office, sounds
from tests.scenarios.people import ANNA, BORIS, absent
from tests.support.handlers import examples

ROOM = Line(destination_id=LINE)


def typing(*keys: str, start: float = 2.0, hangs_up_after: float | None = None) -> Caller:
    presses = [(start + number / 2, key) for number, key in enumerate("".join(keys))]
    return Caller(presses=presses, hangs_up_after=hangs_up_after)


async def test_the_pin_opens_the_room_and_its_members_come(tmp_path: Path) -> None:
    async with office(tmp_path, [replace(ANNA, talks_for=30.0), BORIS]) as there:
        call = await there.simulator.place_call(typing("4711#", hangs_up_after=60.0), line=ROOM)
        await there.over(call)
        assert sounds(call) == ["enter-pin", "conference-welcome", "hold-music", "beep", "hold-music"]
        assert call.connected == [ANNA.contact_id]
        assert call.recorded
        assert max(silence.seconds for silence in silences(call, there.clock.now())) < 5.0
        assert comments(call) == ["Conference sales: agent-anna"]


async def test_the_star_rings_those_who_are_missing(tmp_path: Path) -> None:
    late = Contact(contact_id=ANNA.contact_id, name="Anna", answers_after=2.0)
    async with office(tmp_path, [absent(ANNA), BORIS]) as there:
        call = await there.simulator.place_call(typing("4711#", hangs_up_after=80.0), line=ROOM)
        await there.live(15.0)
        await call.press("*")
        await there.live(1.0)
        assert invited(there, call) == [ANNA.contact_id], "she is still being rung"
        await there.live(24.0)
        there.simulator.add_contact(late)
        await call.press("*")
        await there.over(call)
        assert invited(there, call) == [ANNA.contact_id, ANNA.contact_id]
        assert call.connected == [ANNA.contact_id]
        assert not there.notes(call)


async def test_without_the_pin_there_is_no_conference(tmp_path: Path) -> None:
    async with office(tmp_path) as there:
        call = await there.simulator.place_call(typing("1#", "2#", "3#", start=5.0), line=ROOM)
        await there.over(call)
        assert sounds(call)[-1] == "goodbye"
        assert invited(there, call) == []
        assert comments(call) == []


async def test_nobody_came_and_a_room_whose_members_cannot_be_rung(tmp_path: Path) -> None:
    async with office(tmp_path, [BORIS]) as there:
        call = await there.simulator.place_call(typing("4711#", hangs_up_after=30.0), line=ROOM)
        await there.over(call)
        assert comments(call) == ["Conference sales: nobody came"]
        assert not await there.dead_letters()


async def test_a_conference_over_a_restart(tmp_path: Path) -> None:
    async with office(tmp_path, [replace(ANNA, talks_for=40.0), BORIS]) as there:
        call = await there.simulator.place_call(typing("4711#", hangs_up_after=70.0), line=ROOM)
        for _ in range(4):
            await there.live(6.0)
            await there.stop()
            await there.start(examples())
        await there.over(call)
        assert invited(there, call) == [ANNA.contact_id]
        assert sounds(call) == ["enter-pin", "conference-welcome", "hold-music", "beep", "hold-music"]
        assert comments(call) == ["Conference sales: agent-anna"]
