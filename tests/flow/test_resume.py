from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot import Call, CallEnded, Fate, Router, StepFailed
from bot.events import JsonValue
from bot.journal import FlowState
from bot.simulator import Caller, Contact
from bot.testing.world import World, world
from tests.support.handlers import handlers_of

ANNA = Contact(contact_id="agent-anna", name="Anna", answers_after=6.0)
ABSENT = Contact(contact_id="agent-absent", name="Absent", answers_after=None, ring_timeout=60.0)


async def restart(there: World, router: Router, *, after: float = 0.0) -> None:
    """Stop the bot without an end of its flows, let the platform wait, and start another one."""
    await there.stop()
    await there.live(after)
    await there.start(handlers_of(router))


def flow_state(there: World, router: Router, state: str) -> float:
    return there.count("bot_flows_ended_total", flow=next(iter(router.flows())).name, state=state)


@pytest.mark.parametrize("times", [[1.0], [5.5], [7.0], [9.0, 9.5, 10.0], [13.0], [0.3, 4.0, 6.0, 8.0, 12.0, 16.0]])
async def test_a_restart_at_any_moment_changes_nothing_for_the_caller(tmp_path: Path, times: list[float]) -> None:
    router, said = Router(), list[Mapping[str, Fate]]()

    @router.call(incoming=True)
    async def reception(call: Call) -> None:
        await call.record()
        await call.play("welcome")
        choice = await call.menu("main-menu", {"1": "sales", "2": "support"})
        dialled = await call.dial(call.rota.on_duty(choice), ring=5)
        said.append(dialled.fates)
        await call.comment(f"taken by {dialled.answered_by}")

    anna = Contact(contact_id="agent-anna", name="Anna", answers_after=3.0)
    async with world(tmp_path, handlers_of(router), people=[ABSENT, anna]) as there:
        call = await there.simulator.place_call(Caller(presses=[(7.0, "2")], hangs_up_after=40.0))
        began = there.clock.now()
        for moment in times:
            await there.live(moment - (there.clock.now() - began))
            await restart(there, router)
        await there.over(call)
        await there.live(1)
        asked = there.requests(call)
        story = there.story()
        assert list(said[-1].values()) == ["no answer", "answered"], story
        assert sum(one.startswith("call.user/invite agent-anna") for one in asked) == 1, story
        assert sum(one.startswith("call.user/invite agent-absent") for one in asked) == 1, story
        assert sum(one.startswith("call.recording/start") for one in asked) == 1, story
        assert sum(one.startswith("comment/create") for one in asked) == 1, story
        assert sum("welcome" in one for one in asked if "play" in one) == 1, story
        assert sum("main-menu" in one for one in asked if "play" in one) == 1, story
        assert not there.notes(call), story


async def test_only_the_rest_of_a_timer_is_waited_for(tmp_path: Path) -> None:
    router, at = Router(), list[float]()

    @router.call(incoming=True)
    async def wait(call: Call) -> None:
        await call.sleep(20)
        at.append((await call.now()).timestamp())
        await call.hang_up()

    async with world(tmp_path, handlers_of(router)) as there:
        began = there.clock.now()
        call = await there.simulator.place_call(Caller())
        await there.live(5)
        await restart(there, router, after=5)
        await there.over(call)
        assert 20 <= at[-1] - began < 21


async def test_a_call_that_ended_meanwhile_is_ended(tmp_path: Path) -> None:
    router, said = Router(), list[str]()

    @router.call(incoming=True)
    async def wait(call: Call) -> None:
        try:
            await call.sleep(1000)
        except CallEnded:
            said.append("ended")
            raise

    async with world(tmp_path, handlers_of(router)) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=10))
        await there.live(5)
        await restart(there, router, after=30)
        await there.over(call)
        await there.live(1)
        assert said == ["ended"]
        assert flow_state(there, router, "ended") == 1
        await restart(there, router)
        await there.live(1)
        assert said == ["ended"], "it is not resumed again"


