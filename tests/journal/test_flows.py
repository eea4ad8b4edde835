"""What every engine has to keep of flows; `conftest.engine` says which there are."""

from __future__ import annotations

from bot.journal import Outcome
from tests.journal.support import (
    Engine,
    WholeJournal,
    begin_call,
    delivery,
    lane,
    running,
    start,
    step,
    take_all,
    written,
)


async def test_a_running_flow_is_there_after_a_restart_with_all_that_it_needs(engine: Engine) -> None:
    async with running(engine()) as first:
        await first.append([delivery("1"), delivery("2", "Call.created"), delivery("2"), delivery("1"), delivery("2")])
        await take_all(first, 5)
        first.settle(3, Outcome.HANDLED)
        flow = start(2, thread="2", name="handlers.reception", version=3, arguments=b'{"to":"sales"}')
        first.flows.begin_flow(flow)
        steps = [step(0), step(1, path="1.0", name="sleep", outcome='{"v":"ä"}'.encode(), seen=3), step(2)]
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


async def test_a_flow_without_steps_has_an_empty_store(journal: WholeJournal) -> None:
    flow_id = await begin_call(journal)
    await written(journal)
    (stored,) = await journal.flows.running_flows(None, 10)
    assert (stored.start.flow_id, stored.steps, stored.data) == (flow_id, (), b"{}")
