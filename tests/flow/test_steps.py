from __future__ import annotations

import asyncio

import pytest

from bot.errors import CallEnded, JournalError, JournalUnavailable
from bot.flow.branches import first_of
from bot.flow.outcome import digest
from bot.flow.replay import ENDED
from bot.journal import StepRecord
from bot.testing.clock import ManualClock, settle
from tests.flow.lab import Lab, Shelf


def record(number: int, path: str, name: str) -> StepRecord:
    return StepRecord(number, path, name, digest(name, None), b'{"value":null}', 1, 100.0, 100.0)


def pending() -> asyncio.Future[None]:
    return asyncio.get_running_loop().create_future()


async def three(lab: Lab) -> None:
    for name in ("one", "two", "three"):
        await lab.do(name)


@pytest.mark.parametrize(("seconds", "recorded"), [(1.0, ["one", "two", "three"]), (30.0, [])])
async def test_a_step_waits_for_the_journal_but_not_for_long(seconds: float, recorded: list[str]) -> None:
    shelf = Shelf()
    shelf.error = JournalUnavailable("the disk is full")
    lab = Lab(three, shelf)
    await settle()
    assert lab.did == ["one"]
    await lab.clock.advance(4.0 if seconds > 5 else seconds)
    if seconds < 5:
        shelf.error = None
    assert lab.did == ["one"]
    await lab.clock.advance(2.0)
    assert await lab.ended() == "returned"
    assert lab.did == ["one", "two", "three"]
    assert shelf.names == recorded, "once one is missing, those after it would only mislead"


async def test_a_step_that_cannot_be_recorded_at_all_keeps_nobody_waiting() -> None:
    shelf = Shelf()
    shelf.error = JournalError("no such flow")
    lab = Lab(three, shelf)
    assert await lab.ended() == "returned"
    assert (lab.did, shelf.names) == (["one", "two", "three"], [])


async def test_a_branch_called_off_while_the_journal_fails_leaves_no_gap() -> None:
    shelf = Shelf()

    async def flow(lab: Lab) -> None:
        await lab.do("one")
        shelf.error = JournalUnavailable("the disk is full")
        with pytest.raises(TimeoutError):
            async with lab.clock.timeout(0.2):
                await lab.do("two")
        shelf.error = None
        await lab.do("three")

    lab = Lab(flow, shelf)
    await settle()
    await lab.clock.advance(1)
    assert await lab.ended() == "returned"
    lab.steps._note_end()
    assert shelf.names == ["one"]


async def test_a_step_that_is_called_off_is_not_recorded() -> None:
    shelf = Shelf()

    async def flow(lab: Lab) -> None:
        with pytest.raises(TimeoutError):
            async with lab.clock.timeout(1):
                await lab.do("one", wait=pending())
        await lab.do("two")

    first = Lab(flow, shelf)
    await first.clock.advance(2)
    assert await first.ended() == "returned"
    assert [(step.path, step.name) for step in shelf.steps] == [("1", "two")]


async def test_the_end_of_the_call_comes_after_a_step_that_is_being_recorded() -> None:
    shelf = Shelf()

    async def flow(lab: Lab) -> None:
        shelf.open.clear()
        lab.did.append(str(await lab.do("one")))
        await lab.do("two")

    lab = Lab(flow, shelf)
    await settle()
    lab.steps.end()
    lab.steps.end()
    await settle()
    assert not lab.task.done()
    shelf.open.set()
    assert await lab.ended() == "call ended"
    assert (lab.did, shelf.names) == (["one", "one"], ["one", ENDED])
    lab.steps.end()
    assert shelf.names == ["one", ENDED], "a call ends once"


async def test_an_end_is_raised_where_it_was_raised_before() -> None:
    shelf = Shelf()
    began = pending()

    async def flow(lab: Lab) -> None:
        try:
            await lab.do("one")
            await lab.do("two", wait=began)
        except CallEnded:
            lab.did.append("ended")
            await lab.do("write", after_end=True)
            with pytest.raises(CallEnded):
                await lab.do("three")
            raise

    first = Lab(flow, shelf)
    await settle()
    first.steps.end()
    assert await first.ended() == "call ended"
    assert first.did == ["one", "ended", "write"]
    second = Lab(flow, shelf)
    assert await second.ended() == "call ended"
    assert second.did == ["ended"], "what was recorded is not done again"
    assert shelf.names == ["one", ENDED, "write"]


@pytest.mark.parametrize("early", [True, False])
async def test_an_end_that_is_learnt_on_resuming_comes_after_what_was_recorded(early: bool) -> None:
    shelf = Shelf()

    async def flow(lab: Lab) -> None:
        await three(lab)
        await lab.do("four", wait=pending())

    first = Lab(flow, shelf)
    await settle()
    await first.kill()
    assert shelf.names == ["one", "two", "three"]

    async def reconcile() -> None:
        second.steps.end()

    second = Lab(flow, shelf, reconcile=reconcile)
    if early:
        second.steps.end()
    assert await second.ended() == "call ended"
    assert second.did == []
    assert shelf.names == ["one", "two", "three", ENDED]


async def test_a_flow_goes_on_though_its_call_cannot_be_looked_up() -> None:
    shelf = Shelf()

    async def reconcile() -> None:
        raise RuntimeError("a bug")

    lab = Lab(three, shelf, reconcile=reconcile)
    assert await lab.ended() == "returned"
    assert lab.did == ["one", "two", "three"]


