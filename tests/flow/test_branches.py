"""Tasks that a flow starts, and what becomes of those that it leaves behind."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot import Call, CallEnded, Router
from bot.flow.outcome import digest
from bot.flow.replay import ENDED
from bot.journal import StepRecord
from bot.simulator import Caller, Contact
from bot.testing.clock import settle
from bot.testing.world import world
from tests.flow.lab import Lab, Shelf
from tests.support.handlers import handlers_of

ANNA = Contact(contact_id="anna", name="Anna", answers_after=2.0)


async def test_a_task_that_is_left_behind_is_cancelled_and_waited_for() -> None:
    said: list[str] = []

    async def slow(lab: Lab) -> None:
        try:
            await lab.do("slow", wait=asyncio.get_running_loop().create_future())
        finally:
            await settle(5)
            said.append("tidied up")

    async def flow(lab: Lab) -> None:
        task = asyncio.create_task(slow(lab), name="slow")
        done = asyncio.create_task(lab.do("quick"), name="quick")
        await done
        said.append(task.get_name())

    lab = Lab(flow, Shelf())
    assert await lab.ended() == "returned"
    assert said == ["lab slow", "tidied up"], "a task is named after its flow"
    assert lab.did == ["quick"]


async def test_a_task_of_somebody_else_cannot_do_steps() -> None:
    lab = Lab(lambda lab: lab.clock.sleep(10), Shelf())
    other = Lab(lambda lab: lab.clock.sleep(10), Shelf())
    await settle()
    with pytest.raises(RuntimeError, match="belongs into its flow"):
        await lab.do("a step")
    said: list[str] = []

    async def wrong(other: Lab) -> None:
        with pytest.raises(RuntimeError, match="belongs into its flow"):
            await lab.do("a step of another call")
        said.append(str(await other.do("its own")))

    third = Lab(wrong, Shelf())
    assert await third.ended() == "returned"
    assert (said, lab.did) == (["its own"], [])
    await lab.kill()
    await other.kill()


async def test_an_end_that_the_flow_does_not_wait_for_any_more_breaks_nothing_off() -> None:
    """The first time it waited for something; now it returns, and has a task to tidy up after."""
    shelf = Shelf()
    shelf.steps = [
        StepRecord(0, "0", "one", digest("one", None), b'{"value":"one"}', 1, 100.0, 100.0),
        StepRecord(1, "", ENDED, "", b"{}", 1, 101.0, 101.0),
    ]
    said: list[str] = []

    async def slow(lab: Lab) -> None:
        try:
            await lab.do("another")
        finally:
            await settle(30)
            said.append("tidied up")

    async def flow(lab: Lab) -> None:
        asyncio.create_task(slow(lab), name="slow")  # noqa: RUF006 - it is left behind
        await settle(1)
        await lab.do("one")

    lab = Lab(flow, shelf)
    assert await lab.ended() == "returned"
    assert said == ["tidied up"]


@pytest.mark.parametrize("also", [False, True])
async def test_an_end_that_leaves_in_a_group_is_an_end_unless_something_failed(tmp_path: Path, *, also: bool) -> None:
    router = Router()

    @router.call(incoming=True)
    async def flow(call: Call) -> None:
        try:
            await call.sleep(100)
        except CallEnded as ended:
            raise BaseExceptionGroup("all", [ended, *([KeyError("a bug")] if also else [])]) from None

    async with world(tmp_path, handlers_of(router), people=[ANNA]) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=5))
        await there.over(call)
        (name,) = [route.name for route in router.flows()]
        assert there.count("bot_flows_ended_total", flow=name, state="failed" if also else "ended") == 1
        assert call.connected == [], "there is nobody left to answer"


async def test_a_task_that_fails_ends_the_flow_and_the_fallback_has_the_call(tmp_path: Path) -> None:
    router = Router()

    @router.call(incoming=True)
    async def flow(call: Call) -> None:
        async def broken() -> None:
            await call.sleep(1)
            raise KeyError("a bug")

        async with asyncio.TaskGroup() as group:
            group.create_task(broken())
            group.create_task(call.sleep(100))

    async with world(tmp_path, handlers_of(router), people=[ANNA]) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=20))
        await there.over(call)
        assert call.connected == ["anna"]
