"""What a flow takes over from the one before it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import Call, Fate, MemberState, Router
from bot.simulator import Caller, Contact
from bot.testing.world import world
from tests.support.handlers import handlers_of

ANNA = Contact(contact_id="agent-anna", name="Anna", answers_after=2.0, presses=[(1.0, "3")], talks_for=5.0)


@pytest.mark.parametrize("restart", [False, True])
async def test_a_key_counts_once_and_a_colleagues_key_never(tmp_path: Path, *, restart: bool) -> None:
    router, found = Router(), list[object]()

    @router.flow()
    async def second(call: Call) -> None:
        while any(member.present and not member.is_caller for member in call.members):
            await call.wait_for("Call.Member.leaved")
        found.append([(member.contact_id, member.state) for member in call.members if not member.is_caller])
        gathered = await call.gather("survey-question", first_timeout=20)
        found.append(gathered.digits)
        await call.hang_up()

    @router.call(incoming=True)
    async def first(call: Call) -> None:
        assert await call.menu("main-menu", {"1": "sales"}) == "sales"
        await call.dial("agent-anna")
        call.transfer(second)

    async with world(tmp_path, handlers_of(router), people=[ANNA]) as there:
        call = await there.simulator.place_call(Caller(presses=[(1.0, "1"), (20.0, "5")]))
        if restart:
            await there.live(15.0)
            await there.stop()
            await there.start(handlers_of(router))
        await there.over(call)
    assert found[-2:] == [[("agent-anna", MemberState.GONE)], "5"]


async def test_what_happened_while_the_call_was_handed_over_is_seen(tmp_path: Path) -> None:
    router, found = Router(), list[object]()

    @router.flow()
    async def second(call: Call) -> None:
        found.append((await call.gather(max_digits=1)).digits)
        await call.hang_up()

    @router.call(incoming=True)
    async def first(call: Call) -> None:
        await call.play("welcome")
        call.transfer(second)

    async with world(tmp_path, handlers_of(router)) as there:
        await there.over(await there.simulator.place_call(Caller(presses=[(1.0, "7")])))
    assert found == ["7"], "a key that nobody has taken is kept for the next flow"


async def test_whoever_is_listed_twice_is_rung_once(tmp_path: Path) -> None:
    router, found = Router(), list[object]()

    @router.call(incoming=True)
    async def ring(call: Call) -> None:
        dialled = await call.dial(("agent-anna", call.rota.on_duty("sales"), call.rota.on_duty("support")))
        found.append(dict(dialled.fates))

    async with world(tmp_path, handlers_of(router), people=[ANNA]) as there:
        call = await there.simulator.place_call(Caller(talks_for=3.0))
        await there.over(call)
        assert not there.notes(call)
    assert found == [{"agent-anna": Fate.ANSWERED}]


async def test_people_are_told_and_one_who_cannot_be_keeps_nobody_else_from_it(tmp_path: Path) -> None:
    router, found = Router(), list[int]()

    @router.call(incoming=True)
    async def tell(call: Call) -> None:
        found.append(await call.notify(call.rota.on_duty(), "somebody calls"))
        found.append(await call.notify("agent-anna", "and again"))
        await call.hang_up()

    async with world(tmp_path, handlers_of(router), people=[ANNA], on_duty=["nobody", "agent-anna"]) as there:
        await there.over(await there.simulator.place_call(Caller()))
        told = [one.text for one in there.simulator.timeline.since() if one.text.startswith("comment/create")]
    assert found == [1, 1]
    assert len(told) == 3
