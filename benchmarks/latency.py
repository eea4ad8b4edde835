"""(c) From the webhook's arrival to the API request's, at a given rate of events."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import Final

from benchmarks import events, machine
from benchmarks.bench import Bench, check
from benchmarks.figures import Row, percentile
from benchmarks.load import Load
from benchmarks.rotation import Rotation, Turn, rotate
from benchmarks.rounds import Run

_RATES: Final = (200, 1_000)
_TARGET: Final = {(1_000, 99): 10.0}
_CALLS: Final = 5_000


@dataclass(frozen=True, slots=True)
class _Sample:
    run: Run
    disk: float
    """Seconds that a commit of the disk took at most meanwhile, without the bot."""


async def measure(bench: Bench) -> list[Row]:
    """Return median and 99th percentile of the latency at each rate, beside bare aiohttp.

    Events come at random times, whatever becomes of the ones before (open loop). Both moments are taken in one
    process: when the event is written to its connection, and when the API request is read.

    Raises:
        BenchmarkError: an event was refused, or led to no API request.
    """
    rows = []
    async with AsyncExitStack() as stack:
        contenders = {
            "bare": await stack.enter_async_context(bench.contender("latency-bare", "bare", posts=True)),
            "bot": await stack.enter_async_context(bench.contender("latency-bot", "bot", posts=True)),
        }
        make = events.keys(_CALLS)
        loads = {name: Load(one.webhook, make, bench.platform) for name, one in contenders.items()}
        for name, load in loads.items():
            check(name, await load.closed(seconds=1, whole=True))  # connections open, caches filled

        async def turn(name: str, number: int, rate: int) -> _Sample:
            signed = bench.platform.signed
            disk = asyncio.create_task(asyncio.to_thread(machine.longest_commit, bench.folder, bench.seconds))
            run = await loads[name].open(rate=rate, seconds=bench.seconds, seed=number)
            longest = await disk
            check(name, run)
            bench.check_signed(name, bench.platform.signed - signed, run.events)
            return _Sample(run, longest)

        for rate in _RATES:
            rotation = await rotate(bench, contenders, partial(turn, rate=rate), partial(_shown, rate))
            rows += [_row(rotation, rate, percent) for percent in (50, 99)]
    return rows


def _milliseconds(turn: Turn[_Sample], percent: float) -> float:
    return percentile(turn.value.run.latencies, percent) * 1000


def _shown(rate: int, turn: Turn[_Sample]) -> str:
    p50, p99, most = (_milliseconds(turn, percent) for percent in (50, 99, 100))
    late = percentile(turn.value.run.lags, 99) * 1000
    return (
        f"at {rate:,}/s p50 {p50:.2f}, p99 {p99:.2f}, at most {most:.1f} ms "
        f"(load itself late by {late:.1f}, disk at most {turn.value.disk * 1000:.1f})"
    )


def _row(rotation: Rotation[_Sample], rate: int, percent: int) -> Row:
    def figure(turn: Turn[_Sample]) -> float:
        return _milliseconds(turn, percent)

    return Row(
        part="c",
        what=f"latency at {rate:,} events/s, p{percent}",
        unit="ms",
        beside=rotation.median("bare", figure),
        bot=rotation.median("bot", figure),
        ratio=rotation.ratio("bot", "bare", figure),
        below=_TARGET.get((rate, percent)),
        calm=rotation.calm,
    )
