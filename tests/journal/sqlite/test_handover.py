"""Events on their way from the writer to the taker."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.journal import Outcome, StoredEvent
from bot.journal.sqlite import SqliteJournal
from bot.journal.sqlite.handover import Handover
from bot.testing.clock import ManualClock
from tests.journal.support import delivery, nothing_to_take, numbers, running, take_all


def stored(*seqs: int) -> list[StoredEvent]:
    return [StoredEvent(seq, delivery().event, 1.0) for seq in seqs]


def behind(handover: Handover) -> bool:
    return handover.behind


async def test_too_many_for_memory_are_read_from_the_disk(path: Path) -> None:
    async with running(SqliteJournal(path, clock=ManualClock(), max_ready=10)) as journal:
        for _ in range(30):
            await journal.append([delivery() for _ in range(50)])
        assert numbers(await take_all(journal, 1500)) == list(range(1, 1501))
        assert await nothing_to_take(journal)
        await journal.append([delivery()])
        assert numbers(await journal.take(9)) == [1501]


async def test_what_is_settled_but_not_written_is_not_read_again(path: Path) -> None:
    async with running(SqliteJournal(path, clock=ManualClock(), max_ready=1)) as journal:
        await journal.append([delivery() for _ in range(3)])
        journal.settle(2, Outcome.HANDLED)
        assert numbers(await take_all(journal, 2)) == [1, 3]


async def test_while_events_keep_coming_none_is_lost_or_given_twice(path: Path) -> None:
    async with running(SqliteJournal(path, clock=ManualClock(), max_ready=4)) as journal:

        async def append() -> None:
            for _ in range(40):
                await journal.append([delivery(), delivery()])

        taking = asyncio.create_task(take_all(journal, 800))
        await asyncio.gather(*(append() for _ in range(10)))
        assert numbers(await taking) == list(range(1, 801))


async def test_a_page_that_already_holds_new_events_does_not_repeat_them() -> None:
    handover = Handover(10)
    handover.notice(3)
    assert behind(handover)
    # Two more were committed before the page was read, and are offered after it.
    handover.fill(stored(2, 3, 4, 5), 5)
    handover.offer(4, [delivery()])
    handover.offer(5, [delivery(), delivery()])
    assert not behind(handover)
    assert numbers(handover.give(99)) == [2, 3, 4, 5, 6]


async def test_news_during_the_reading_of_a_page_leave_it_behind() -> None:
    handover = Handover(10)
    handover.notice(3)
    handover.offer(4, [delivery()])
    handover.fill(stored(1, 3), 3)
    assert behind(handover)
    assert numbers(handover.give(99)) == [1, 3]
    handover.fill(stored(4), 4)
    handover.offer(5, [delivery()])
    assert not behind(handover)
    assert numbers(handover.give(1)) == [4]
    assert numbers(handover.give(1)) == [5]
    assert handover.give(1) == []
