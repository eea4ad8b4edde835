"""Events for the journal, and journals for tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol, TypeVar

import msgspec

from bot.events import JsonValue, parse_event
from bot.journal import Delivery, Failure, FlowId, FlowJournal, FlowStart, Journal, Outcome, StepRecord, StoredEvent
from tests.support.events import TEAM, payload

LIMIT = 10.0

J = TypeVar("J", bound=Journal)


class WholeJournal(Journal, Protocol):
    """A journal that keeps flows too."""

    @property
    def flows(self) -> FlowJournal:
        """Its store of flows."""


class Engine(Protocol):
    """Makes journals that all use one and the same store."""

    def __call__(self, *, max_backlog: int = ..., max_waiting: int = ..., serving: bool = ...) -> WholeJournal:
        """Return a journal, not open yet."""


@asynccontextmanager
async def running(journal: J) -> AsyncIterator[J]:
    """Open a journal, and close it in the end."""
    await journal.open()
    try:
        async with asyncio.timeout(LIMIT):
            yield journal
    finally:
        await journal.close()


def delivery(thread: str = "1", kind: str = "Call.Member.dtmf", *, at: float = 100.0, **fields: JsonValue) -> Delivery:
    data = payload(kind, thread, **fields)
    return Delivery(parse_event(data), msgspec.json.encode(data), at)


def lane(thread: str = "1") -> str:
    return f"{TEAM}/thread/{thread}"


def failure(handler: str = "reception", *, at: float = 200.0) -> Failure:
    return Failure(handler=handler, error="ValueError: no", traceback="Traceback ...", attempts=3, failed_at=at)


async def take_all(journal: Journal, count: int) -> list[StoredEvent]:
    """Take as many events as that."""
    taken: list[StoredEvent] = []
    while len(taken) < count:
        taken += await journal.take(count - len(taken))
    return taken


async def nothing_to_take(journal: Journal) -> bool:
    """Tell whether `take` has nothing to give, for a moment at least."""
    task = asyncio.create_task(journal.take(1))
    await asyncio.wait([task], timeout=0.05)
    if task.done():
        return False
    task.cancel()
    await asyncio.wait([task])
    return True


async def comes_true(question: Callable[[], object]) -> None:
    """Ask the loop to go on until something is so."""
    while not question():
        await asyncio.sleep(0.001)


def numbers(events: Sequence[StoredEvent]) -> list[int]:
    return [event.seq for event in events]


def start(
    call_seq: int,
    generation: int = 0,
    *,
    thread: str = "1",
    name: str = "handlers.reception",
    version: int = 1,
    arguments: bytes = b"{}",
    at: float = 150.0,
) -> FlowStart:
    return FlowStart(FlowId(call_seq, generation), lane(thread), name, version, arguments, at)


def step(
    number: int,
    *,
    path: str | None = None,
    name: str = "call.audio/play",
    outcome: bytes = b'{"v":null}',
    seen: int = 1,
    at: float = 160.0,
) -> StepRecord:
    return StepRecord(number, path or str(number), name, f"digest of {name}", outcome, seen, at - 0.5, at)


async def begin_call(journal: WholeJournal, thread: str = "1", *, at: float = 100.0) -> FlowId:
    """Store the first event of a call, handle it, and begin its flow; it is the newest of its thread."""
    await journal.append([delivery(thread, "Call.created", at=at)])
    first = (await journal.history(lane(thread)))[-1].seq
    flow = start(first, thread=thread)
    journal.flows.begin_flow(flow)
    journal.settle(first, Outcome.HANDLED)
    return flow.flow_id


async def written(journal: Journal) -> None:
    """Wait until all that was noted before is on the disk."""
    await journal.append([delivery("written")])