async def test_the_end_of_the_call_reaches_branches_and_the_trunk() -> None:
    shelf = Shelf()
    go, ends = pending(), list[str]()

    async def flow(lab: Lab) -> None:
        async def branch() -> None:
            try:
                await go
                await lab.do("one", after_end=True)
                await lab.do("two")
            except CallEnded:
                ends.append("branch")
                raise

        task = asyncio.create_task(branch())
        try:
            await asyncio.Event().wait()
        except CallEnded:
            ends.append("trunk")
            raise
        finally:
            await asyncio.gather(task, return_exceptions=True)

    lab = Lab(flow, shelf)
    await settle()
    shelf.open.clear()
    go.set_result(None)
    await settle()
    # What works after the end is finished first, so the end is met by the next step, in the branch.
    lab.steps.end()
    lab.steps._unbroken += 1
    shelf.open.set()
    await settle(40)
    lab.steps._unbroken -= 1
    assert await lab.ended() == "call ended"
    assert sorted(ends) == ["branch", "trunk"]
    assert shelf.names == ["one", ENDED]


async def race(lab: Lab) -> None:
    async def way(name: str, steps: int) -> str:
        for number in range(steps):
            await lab.do(f"{name}{number}")
        return name

    lab.did.append(str(await first_of([way("a", 2), way("b", 1)])))
    await lab.do("after")


async def test_who_won_a_race_is_the_same_on_every_run() -> None:
    """The loser, too, had done its last step when it was called off, while it recorded it."""
    shelf = Shelf()
    first = Lab(race, shelf)
    assert await first.ended() == "returned"
    won = [text for text in first.did if "(" in text]
    assert won == ["(1, 'b')"]
    assert set(shelf.names) == {"a0", "b0", "a1", "after"}
    for taken in range(shelf.names.index("b0") + 1, len(shelf.steps) + 1):
        again = Shelf()
        again.steps = shelf.steps[:taken]
        second = Lab(race, again)
        assert await second.ended() == "returned"
        assert [text for text in second.did if "(" in text] == won
        assert again.names[-1] == "after"


async def test_nobody_waits_for_a_step_of_a_branch_that_was_called_off() -> None:
    """The branch was called off while it recorded the step: on the next run it may be called off while it waits."""
    shelf = Shelf()
    go = pending()

    async def flow(lab: Lab) -> None:
        async def branch() -> None:
            await lab.do("loser")

        task = asyncio.create_task(branch())
        await go
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await lab.do("one")
        await lab.do("two")

    paths = {"one": "0", "loser": "b0.0"}
    for order in (["one", "loser"], ["loser", "one"]):
        shelf.steps = [record(number, paths[name], name) for number, name in enumerate(order)]
        go = pending()
        lab = Lab(flow, shelf)
        await settle()
        go.set_result(None)
        assert await lab.ended() == "returned"
        assert lab.did == ["two"]


async def test_a_branch_called_off_at_its_turn_passes_it_on() -> None:
    shelf = Shelf()

    async def flow(lab: Lab) -> None:
        tasks: list[asyncio.Task[object]] = []

        async def one() -> None:
            await lab.do("one")
            tasks[1].cancel()

        async def two() -> None:
            await lab.do("two")

        tasks += [asyncio.create_task(one()), asyncio.create_task(two())]
        await asyncio.gather(*tasks, return_exceptions=True)
        await lab.do("three")

    first = Lab(flow, shelf)
    assert await first.ended() == "returned"
    assert shelf.names == ["one", "two", "three"], "the second was being recorded when it was called off"
    second = Lab(flow, shelf)
    assert await second.ended() == "returned"
    assert second.did == []


async def test_a_flow_that_does_something_else_diverges_at_every_step() -> None:
    shelf = Shelf()
    first = Lab(three, shelf)
    assert await first.ended() == "returned"

    async def other(lab: Lab) -> None:
        for _ in range(2):
            with pytest.raises(Exception, match="step 0 was one when it was recorded, and is other now"):
                await lab.do("other")

    assert await Lab(other, shelf).ended() == "returned"

    async def changed(lab: Lab) -> None:
        async def act(_doubt: bool) -> None:
            raise AssertionError

        with pytest.raises(Exception, match="step 0, one, had other arguments"):
            await lab.steps.do("one", {"with": "others"}, act)

    assert await Lab(changed, shelf).ended() == "returned"


async def test_a_record_with_a_gap_is_not_gone_on_with() -> None:
    shelf = Shelf()
    shelf.steps = [record(0, "0", "one"), record(2, "2", "three")]
    lab = Lab(three, shelf)
    assert await lab.ended() == "FlowDiverged"
    assert lab.did == []


async def test_nothing_is_done_by_a_flow_that_was_left_to_the_next_process() -> None:
    shelf = Shelf()

    async def flow(lab: Lab) -> None:
        try:
            await lab.do("one", wait=pending())
        finally:
            await lab.do("two", after_end=True)

    lab = Lab(flow, shelf, ManualClock())
    await settle()
    await lab.kill()
    assert (await lab.ended(), lab.did, shelf.names) == ("cancelled", [], [])


async def test_a_flow_can_be_left_in_the_middle_of_a_replay() -> None:
    shelf = Shelf()
    assert await Lab(race, shelf).ended() == "returned"

    async def looked_up() -> None:
        await pending()

    for rounds in range(12):
        lab = Lab(race, shelf, reconcile=looked_up)
        await settle(rounds)
        await lab.kill()
        assert lab.did in ([], ["(1, 'b')"])
    assert await Lab(race, shelf).ended() == "returned"
