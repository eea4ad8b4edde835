"""(e) Flows: from a key to the next step, what a waiting flow takes, and how soon many of them are resumed."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from statistics import median
from typing import Final

from benchmarks import events
from benchmarks.bench import Bench, check, tell
from benchmarks.contender import BenchmarkError
from benchmarks.figures import Row, percentile
from benchmarks.load import Load

_RATES: Final = (200, 1_000)
_TARGET: Final = {1_000: 10.0}
_CALLS: Final = 2_000
_MANY: Final = 10_000
_MIB: Final = 1024 * 1024
_PATIENCE: Final = 60.0


async def measure(bench: Bench) -> list[Row]:
    """Return the latencies of flows, the memory of a waiting one, and the time in which 10,000 are resumed.

    Raises:
        BenchmarkError: an event was refused, or led to no API request.
    """
    return [*await _latencies(bench), *await _waiting(bench)]


async def _latencies(bench: Bench) -> list[Row]:
    rows = []
    async with AsyncExitStack() as stack:
        contender = await stack.enter_async_context(bench.contender("flows", "flows", posts=True))
        check("flows", await Load(contender.webhook, events.new_calls(), bench.platform).closed(events=_CALLS))
        load = Load(contender.webhook, events.keys(_CALLS), bench.platform)
        check("flows", await load.closed(seconds=1, whole=True))
        for rate in _RATES:
            found = []
            for number in range(bench.rounds):
                run = await load.open(rate=rate, seconds=bench.seconds, seed=number)
                check("flows", run)
                found.append(tuple(percentile(run.latencies, percent) * 1000 for percent in (50, 99)))
                tell(
                    f"(e) round {number + 1}: flows at {rate:,}/s: p50 {found[-1][0]:.2f} ms, p99 {found[-1][1]:.2f} ms"
                )
            p50, p99 = (median(pair[at] for pair in found) for at in (0, 1))
            what = f"event to next step at {rate:,} events/s, p50 beside p99"
            rows.append(
                Row(part="e", what=what, unit="ms", beside=p50, bot=p99, ratio=p99 / p50, below=_TARGET.get(rate))
            )
    return rows


async def _waiting(bench: Bench) -> list[Row]:
    """Let 10,000 flows wait, end the process, and see how soon the next one has them all at work again."""
    async with bench.contender("resume", "flows", posts=True) as contender:
        before = await contender.settled()
        check("resume", await Load(contender.webhook, events.new_calls(), bench.platform).closed(events=_MANY))
        after = await contender.settled()
    each = (after.memory - before.memory) / _MANY
    known = bench.platform.signed
    began = time.monotonic()
    async with bench.contender("resume", "flows", posts=True):
        listening = time.monotonic() - began
        # Before it goes on, each resumed flow asks the platform whether its call is still there.
        while bench.platform.signed - known < _MANY:
            if time.monotonic() - began > _PATIENCE:
                raise BenchmarkError(f"only {bench.platform.signed - known} of {_MANY} flows were resumed")
            await asyncio.sleep(0.01)
        resumed = time.monotonic() - began
    tell(
        f"(e) {each / 1024:.1f} KiB a waiting flow; {_MANY:,} resumed in {resumed:.1f} s, "
        f"listening after {listening:.1f} s"
    )
    return [
        Row(
            part="e",
            what="memory of 10,000 waiting flows beside none",
            unit="MiB",
            beside=before.memory / _MIB,
            bot=after.memory / _MIB,
            ratio=after.memory / before.memory,
        ),
        Row(
            part="e",
            what="10,000 flows resumed, beside listening",
            unit="s",
            beside=listening,
            bot=resumed,
            ratio=resumed / listening,
        ),
    ]
