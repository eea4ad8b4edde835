"""Group commit, seen at the writer."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeAlias

import pytest

from bot.errors import JournalError, JournalUnavailable
from bot.journal.sqlite import operations
from bot.journal.sqlite.transaction import Transaction
from bot.journal.sqlite.writer import Writer
from tests.journal.sqlite.support import Traced, writing
from tests.journal.support import delivery

Work: TypeAlias = Callable[[Transaction], object]


def store_one(work: Transaction, lane: str = "a", body: bytes = b"{}") -> int:
    return work.store([(lane, "Call.created", 1.0, body)])


def fail(_: Transaction) -> int:
    raise LookupError("nothing there")


def setting(work: Transaction, name: str) -> object:
    (value,) = work.execute(f"PRAGMA {name}").fetchone()
    return value


def without_a_name(work: Transaction) -> int:
    return work.execute("INSERT INTO lanes (id, name) VALUES (1, NULL)").rowcount


async def run_all(writer: Writer, works: Sequence[Work]) -> list[object]:
    """Run them together, and return what they returned or raised."""
    return list(await asyncio.gather(*(writer.run(work) for work in works), return_exceptions=True))


def healthy(writer: Writer) -> bool:
    return writer.healthy


async def test_commits_are_synchronised_with_the_disk(path: Path) -> None:
    async with writing(Traced(path)) as writer:
        settings = [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)]
        for name, value in settings:
            assert await writer.run(partial(setting, name=name)) == value


async def test_what_waits_is_one_transaction(path: Path) -> None:
    traced = Traced(path)
    async with writing(traced) as writer:
        firsts = await asyncio.gather(*(writer.run(store_one) for _ in range(500)))
        assert firsts == list(range(1, 501))
        assert traced.commits == 1


async def test_what_is_submitted_at_departure_goes_along(path: Path) -> None:
    traced = Traced(path)
    along: list[operations.Append] = []

    def departing() -> None:
        while along:
            writer.submit(along.pop())

    written: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    writer = Writer(path, traced.opened, lambda: None, departing)
    await writer.open()
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    along.append(operations.Append([delivery()], lambda first, _: written.set_result(first), lambda _: None, done))
    assert await writer.run(store_one) == 1
    assert await written == 2
    await done
    assert traced.commits == 1
    await writer.close()


async def test_what_comes_during_a_commit_is_the_next_transaction(path: Path) -> None:
    traced = Traced(path)

    async def many(writer: Writer) -> None:
        for _ in range(50):
            await writer.run(store_one)

    async with writing(traced) as writer:
        await asyncio.gather(*(many(writer) for _ in range(40)))
        assert await writer.run(store_one) == 2001
        assert 50 <= traced.commits < 500


async def test_one_that_fails_does_not_harm_the_others(path: Path) -> None:
    traced = Traced(path)
    async with writing(traced) as writer:
        works: list[Work] = [store_one, fail, store_one, without_a_name, store_one]
        results = await run_all(writer, works)
        assert results[0::2] == [1, 2, 3]
        assert isinstance(results[1], LookupError)
        assert isinstance(results[3], JournalError)
        assert not isinstance(results[3], JournalUnavailable)
        assert isinstance(results[3].__cause__, sqlite3.IntegrityError)
        assert writer.healthy


async def test_events_stored_before_a_statement_are_there_for_it(path: Path) -> None:
    def both(work: Transaction) -> int:
        store_one(work)
        store_one(work, lane="b")
        (count,) = work.execute("SELECT count(*) FROM inbox").fetchone()
        return int(count)

    async with writing(Traced(path)) as writer:
        assert await writer.run(both) == 2


async def test_looking_needs_no_write_transaction(path: Path) -> None:
    async with writing(Traced(path)) as writer:
        await writer.run(store_one)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert await writer.run(operations.look, reads_only=True) == 1
        other.close()


async def test_a_full_disk_fails_all_that_waits_and_is_told_in_words(path: Path) -> None:
    def limit(work: Transaction, pages: int) -> None:
        work.execute(f"PRAGMA max_page_count = {pages:d}")

    async with writing(Traced(path)) as writer:
        await writer.run(partial(limit, pages=1))
        big = partial(store_one, body=bytes(1_000_000))
        results = await run_all(writer, [store_one, big])
        for result in results:
            assert isinstance(result, JournalUnavailable)
            assert "the disk is full" in str(result)
        assert not healthy(writer)
        await writer.run(partial(limit, pages=1_000_000))
        assert await run_all(writer, [store_one, big]) == [1, 2]
        assert healthy(writer)


async def test_when_the_store_fails_while_the_others_are_tried_the_rest_fails_too(path: Path) -> None:
    def limit(work: Transaction) -> None:
        work.execute("PRAGMA max_page_count = 1")

    async with writing(Traced(path)) as writer:
        await writer.run(limit)
        big = partial(store_one, body=bytes(1_000_000))
        works: list[Work] = [fail, big, store_one]
        results = await run_all(writer, works)
        assert [type(result) for result in results] == [LookupError, JournalUnavailable, JournalUnavailable]


async def test_those_who_went_away_are_not_told(path: Path) -> None:
    heard: list[int] = []
    async with writing(Traced(path)) as writer:
        callers = [asyncio.create_task(writer.run(work, then=heard.append)) for work in (store_one, fail)]
        await asyncio.sleep(0)
        for caller in callers:
            caller.cancel()
        assert await writer.run(store_one) == 2
        assert heard == [1]


async def test_a_closed_writer_takes_nothing(path: Path) -> None:
    async with writing(Traced(path)) as writer:
        pass
    with pytest.raises(JournalUnavailable, match="closed"):
        await writer.run(store_one)
    await writer.watch()


def test_a_loop_that_is_gone_is_no_trouble_for_the_thread(path: Path) -> None:
    writers: list[Writer] = []

    async def leave() -> None:
        writer = Writer(path, Traced(path).opened, lambda: None)
        await writer.open()
        writers.append(writer)

    asyncio.run(leave())
    writers[0]._queue.put(None)
    writers[0]._thread.join(10)
    assert not writers[0]._thread.is_alive()
