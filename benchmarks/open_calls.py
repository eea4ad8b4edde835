"""(d) What an event costs, and what memory the bot takes, with few and with many open calls."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Final

from benchmarks import events
from benchmarks.bench import Bench, check
from benchmarks.contender import Contender
from benchmarks.events import Maker
from benchmarks.figures import Row
from benchmarks.load import Load
from benchmarks.rotation import rotate
from benchmarks.rounds import Run

_FEW: Final = 100
_MANY: Final = 10_000
_WARM: Final = 20_000
_EVENTS: Final = 10_000
_MIB: Final = 1024 * 1024


async def measure(bench: Bench) -> list[Row]:
    """Return processor time per event and resident memory with 10,000 open calls beside 100, and after more events.

    Both bots have received equally many events before: what differs is how many calls are open.

    Raises:
        BenchmarkError: an event was refused.
    """
    async with AsyncExitStack() as stack:
        contenders, loads = {}, {}
        for calls in (_FEW, _MANY):
            contender = await stack.enter_async_context(bench.contender(f"open-{calls}", "bot", posts=False))
            await _open(bench, contender, calls)
            contenders[f"{calls:,} open calls"] = contender
            loads[f"{calls:,} open calls"] = Load(contender.webhook, _later(events.keys(calls)), bench.platform)

        async def turn(name: str, _number: int) -> Run:
            run = await loads[name].closed(events=_EVENTS)
            check(name, run)
            return run

        rotation = await rotate(bench, contenders, turn, lambda turn: f"{turn.memory / _MIB:.1f} MiB")
    few, many = contenders
    first, last = rotation.turns[many][0].memory / _MIB, rotation.turns[many][-1].memory / _MIB
    return [
        Row(
            part="d",
            what="CPU per event, 10,000 open calls beside 100",
            unit="us",
            beside=rotation.median(few, lambda turn: turn.cost),
            bot=rotation.median(many, lambda turn: turn.cost),
            ratio=rotation.ratio(many, few, lambda turn: turn.cost),
            most=1.1,
            calm=rotation.calm,
        ),
        Row(
            part="d",
            what="memory, 10,000 open calls beside 100",
            unit="MiB",
            beside=rotation.median(few, lambda turn: turn.memory / _MIB),
            bot=rotation.median(many, lambda turn: turn.memory / _MIB),
            ratio=rotation.ratio(many, few, lambda turn: float(turn.memory)),
            most=1.25,
        ),
        Row(
            part="d",
            what="memory, last round beside the first",
            unit="MiB",
            beside=first,
            bot=last,
            ratio=last / first,
            most=1.05,
        ),
    ]


async def _open(bench: Bench, contender: Contender, calls: int) -> None:
    filling = 2 * (_MANY - calls) + _WARM
    for make, count in ((events.new_calls(), calls), (events.invitations(), calls), (events.keys(calls), filling)):
        check(contender.name, await Load(contender.webhook, make, bench.platform).closed(events=count))


def _later(make: Maker) -> Maker:
    return lambda number: make(10 * (_MANY + _WARM) + number)
