"""What docs/determinism.md promises beyond what the tests of flows show."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot import Call, CallEnded, Router
from bot.simulator import Caller
from bot.testing.world import world
from tests.support.handlers import handlers_of


async def test_a_flow_that_no_call_begins_any_more_lets_those_under_way_finish(tmp_path: Path) -> None:
    before, after, said = Router(), Router(), list[str]()

    async def old(call: Call) -> None:
        await call.sleep(20)
        said.append("old")
        await call.hang_up()

    async def new(call: Call) -> None:
        said.append("new")
        await call.hang_up()

    before.call(incoming=True)(old)
    after.flow()(old)
    after.call(incoming=True)(new)
    async with world(tmp_path, handlers_of(before)) as there:
        first = await there.simulator.place_call(Caller())
        await there.live(5)
        await there.stop()
        await there.start(handlers_of(after))
        second = await there.simulator.place_call(Caller())
        await there.over(first, second)
        assert sorted(said) == ["new", "old"]
        assert there.count("bot_fallbacks_total", result="flow") == 0


async def test_a_deploy_runs_no_steps_of_finally_blocks(tmp_path: Path) -> None:
    router = Router()

    @router.call(incoming=True)
    async def noted(call: Call) -> None:
        try:
            await call.sleep(20)
        finally:
            await call.comment("it is over")

    async with world(tmp_path, handlers_of(router)) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=30))
        await there.live(5)
        await there.stop()
        assert not [text for text in there.requests(call) if "comment" in text]
        await there.start(handlers_of(router))
        await there.over(call)
        assert len([text for text in there.requests(call) if "comment" in text]) == 1


async def test_an_end_that_was_swallowed_is_raised_again(tmp_path: Path) -> None:
    router, said = Router(), list[str]()

    @router.call(incoming=True)
    async def deaf(call: Call) -> None:
        try:
            await call.sleep(60)
        except BaseException:  # noqa: BLE001 - the mistake
            said.append("swallowed")
        with pytest.raises(CallEnded):
            await call.play("welcome")

    async with world(tmp_path, handlers_of(router)) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=5))
        await there.over(call)
        assert said == ["swallowed"]
        assert not any("play" in text for text in there.requests(call))


@pytest.mark.parametrize("fails", [False, True])
async def test_the_end_leaves_a_group_of_tasks(tmp_path: Path, *, fails: bool) -> None:
    router, said = Router(), list[str]()

    @router.call(incoming=True)
    async def both(call: Call) -> None:
        async def wait() -> None:
            try:
                await call.sleep(60)
            finally:
                if fails:
                    raise LookupError

        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(wait())
                await call.sleep(30)
        except* CallEnded:
            said.append("ended")
        except* LookupError:
            said.append("failed")
        await call.comment("gone")

    async with world(tmp_path, handlers_of(router)) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=5))
        await there.over(call)
        assert len([text for text in there.requests(call) if "comment" in text]) == 1
    # Whether a group with other errors names the end too depends on the version of Python.
    assert said[-1] == ("failed" if fails else "ended")
