"""What is read of flows; every function runs in the reader's thread.

The flows of a page, their steps and their events are one query each, however
many flows there are: after a restart thousands of them wait to be resumed.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from bot.journal.contract import StoredEvent
from bot.journal.flows import FlowEnd, FlowId, FlowStart, FlowState, StepRecord, StoredFlow
from bot.journal.sqlite.rows import EVENT, shown

# Names of columns are put together here; every value is a parameter.
_RUNNING: Final = """
WITH page AS MATERIALIZED (
    SELECT call_seq, generation, lane FROM flows
    WHERE state = 'running' AND (call_seq, generation) > (?, ?) ORDER BY call_seq, generation LIMIT ?
)
"""
_NEWEST: Final = """
WITH page AS MATERIALIZED (
    SELECT call_seq, generation, lane FROM flows
    WHERE lane = (SELECT id FROM lanes WHERE name = ?) ORDER BY call_seq DESC, generation DESC LIMIT ?
)
"""
_FLOWS: Final = """
SELECT
    flows.call_seq, flows.generation, lanes.name, flows.name, version, arguments, started_at,
    data, state, ended_at, error, traceback
FROM page CROSS JOIN flows USING (call_seq, generation) JOIN lanes ON lanes.id = flows.lane
ORDER BY flows.call_seq, flows.generation
"""
_STEPS: Final = """
SELECT call_seq, generation, number, path, name, digest, outcome, seen, began_at, at
FROM page CROSS JOIN steps USING (call_seq, generation) ORDER BY call_seq, generation, number
"""
_EVENTS: Final = f"""
SELECT page.call_seq, page.generation, {EVENT}
FROM page CROSS JOIN inbox ON inbox.lane = page.lane AND inbox.seq >= page.call_seq ORDER BY inbox.seq
"""  # noqa: S608

_FIRST: Final = FlowId(0, 0)  # events are numbered from 1

FlowRow: TypeAlias = tuple[int, int, str, str, int, bytes, float, bytes, str, float | None, str | None, str | None]
StepRow: TypeAlias = tuple[int, int, int, str, str, str, bytes, int, float, float]
Parameters: TypeAlias = Sequence[int | str]


def running(connection: sqlite3.Connection, after: FlowId | None, limit: int) -> list[StoredFlow]:
    """Return the first running flows with an id higher than ``after``, with their steps and events, by id."""
    page: Parameters = (*(after or _FIRST), limit)
    events: defaultdict[FlowId, list[StoredEvent]] = defaultdict(list)
    for call_seq, generation, *event in connection.execute(_RUNNING + _EVENTS, page):
        events[FlowId(call_seq, generation)].append(shown(tuple(event)))
    flows = connection.execute(_RUNNING + _FLOWS, page)
    steps = _steps(connection.execute(_RUNNING + _STEPS, page))
    return [_flow(row, steps, events) for row in flows]


def newest(connection: sqlite3.Connection, lane: str, limit: int) -> list[StoredFlow]:
    """Return the newest flows of a lane with their steps and without events, oldest first."""
    page: Parameters = (lane, limit)
    flows = connection.execute(_NEWEST + _FLOWS, page)
    steps = _steps(connection.execute(_NEWEST + _STEPS, page))
    return [_flow(row, steps, {}) for row in flows]


def _steps(rows: Iterable[StepRow]) -> dict[FlowId, list[StepRecord]]:
    steps: defaultdict[FlowId, list[StepRecord]] = defaultdict(list)
    for call_seq, generation, number, path, name, digest, outcome, seen, began_at, at in rows:
        step = StepRecord(number, path, name, digest, outcome, seen, began_at, at)
        steps[FlowId(call_seq, generation)].append(step)
    return steps


def _flow(
    row: FlowRow, steps: Mapping[FlowId, Sequence[StepRecord]], events: Mapping[FlowId, Sequence[StoredEvent]]
) -> StoredFlow:
    call_seq, generation, lane, name, version, arguments, started_at, data, state, ended_at, error, traceback = row
    flow_id = FlowId(call_seq, generation)
    return StoredFlow(
        start=FlowStart(flow_id, lane, name, version, arguments, started_at),
        steps=steps.get(flow_id, ()),
        events=events.get(flow_id, ()),
        data=data,
        end=None if ended_at is None else FlowEnd(FlowState(state), ended_at, error, traceback),
    )
