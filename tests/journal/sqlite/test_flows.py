"""Flows in the SQLite file: its versions, group commit, full disks, kills, and thousands of flows at once."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import JournalError, JournalUnavailable
from bot.journal import FlowEnd, FlowId, FlowState, Outcome
from bot.journal.sqlite import SqliteJournal, flow_queries, schema, store
from bot.journal.sqlite.flows import SqliteFlows
from bot.journal.sqlite.reader import Reader
from bot.testing.clock import ManualClock
from tests.journal.sqlite.child import child
from tests.journal.sqlite.support import Traced, no_room, write_locked, writing
from tests.journal.support import (
    begin_call,
    comes_true,
    delivery,
    failure,
    lane,
    numbers,
    running,
    start,
    step,
    written,
)

ENDED = FlowEnd(FlowState.ENDED, 300.0)


@pytest.fixture
def journal(path: Path) -> SqliteJournal:
    return SqliteJournal(path, clock=ManualClock(), busy_timeout=0.02)


async def begin_many(journal: SqliteJournal, count: int) -> list[FlowId]:
    """Begin a flow of two steps for each of so many calls of three events."""
    for kind in ("Call.created", "Call.Member.invited", "Call.Member.dtmf"):
        await journal.append([delivery(str(thread), kind) for thread in range(count)])
    begun = [start(seq, thread=str(seq - 1)) for seq in range(1, count + 1)]
    for flow in begun:
        journal.flows.begin_flow(flow)
        journal.flows.note_step(flow.flow_id, step(0))
        journal.flows.note_step(flow.flow_id, step(1))
    await written(journal)
    return [flow.flow_id for flow in begun]


async def test_a_file_of_the_first_version_gains_flows_and_keeps_what_it_has(path: Path) -> None:
    event = delivery("1", "Call.created")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in schema.MIGRATIONS[0]:
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        connection.execute("PRAGMA user_version = 1")
        connection.execute("INSERT INTO lanes (name) VALUES (?)", (lane("1"),))
        row = (event.event.event_type, event.received_at, event.body)
        connection.execute("INSERT INTO inbox (lane, type, received_at, body) VALUES (1, ?, ?, ?)", row)
        columns = "seq, handler, error, traceback, attempts, failed_at"
        connection.execute(f"INSERT INTO dead_letters ({columns}) VALUES (1, 'a', '', '', 1, 1)")  # noqa: S608
    async with running(SqliteJournal(path, clock=ManualClock())) as journal:
        (stored,) = await journal.take(9)
        assert (stored.seq, stored.event) == (1, event.event)
        assert [letter.failure.handler for letter in await journal.dead_letters()] == ["a"]
        journal.flows.begin_flow(start(1))
        await journal.flows.record_step(FlowId(1, 0), step(0))
        (flow,) = await journal.flows.running_flows(None, 10)
        assert (list(flow.steps), flow.events) == ([step(0)], [stored])
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)


async def test_steps_of_many_flows_are_one_transaction(path: Path, journal: SqliteJournal) -> None:
    async with running(journal):
        flows = await begin_many(journal, 64)
    traced = Traced(path)
    async with writing(traced) as writer:
        reader = Reader(path, lambda: store.reading(path, busy_timeout=1.0))
        flow_journal = SqliteFlows(lambda: writer, lambda: reader)
        await asyncio.gather(*(flow_journal.record_step(flow_id, step(2), b"[]") for flow_id in flows))
        assert traced.commits == 1
        stored = await flow_journal.running_flows(None, 100)
        assert [(len(flow.steps), flow.data) for flow in stored] == [(3, b"[]")] * 64
        await reader.close()


async def test_what_is_noted_on_a_full_disk_is_written_before_what_comes_later(
    path: Path, journal: SqliteJournal
) -> None:
    async with running(journal):
        ended = await begin_call(journal, "1")
        await journal.append([delivery("2", "Call.created")])
        flow = start(2, thread="2")
        with no_room(path):
            journal.flows.end_flow(ended, ENDED)
            journal.flows.begin_flow(flow)
            journal.flows.note_step(flow.flow_id, step(0))
            for _ in range(2):
                with pytest.raises(JournalUnavailable):
                    await journal.flows.record_step(flow.flow_id, step(1))
            journal.flows.note_step(flow.flow_id, step(2))
            assert [stored.start.flow_id for stored in await journal.flows.running_flows(None, 9)] == [ended]
        await journal.flows.record_step(flow.flow_id, step(1))
        (stored,) = await journal.flows.running_flows(None, 9)
        assert stored.start == flow
        assert list(stored.steps) == [step(0), step(1), step(2)]


async def test_notes_are_written_when_nobody_writes_after_them(path: Path) -> None:
    clock = ManualClock()
    async with running(SqliteJournal(path, clock=clock, busy_timeout=0.02)) as journal:
        flow_id = await begin_call(journal)
        await written(journal)
        with write_locked(path):
            journal.flows.note_step(flow_id, step(0))
            await comes_true(lambda: not journal.healthy)
        await clock.advance(1.0)
        await comes_true(lambda: journal.healthy)
        journal.flows.end_flow(flow_id, ENDED)
    async with running(SqliteJournal(path, clock=clock)) as again:
        (stored,) = await again.flows.flows_of(lane())
        assert (list(stored.steps), stored.end) == ([step(0)], ENDED)


async def test_one_that_is_refused_does_not_undo_the_notes_beside_it(journal: SqliteJournal) -> None:
    async with running(journal):
        await journal.append([delivery("1", "Call.created")])
        journal.flows.begin_flow(start(1))
        journal.flows.note_step(FlowId(1, 0), step(0))
        with pytest.raises(JournalError, match="UNIQUE constraint failed"):
            await journal.flows.record_step(FlowId(1, 0), step(0))
        await journal.flows.record_step(FlowId(1, 0), step(1))
        (stored,) = await journal.flows.running_flows(None, 9)
        assert list(stored.steps) == [step(0), step(1)]


async def test_every_step_that_was_recorded_survives_a_kill(path: Path) -> None:
    for run in range(3):
        recorded: Counter[str] = Counter()
        with child("record", path, str(run * 100)) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(random.randrange(1, 1500))]  # noqa: S311 - any moment will do
            process.kill()
            # A line may have been cut short by the kill; a whole one is an acknowledgement.
            lines += [line for line in process.stdout.readlines() if line.endswith("\n")]
        for line in lines:
            thread, number = line.split()
            recorded[thread] = max(recorded[thread], int(number))

        async with running(SqliteJournal(path, clock=ManualClock())) as journal:
            flows = {flow.start.lane: flow for flow in await journal.flows.running_flows(None, 1000)}
            for thread, newest in recorded.items():
                flow = flows[lane(thread)]
                assert [one.number for one in flow.steps] == list(range(len(flow.steps)))
                assert len(flow.steps) > newest
                assert int(flow.data) == max(one.number for one in flow.steps if one.number % 3 != 1)
                assert numbers(flow.events) == [flow.start.flow_id.call_seq]


async def test_an_event_that_cannot_be_read_leaves_the_flow_its_place(path: Path, journal: SqliteJournal) -> None:
    async with running(journal):
        await begin_many(journal, 2)
        await journal.bury(1, [failure()])
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE inbox SET body = x'7b' WHERE seq = 1")
        connection.execute("UPDATE inbox SET body = '[]' WHERE seq = 5")
        connection.commit()
    async with running(SqliteJournal(path, clock=ManualClock())) as again:
        flows = await again.flows.running_flows(None, 10)
    assert [numbers(flow.events) for flow in flows] == [[1, 3, 5], [2, 4, 6]]
    assert flows[0].events[0].outcome is Outcome.DEAD
    assert [event.event.event_type for event in flows[0].events] == [
        "Call.created", "Call.Member.invited", "Call.Member.dtmf",
    ]  # fmt: skip
    assert [event.event.raw == {} for event in flows[0].events] == [True, False, True]


async def test_a_page_is_three_queries_however_many_flows_it_has(path: Path, journal: SqliteJournal) -> None:
    async with running(journal):
        flows = await begin_many(journal, 200)
        for flow_id in flows[::2]:
            journal.flows.end_flow(flow_id, ENDED)
    statements: list[str] = []
    with closing(store.reading(path, busy_timeout=1.0)) as connection:
        connection.set_trace_callback(statements.append)
        page = flow_queries.running(connection, None, 500)
    assert [flow.start.flow_id for flow in page] == flows[1::2]
    assert {(len(flow.steps), len(flow.events)) for flow in page} == {(2, 3)}
    assert len(statements) == 3


async def test_a_page_reads_what_it_needs_by_index_only(path: Path, journal: SqliteJournal) -> None:
    """A scan of a table would grow with every call that the journal remembers."""
    async with running(journal):
        pass
    with closing(store.reading(path, busy_timeout=1.0)) as connection:
        statements: list[str] = []
        connection.set_trace_callback(statements.append)
        flow_queries.running(connection, FlowId(3, 0), 10)
        flow_queries.newest(connection, lane(), 10)
        connection.set_trace_callback(None)
        plans = [row[3] for query in statements for row in connection.execute(f"EXPLAIN QUERY PLAN {query}")]
    assert {plan for plan in plans if plan.startswith("SCAN")} == {"SCAN page"}
