"""Several processes, and processes that are killed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bot.errors import JournalBroken
from bot.journal.sqlite import SqliteJournal
from bot.testing.clock import ManualClock
from tests.journal.sqlite.child import child
from tests.journal.support import delivery, failure, lane, numbers, running, take_all


async def test_every_acknowledged_event_survives_a_kill(path: Path) -> None:
    acknowledged: set[int] = set()
    for _ in range(5):
        with child("append", path, str(max(acknowledged, default=-1) + 1000)) as process:
            assert process.stdout is not None
            for _ in range(random.randrange(1, 2000)):  # noqa: S311 - any moment will do
                acknowledged.add(int(process.stdout.readline()))
            process.kill()
            # A line may have been cut short by the kill; a whole one is an acknowledgement.
            acknowledged |= {int(line) for line in process.stdout.readlines() if line.endswith("\n")}

        async with running(SqliteJournal(path, clock=ManualClock())) as journal:
            stored = [event for thread in range(7) for event in await journal.history(lane(str(thread)), limit=100_000)]
            unsettled = [event for event in stored if event.outcome is None]
            taken = await take_all(journal, len(unsettled))
        assert acknowledged <= {event.event.raw["number"] for event in stored}
        assert sorted(numbers(stored)) == list(range(1, len(stored) + 1))
        assert numbers(taken) == sorted(numbers(unsettled))


async def test_one_bot_per_journal_until_it_is_killed(path: Path) -> None:
    with child("hold", path) as process:
        with pytest.raises(JournalBroken, match=rf"in use by another bot \(process {process.pid}\)"):
            await SqliteJournal(path, clock=ManualClock()).open()
        process.kill()
        process.wait()
        async with running(SqliteJournal(path, clock=ManualClock())) as journal:
            assert journal.healthy


async def test_another_process_replays_while_the_bot_runs(path: Path) -> None:
    clock = ManualClock()
    async with running(SqliteJournal(path, clock=clock)) as journal:
        await journal.append([delivery()])
        await take_all(journal, 1)
        await journal.bury(1, [failure("reception")])
        with child("replay", path) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "2\n"
        await clock.advance(1.0)
        (again,) = await journal.take(9)
        assert (again.seq, again.only) == (2, "reception")