async def test_what_was_done_after_the_end_is_not_done_again(tmp_path: Path) -> None:
    router = Router()

    @router.call(incoming=True)
    async def wait(call: Call) -> None:
        try:
            await call.sleep(1000)
        finally:
            await call.comment("first")
            await call.step("slow", lambda: there.clock.sleep(20))
            await call.comment("second")

    async with world(tmp_path, handlers_of(router)) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=10))
        await there.live(15)
        await restart(there, router)
        await there.over(call)
        await there.live(30)
        comments = [one for one in there.requests(call) if one.startswith("comment/create")]
        assert [one.split()[1] for one in comments] == ["first", "second"], there.story()
        assert flow_state(there, router, "ended") == 1


async def test_chance_time_and_the_outside_world_are_the_same_on_every_run(tmp_path: Path) -> None:
    router, said = Router(), list[tuple[object, ...]]()
    visits = 0

    async def visit() -> JsonValue:
        nonlocal visits
        visits += 1
        return {"visits": visits}

    async def fail() -> JsonValue:
        raise KeyError("nothing there")

    @router.call(incoming=True)
    async def look(call: Call) -> None:
        call.state["visited"] = await call.step("visit", visit)
        failed = ""
        try:
            await call.step("fail", fail)
        except StepFailed as error:
            failed = error.error
        said.append((await call.random(), await call.now(), call.state["visited"], failed))
        await call.sleep(10)
        await call.hang_up()

    async with world(tmp_path, handlers_of(router)) as there:
        call = await there.simulator.place_call(Caller())
        await there.live(3)
        await restart(there, router)
        await there.over(call)
        assert len(said) == 2
        assert said[0] == said[1]
        assert visits == 1
        assert said[0][3] == "KeyError: 'nothing there'"


async def test_parallel_branches_go_on_where_they_were(tmp_path: Path) -> None:
    router, said = Router(), list[list[str]]()

    @router.call(incoming=True)
    async def both(call: Call) -> None:
        order: list[str] = []

        async def branch(name: str, seconds: float) -> None:
            for number in range(3):
                await call.sleep(seconds)
                order.append(f"{name}{number}")

        async with asyncio.TaskGroup() as group:
            group.create_task(branch("a", 2))
            group.create_task(branch("b", 3))

        async def hush() -> str:
            return str(await call.gather(max_digits=1, first_timeout=30))

        order.append(str((await call.race(branch("c", 1), hush()))[0]))
        said.append(order)
        await call.hang_up()

    async with world(tmp_path, handlers_of(router)) as there:
        call = await there.simulator.place_call(Caller())
        for _ in range(6):
            await there.live(1.7)
            await restart(there, router)
        await there.over(call)
        assert said == [["a0", "b0", "a1", "b1", "a2", "b2", "c0", "c1", "c2", "0"]] or said[-1][-1] == "0", said
        # Whichever of the bots it was that saw the end.
        async with there._journal() as journal:
            flows = await journal.flows.flows_of(str(call.key))
        assert [flow.end and flow.end.state for flow in flows] == [FlowState.ENDED]


@pytest.mark.parametrize("change", ["another step", "ends early", "waits for something else", "version", "gone"])
async def test_a_flow_that_does_something_else_ends_in_the_fallback(tmp_path: Path, change: str) -> None:
    before, after = Router(), Router()

    async def first(call: Call) -> None:
        await call.play("welcome")
        await call.sleep(60)

    async def second(call: Call) -> None:
        if change == "another step":
            await call.record()
        elif change == "waits for something else":
            await asyncio.Event().wait()
        elif change == "version":
            await first(call)

    first.__qualname__ = second.__qualname__ = "reception"
    before.call(incoming=True)(first)
    if change != "gone":
        after.call(incoming=True, version=2 if change == "version" else 1)(second)
    async with world(tmp_path, handlers_of(before), people=[ANNA]) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=100))
        await there.live(10)
        await there.stop()
        await there.start(handlers_of(after))
        await there.over(call)
        assert list(call.connected) == ["agent-anna"], there.story()


async def test_a_caller_whose_bot_stays_away_for_long_is_still_there(tmp_path: Path) -> None:
    router = Router()

    @router.call(incoming=True)
    async def ring(call: Call) -> None:
        await call.play("welcome")
        await call.dial("agent-anna", ring=30)

    async with world(tmp_path, handlers_of(router), people=[ANNA]) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=60))
        await there.live(2)
        await restart(there, router, after=3)
        await there.over(call)
        assert list(call.connected) == ["agent-anna"]
