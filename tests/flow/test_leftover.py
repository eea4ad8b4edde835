from __future__ import annotations

import asyncio
from pathlib import Path

from bot.clock import SystemClock
from bot.flow.leftover import left_over
from bot.journal import FlowId
from bot.journal.sqlite import SqliteJournal
from tests.journal.support import begin_call, running, written


async def test_flows_are_given_out_a_few_at_a_time_so_that_others_have_their_turn(tmp_path: Path) -> None:
    clock = SystemClock()
    async with running(SqliteJournal(tmp_path / "bot.sqlite3", clock=clock)) as journal:
        begun = {await begin_call(journal, str(number)) for number in range(45)}
        await written(journal)
        rounds: list[int] = []
        given: set[FlowId] = set()

        async def others() -> None:
            while True:
                rounds.append(len(given))
                await asyncio.sleep(0)

        other = asyncio.create_task(others())
        async for stored in left_over(journal.flows, clock):
            given.add(stored.start.flow_id)
        other.cancel()

    assert given == begun
    assert {20, 40} <= set(rounds)


async def test_there_may_be_more_flows_than_are_read_at_once(tmp_path: Path) -> None:
    clock = SystemClock()
    async with running(SqliteJournal(tmp_path / "bot.sqlite3", clock=clock)) as journal:
        begun = await asyncio.gather(*(begin_call(journal, str(number)) for number in range(501)))
        await written(journal)
        assert [stored.start.flow_id async for stored in left_over(journal.flows, clock)] == sorted(begun)
