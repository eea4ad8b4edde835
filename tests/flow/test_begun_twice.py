"""A bot that dies after the first request of a flow, and before the journal has the flow."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from bot import Call, CallEnded, Router
from bot.simulator import Caller
from bot.testing.world import World
from tests.flow.test_doubt import Line, ended_well, sent, wired
from tests.support.cable import Fault
from tests.support.handlers import handlers_of


async def killed_early(there: World, line: Line, router: Router, *, away: float = 1.0) -> None:
    """Wait for a request that nobody answers; let the journal forget the newest flow, and start another bot."""
    await there.live_until(lambda: line.stuck == 1)
    await there.stop()
    with sqlite3.connect(there.config.journal_path) as journal:
        newest = "(call_seq, generation) = (SELECT call_seq, generation FROM flows ORDER BY 1 DESC, 2 DESC LIMIT 1)"
        (forgotten,) = journal.execute(f"DELETE FROM flows WHERE {newest} RETURNING generation").fetchone()  # noqa: S608 - no input
        if forgotten == 0:
            journal.execute("UPDATE inbox SET outcome = NULL, settled_at = NULL")
        else:
            journal.execute(f"UPDATE flows SET state = 'running', ended_at = NULL WHERE {newest}")  # noqa: S608 - as above
    await there.live(away)
    await there.start(handlers_of(router))


async def test_nothing_is_written_twice_by_a_flow_that_begins_with_it(tmp_path: Path) -> None:
    router, line = Router(), Line()
    line.faults["comment/create"] = Fault.UNANSWERED

    @router.call(incoming=True)
    async def log(call: Call) -> None:
        await call.comment("a call")

    async with wired(tmp_path, router, line) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=30))
        await killed_early(there, line, router)
        await there.over(call)
        assert sent(there, call, "comment/create") == 1, there.story()
        assert await ended_well(there, call), there.story()


async def test_nothing_is_written_twice_by_a_flow_that_took_a_call_over(tmp_path: Path) -> None:
    router, line = Router(), Line()

    @router.flow()
    async def conversation(call: Call) -> None:
        await call.comment("it goes on")
        await call.sleep(100)

    @router.call(incoming=True)
    async def reception(call: Call) -> None:
        await call.play("welcome")
        line.faults.setdefault("comment/create", Fault.UNANSWERED)
        call.transfer(conversation)

    async with wired(tmp_path, router, line) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=200))
        # The bot stays away for longer than clocks may differ.
        await there.live_until(lambda: line.stuck == 1)
        line.faults.clear()
        await killed_early(there, line, router, away=90)
        line.faults.clear()
        await there.over(call)
        assert sent(there, call, "comment/create") == 1, there.story()


async def test_what_a_flow_does_for_real_is_no_reason_to_doubt_the_next(tmp_path: Path) -> None:
    """The same comment again is another comment, if the flow before has just written one."""
    router, line = Router(), Line()

    @router.flow()
    async def conversation(call: Call) -> None:
        await call.comment("it goes on")

    @router.call(incoming=True)
    async def reception(call: Call) -> None:
        await call.sleep(10)
        await call.comment("it goes on")
        call.transfer(conversation)

    async with wired(tmp_path, router, line) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=20))
        await there.live(5)
        await there.stop()
        await there.start(handlers_of(router))
        await there.over(call)
        assert sent(there, call, "comment/create") == 2, there.story()


async def test_a_call_that_ended_before_its_flow_could_begin_anew(tmp_path: Path) -> None:
    router, line, ends = Router(), Line(), list[str]()
    line.faults["call.audio/play"] = Fault.UNANSWERED

    @router.call(incoming=True)
    async def greet(call: Call) -> None:
        try:
            await call.play("welcome")
        except CallEnded:
            ends.append("ended")
            raise

    async with wired(tmp_path, router, line) as there:
        call = await there.simulator.place_call(Caller(hangs_up_after=2))
        await killed_early(there, line, router, away=5)
        await there.over(call)
        assert ends == ["ended"]
        assert sent(there, call, "call.audio/play") == 1, there.story()
