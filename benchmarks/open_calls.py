"""(d) What an event costs, and what memory the bot takes, with few and with many open calls."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from statistics import median

from benchmarks import events
from benchmarks.bench import Bench, check, tell, turns
from benchmarks.contender import Contender
from benchmarks.events import Maker
from benchmarks.figures import Row
from benchmarks.load import Load

_FEW = 100
_MANY = 10_000
_EVENTS = 20_000
_MIB = 1024 * 1024


@dataclass(slots=True)
class _Subject:
    calls: int
    contender: Contender
    load: Load
    cost: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)


async def measure(bench: Bench) -> list[Row]:
    """Return processor time per event and resident memory with 10,000 open calls beside 100, and after more events.

    Both bots have received equally many events before: what differs is how many calls are open.

    Raises:
        BenchmarkError: an event was refused.
    """
    async with AsyncExitStack() as stack:
        subjects = []
        for calls in (_FEW, _MANY):
            contender = await stack.enter_async_context(bench.contender(f"open-{calls}", "bot", posts=False))
            for make, count in (
                (events.new_calls(), calls),
                (events.invitations(), calls),
                (events.keys(calls), 2 * (_MANY - calls) + _EVENTS),
            ):
                await _send(bench, contender, make, count)
            subjects.append(_Subject(calls, contender, Load(contender.webhook, events.keys(calls), bench.platform)))
        for number in range(bench.rounds):
            for subject in turns(subjects, number):
                await _turn(subject, _EVENTS // 2 if bench.quick else _EVENTS)
                tell(
                    f"(d) round {number + 1}: {subject.calls:,} open calls: {subject.cost[-1]:.1f} us "
                    f"an event, {subject.memory[-1]:.1f} MiB"
                )
    few, many = subjects
    return [
        Row(
            part="d",
            what="CPU per event, 10,000 open calls beside 100",
            unit="us",
            beside=median(few.cost),
            bot=median(many.cost),
            ratio=median(more / less for more, less in zip(many.cost, few.cost, strict=True)),
            most=1.1,
        ),
        Row(
            part="d",
            what="memory, 10,000 open calls beside 100",
            unit="MiB",
            beside=few.memory[-1],
            bot=many.memory[-1],
            ratio=many.memory[-1] / few.memory[-1],
            most=1.25,
        ),
        Row(
            part="d",
            what="memory, last round beside the first",
            unit="MiB",
            beside=many.memory[0],
            bot=many.memory[-1],
            ratio=many.memory[-1] / many.memory[0],
            most=1.05,
        ),
    ]


async def _send(bench: Bench, contender: Contender, make: Maker, count: int) -> None:
    check(contender.name, await Load(contender.webhook, make, bench.platform).closed(events=count))


async def _turn(subject: _Subject, count: int) -> None:
    before = await subject.contender.settled()
    check(subject.contender.name, await subject.load.closed(events=count))
    after = await subject.contender.settled()
    subject.cost.append((after.cpu - before.cpu) / count * 1e6)
    subject.memory.append(after.memory / _MIB)
