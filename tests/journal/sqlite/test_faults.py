"""Disks that are full, files that are locked, rows that are damaged."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from bot.errors import JournalError, JournalUnavailable
from bot.journal import Outcome
from bot.journal.sqlite import SqliteJournal
from bot.testing.clock import ManualClock
from tests.journal.sqlite.support import no_room, write_locked
from tests.journal.support import comes_true, delivery, failure, lane, nothing_to_take, numbers, running, take_all


def healthy(journal: SqliteJournal) -> bool:
    return journal.healthy


async def a_second_passes(clock: ManualClock) -> None:
    """Let the journal look at its file, once it has finished the look before."""
    await comes_true(lambda: clock.sleepers)
    await clock.advance(1.0)


async def test_a_disk_without_room_refuses_every_waiting_event_and_recovers(path: Path) -> None:
    async with running(SqliteJournal(path, clock=ManualClock())) as journal:
        await journal.append([delivery()])
        with no_room(path):
            appends = [asyncio.create_task(journal.append([delivery()])) for _ in range(11)]
            await asyncio.sleep(0)
            appends.pop().cancel()
            results = await asyncio.gather(*appends, return_exceptions=True)
            assert {type(result) for result in results} == {JournalUnavailable}
            assert len(set(map(id, results))) == 10
            assert not healthy(journal)
            assert numbers(await journal.history(lane())) == [1]
        await journal.append([delivery()])
        assert healthy(journal)
        assert numbers(await take_all(journal, 2)) == [1, 2]
        assert journal.backlog == 2


async def test_outcomes_are_kept_while_the_disk_has_no_room(path: Path) -> None:
    clock = ManualClock()
    async with running(SqliteJournal(path, clock=clock)) as journal:
        await journal.append([delivery(), delivery(), delivery()])
        await take_all(journal, 3)
        settled_at = clock.now()
        with no_room(path):
            journal.settle(1, Outcome.HANDLED)
            await comes_true(lambda: not journal.healthy)
            with pytest.raises(JournalUnavailable):
                await journal.bury(3, [failure()])
            assert journal.backlog == 2
            assert numbers(await journal.pending(lane(), 0, 9)) == [2, 3]
            await a_second_passes(clock)
            assert not healthy(journal)
        await a_second_passes(clock)
        await comes_true(lambda: journal.healthy)
        first, *_ = await journal.history(lane())
        assert (first.outcome, first.settled_at) == (Outcome.HANDLED, settled_at)
        assert journal.backlog == 2


async def test_recovery_is_noticed_although_nobody_stores(path: Path) -> None:
    clock = ManualClock()
    async with running(SqliteJournal(path, clock=clock)) as journal:
        with no_room(path):
            with pytest.raises(JournalUnavailable):
                await journal.append([delivery()])
            await a_second_passes(clock)
            await comes_true(lambda: clock.sleepers)
            assert not healthy(journal)
        await a_second_passes(clock)
        await comes_true(lambda: journal.healthy)


async def test_a_locked_file_refuses_events_until_it_is_unlocked(path: Path) -> None:
    async with running(SqliteJournal(path, clock=ManualClock(), busy_timeout=0.02)) as journal:
        with write_locked(path):
            with pytest.raises(JournalUnavailable, match="another process keeps it locked"):
                await journal.append([delivery()])
            assert not healthy(journal)
            assert await journal.history(lane()) == []
        await journal.append([delivery()])
        assert healthy(journal)


async def test_a_short_lock_is_waited_for(path: Path) -> None:
    async with running(SqliteJournal(path, clock=ManualClock(), busy_timeout=5.0)) as journal:
        with write_locked(path):
            append = asyncio.create_task(journal.append([delivery()]))
            await asyncio.wait([append], timeout=0.05)
            assert not append.done()
        await append


async def test_an_event_that_cannot_be_stored_does_not_harm_those_beside_it(path: Path) -> None:
    good = delivery()
    no_text = replace(good, event=replace(good.event, event_type="\ud800"))
    no_time = replace(good, received_at=float("nan"))
    async with running(SqliteJournal(path, clock=ManualClock())) as journal:
        sent = [[good], [no_text], [good, no_time], [good, good]]
        results = await asyncio.gather(*map(journal.append, sent), return_exceptions=True)
        assert [type(result) for result in results] == [type(None), JournalError, JournalError, type(None)]
        assert healthy(journal)
        assert numbers(await take_all(journal, 3)) == [1, 2, 3]
        assert journal.backlog == 3


async def test_a_dead_writer_makes_everything_unavailable_and_tells_the_owner(path: Path) -> None:
    class Fatal:
        def __conform__(self, _: object) -> None:  # SQLite's module asks this of a value it does not know
            raise SystemExit("a bug")

    journal = SqliteJournal(path, clock=ManualClock())
    await journal.open()
    watch = asyncio.create_task(journal.watch())
    take = asyncio.create_task(journal.take(1))
    await asyncio.sleep(0)
    bad = replace(delivery(), received_at=cast("float", Fatal()))
    results = await asyncio.gather(*map(journal.append, ([delivery()], [bad])), return_exceptions=True)
    assert {type(result) for result in results} == {JournalUnavailable}
    for task in (watch, take):
        with pytest.raises(JournalUnavailable):
            await task
    assert isinstance(watch.exception().__cause__, SystemExit)  # type: ignore[union-attr]
    assert not healthy(journal)
    with pytest.raises(JournalUnavailable):
        await journal.append([delivery()])
    await journal.close()

    async with running(SqliteJournal(path, clock=ManualClock())) as again:
        assert await nothing_to_take(again)


async def test_watching_ends_quietly_when_the_journal_is_closed(path: Path) -> None:
    journal = SqliteJournal(path, clock=ManualClock())
    with pytest.raises(JournalUnavailable, match="not open"):
        await journal.watch()
    await journal.open()
    watch = asyncio.create_task(journal.watch())
    await asyncio.sleep(0)
    await asyncio.gather(journal.close(), journal.close())
    await watch


async def test_a_body_that_cannot_be_read_is_buried_and_stops_nothing(path: Path) -> None:
    async with running(SqliteJournal(path, clock=ManualClock())) as journal:
        await journal.append([delivery("1", "Call.created") for _ in range(3)])
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE inbox SET body = x'7b' WHERE seq = 1")
        connection.execute("UPDATE inbox SET body = '[]' WHERE seq = 3")
        connection.commit()
    async with running(SqliteJournal(path, clock=ManualClock())) as journal:
        assert numbers(await journal.pending(lane("1"), 0, 1)) == [2]
        assert numbers(await journal.take(9)) == [2]
        await comes_true(lambda: journal.backlog == 1)
        letter = (await journal.dead_letters())[-1]
        assert (letter.failure.handler, letter.stored.seq) == ("journal", 1)
        assert letter.failure.error == "the body in the journal is no event any more"
        assert letter.stored.event.event_type == "Call.created"
        assert [(one.seq, one.outcome) for one in await journal.history(lane("1"))] == [
            (1, Outcome.DEAD), (2, None), (3, Outcome.DEAD),
        ]  # fmt: skip
        assert await journal.lifecycle(0) == []
        assert await journal.replay(letter.letter_id) == 4
        await journal.append([delivery("2")])
        assert numbers(await take_all(journal, 1)) == [5]


async def test_reading_a_file_that_has_gone_bad_is_unavailable(path: Path) -> None:
    async with running(SqliteJournal(path, clock=ManualClock())) as journal:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("DROP TABLE dead_letters")
        with pytest.raises(JournalUnavailable, match="no such table"):
            await journal.dead_letters()
        assert await journal.history(lane()) == []
