"""What every engine has to keep of flows; `conftest.engine` says which there are."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.errors import JournalError, JournalUnavailable
from bot.journal import FlowEnd, FlowId, FlowState, Outcome, StoredFlow
from tests.journal.support import (
    Engine,
    WholeJournal,
    begin_call,
    delivery,
    lane,
    numbers,
    running,
    start,
    step,
    take_all,
    written,
)

ENDED = FlowEnd(FlowState.ENDED, 300.0)


def ids(flows: list[StoredFlow]) -> list[FlowId]:
    return [flow.start.flow_id for flow in flows]


async def running_now(journal: WholeJournal) -> list[StoredFlow]:
    """Return all running flows, once what was noted is written."""
    await written(journal)
    return list(await journal.flows.running_flows(None, 100))


async def test_a_running_flow_is_there_after_a_restart_with_all_that_it_needs(engine: Engine) -> None:
    async with running(engine()) as first:
        await first.append([delivery("1"), delivery("2", "Call.created"), delivery("2"), delivery("1"), delivery("2")])
        await take_all(first, 5)
        first.settle(3, Outcome.HANDLED)
        flow = start(2, thread="2", name="handlers.reception", version=3, arguments=b'{"to":"sales"}')
        first.flows.begin_flow(flow)
        steps = [
            step(0),
            step(1, path="1.0", name="sleep", outcome='{"v":"ä"}'.encode(), seen=3),
            step(2, at=0.1 + 0.2),
        ]
        await first.flows.record_step(flow.flow_id, steps[0], b'{"tries":1}')
        first.flows.note_step(flow.flow_id, steps[1])
        await first.flows.record_step(flow.flow_id, steps[2])
        events = await first.history(lane("2"))
    async with running(engine()) as second:
        (stored,) = await second.flows.running_flows(None, 10)
        assert stored.start == flow
        assert list(stored.steps) == steps
        assert stored.events == events
        assert [(event.seq, event.outcome) for event in stored.events] == [(2, None), (3, Outcome.HANDLED), (5, None)]
        assert stored.data == b'{"tries":1}'
        assert stored.end is None


async def test_a_flow_that_has_just_begun_has_no_steps_and_an_empty_store(journal: WholeJournal) -> None:
    flow_id = await begin_call(journal)
    (stored,) = await running_now(journal)
    assert (stored.start.flow_id, list(stored.steps), stored.data) == (flow_id, [], b"{}")


async def test_a_second_beginning_changes_nothing(journal: WholeJournal) -> None:
    flow_id = await begin_call(journal)
    await journal.flows.record_step(flow_id, step(0), b"[1]")
    journal.flows.begin_flow(start(flow_id.call_seq, name="another", version=2))
    (stored,) = await running_now(journal)
    assert stored.start == start(flow_id.call_seq)
    assert (list(stored.steps), stored.data) == ([step(0)], b"[1]")

    journal.flows.end_flow(flow_id, ENDED)
    journal.flows.begin_flow(start(flow_id.call_seq))
    assert await running_now(journal) == []


async def test_running_flows_come_in_pages_by_id(journal: WholeJournal) -> None:
    calls = [await begin_call(journal, thread) for thread in "1234"]
    for generation in (2, 1):
        journal.flows.begin_flow(start(calls[1].call_seq, generation, thread="2"))
    journal.flows.end_flow(calls[2], ENDED)
    every = [calls[0], calls[1], calls[1]._replace(generation=1), calls[1]._replace(generation=2), calls[3]]
    assert ids(await running_now(journal)) == every

    paged: list[FlowId] = []
    while page := await journal.flows.running_flows(paged[-1] if paged else None, 2):
        paged += ids(list(page))
        if len(page) < 2:
            break
    assert paged == every


async def test_each_flow_has_the_events_from_its_call_on(journal: WholeJournal) -> None:
    await journal.append([delivery("1")])
    first = await begin_call(journal, "1")
    await begin_call(journal, "2")
    await journal.append([delivery("1", "Call.ended"), delivery("2")])
    second = await begin_call(journal, "1")
    await journal.append([delivery("1")])
    flows = {flow.start.flow_id: flow for flow in await running_now(journal)}
    assert numbers(flows[first].events) == [2, 4, 6, 7]
    assert numbers(flows[second].events) == [6, 7]
    assert flows[first].events[2:] == flows[second].events


async def test_the_newest_state_of_the_call_counts_and_none_leaves_it(journal: WholeJournal) -> None:
    flow_id = await begin_call(journal)
    states = [b'{"a":1}', None, b'{"a":2}', None]
    await asyncio.gather(*(journal.flows.record_step(flow_id, step(at), data) for at, data in enumerate(states)))
    (stored,) = await running_now(journal)
    assert stored.data == b'{"a":2}'


@pytest.mark.parametrize("state", [FlowState.ENDED, FlowState.FAILED, FlowState.PASSED])
async def test_an_end_is_kept_and_the_first_one_counts(journal: WholeJournal, state: FlowState) -> None:
    flow_id = await begin_call(journal)
    end = FlowEnd(state, 310.25, "ValueError: no", "Traceback ...")
    journal.flows.end_flow(flow_id, end)
    journal.flows.end_flow(flow_id, ENDED)
    assert await running_now(journal) == []
    (stored,) = await journal.flows.flows_of(lane())
    assert stored.end == end


async def test_a_flow_ends_whatever_its_error_says(journal: WholeJournal) -> None:
    flow_id = await begin_call(journal)
    journal.flows.end_flow(flow_id, FlowEnd(FlowState.FAILED, 300.0, "bad name: '\ud800'", "line\n\udfff"))
    assert await running_now(journal) == []
    (stored,) = await journal.flows.flows_of(lane())
    assert stored.end == FlowEnd(FlowState.FAILED, 300.0, r"bad name: '\ud800'", "line\n\\udfff")


async def test_notes_and_records_are_written_in_the_order_of_the_calls(journal: WholeJournal) -> None:
    await journal.append([delivery(str(thread), "Call.created") for thread in range(50)])
    records = []
    for seq in range(1, 51):
        flow = start(seq, thread=str(seq - 1))
        journal.flows.begin_flow(flow)
        journal.flows.note_step(flow.flow_id, step(0))
        records.append(asyncio.create_task(journal.flows.record_step(flow.flow_id, step(1))))
        await asyncio.sleep(0)
        if seq % 2:
            journal.flows.end_flow(flow.flow_id, ENDED)
    await asyncio.gather(*records)
    flows = await running_now(journal)
    assert ids(flows) == [FlowId(seq, 0) for seq in range(2, 51, 2)]
    assert all(list(flow.steps) == [step(0), step(1)] for flow in flows)
    assert [list(flow.steps) for flow in await journal.flows.flows_of(lane("0"))] == [[step(0), step(1)]]


async def test_what_a_record_returned_for_was_preceded_by_all_notes(engine: Engine) -> None:
    async with running(engine()) as journal, running(engine(serving=False)) as other:
        flow_id = await begin_call(journal)
        journal.flows.note_step(flow_id, step(0))
        await journal.flows.record_step(flow_id, step(1))
        (stored,) = await other.flows.running_flows(None, 10)
        assert list(stored.steps) == [step(0), step(1)]


async def test_a_step_that_cannot_be_stored_does_not_harm_those_beside_it(journal: WholeJournal) -> None:
    flow_id = await begin_call(journal)
    await journal.flows.record_step(flow_id, step(0))
    records = [
        journal.flows.record_step(flow_id, step(1)),
        journal.flows.record_step(flow_id, step(0, name="another")),
        journal.flows.record_step(FlowId(99, 0), step(0)),
        journal.flows.record_step(flow_id, step(2, name="\ud800")),
        journal.flows.record_step(flow_id, step(2)),
    ]
    results = await asyncio.gather(*records, return_exceptions=True)
    assert [type(result) for result in results] == [type(None), JournalError, JournalError, JournalError, type(None)]
    (stored,) = await running_now(journal)
    assert list(stored.steps) == [step(0), step(1), step(2)]


async def test_a_flow_of_an_event_that_is_not_there_is_told_in_the_log(journal: WholeJournal) -> None:
    await journal.append([delivery()])
    with capture_logs() as logs:
        journal.flows.begin_flow(start(99))
        journal.flows.begin_flow(start(1, thread="unknown"))
        await written(journal)
    assert [(line["log_level"], line["note"], line["call_seq"]) for line in logs] == [
        ("error", "its beginning", 99), ("error", "its beginning", 1),
    ]  # fmt: skip
    assert await running_now(journal) == []


async def test_the_newest_flows_of_a_lane_oldest_first_and_without_events(journal: WholeJournal) -> None:
    calls = [await begin_call(journal, "1") for _ in range(3)]
    other = await begin_call(journal, "2")
    journal.flows.begin_flow(start(calls[1].call_seq, 1))
    await journal.flows.record_step(calls[2], step(0), b"[]")
    await written(journal)

    flows = list(await journal.flows.flows_of(lane("1"), limit=3))

    assert ids(flows) == [calls[1], calls[1]._replace(generation=1), calls[2]]
    assert [list(flow.events) for flow in flows] == [[], [], []]
    assert (list(flows[2].steps), flows[2].data, flows[2].end) == ([step(0)], b"[]", None)
    assert ids(list(await journal.flows.flows_of(lane("2")))) == [other]
    assert list(await journal.flows.flows_of(lane("3"))) == []


async def test_events_of_a_running_flow_are_not_pruned(journal: WholeJournal) -> None:
    await journal.append([delivery("1", at=100.0)])
    journal.settle(1, Outcome.HANDLED)
    flow_id = await begin_call(journal, "1", at=100.0)
    await journal.append([delivery("1", at=100.0), delivery("2", at=100.0)])
    for seq in (3, 4):
        journal.settle(seq, Outcome.HANDLED)
    await journal.flows.record_step(flow_id, step(0))

    assert await journal.prune(200.0) == 2

    (stored,) = await running_now(journal)
    assert (numbers(stored.events), list(stored.steps)) == ([2, 3], [step(0)])
    assert await journal.prune(200.0) == 0


async def test_a_flow_that_took_the_call_over_keeps_its_events(journal: WholeJournal) -> None:
    flow_id = await begin_call(journal)
    successor = start(flow_id.call_seq, 1)
    journal.flows.begin_flow(successor)
    journal.flows.end_flow(flow_id, FlowEnd(FlowState.PASSED, 300.0))
    await written(journal)
    assert await journal.prune(200.0) == 0
    assert ids(await running_now(journal)) == [successor.flow_id]


async def test_an_ended_flow_goes_with_the_event_that_began_its_call(journal: WholeJournal) -> None:
    old, newer = await begin_call(journal, "1", at=100.0), await begin_call(journal, "1", at=250.0)
    for flow_id in (old, newer):
        await journal.flows.record_step(flow_id, step(0))
        journal.flows.end_flow(flow_id, ENDED)
    await written(journal)

    assert await journal.prune(200.0) == 1
    (stored,) = await journal.flows.flows_of(lane())
    assert (stored.start.flow_id, list(stored.steps)) == (newer, [step(0)])

    assert await journal.prune(300.0) == 1
    assert list(await journal.flows.flows_of(lane())) == []


async def test_pruning_goes_past_the_events_that_have_to_stay(journal: WholeJournal) -> None:
    kept = [await begin_call(journal, str(thread), at=100.0) for thread in range(5)]
    gone = [await begin_call(journal, str(thread), at=110.0) for thread in range(5, 10)]
    for flow_id in gone:
        journal.flows.end_flow(flow_id, ENDED)
    await written(journal)
    assert [await journal.prune(200.0, limit=3) for _ in range(3)] == [3, 2, 0]
    assert ids(await running_now(journal)) == kept


async def test_a_journal_that_is_not_open_keeps_no_flows(engine: Engine) -> None:
    journal = engine()
    for _ in range(2):
        with pytest.raises(JournalUnavailable):
            journal.flows.begin_flow(start(1))
        with pytest.raises(JournalUnavailable):
            journal.flows.note_step(FlowId(1, 0), step(0))
        with pytest.raises(JournalUnavailable):
            journal.flows.end_flow(FlowId(1, 0), ENDED)
        for waiting in (
            journal.flows.record_step(FlowId(1, 0), step(0)),
            journal.flows.running_flows(None, 1),
            journal.flows.flows_of(lane()),
        ):
            with pytest.raises(JournalUnavailable):
                await waiting
        async with running(journal):
            pass


async def test_who_only_looks_reads_flows_and_writes_none(engine: Engine) -> None:
    async with running(engine()) as journal:
        flow_id = await begin_call(journal)
    async with running(engine(serving=False)) as other:
        assert ids(list(await other.flows.running_flows(None, 10))) == [flow_id]
        with pytest.raises(JournalUnavailable, match="read and replay only"):
            other.flows.end_flow(flow_id, ENDED)
