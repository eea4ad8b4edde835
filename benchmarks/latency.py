"""(c) From the webhook's arrival to the API request's, at a given rate of events."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from statistics import median

from benchmarks import events
from benchmarks.bench import Bench, check, tell, turns
from benchmarks.figures import Row, percentile
from benchmarks.load import Load

_RATES = (200, 1_000)
_TARGET = {1_000: 10.0}
_CALLS = 5_000


async def measure(bench: Bench) -> list[Row]:
    """Return median and 99th percentile of the latency at each rate, beside bare aiohttp.

    Events come at random times, whatever becomes of the ones before (open loop). Both moments are taken in one
    process: when the event is written to its connection, and when the API request is read.

    Raises:
        BenchmarkError: an event was refused, or led to no API request.
    """
    rows = []
    async with AsyncExitStack() as stack:
        loads = {}
        for kind in ("bare", "bot"):
            contender = await stack.enter_async_context(bench.contender(f"latency-{kind}", kind, posts=True))
            loads[kind] = Load(contender.webhook, events.keys(_CALLS), bench.platform)
            check(kind, await loads[kind].closed(seconds=1, whole=True))  # connections open, caches filled
        for rate in _RATES:
            found: dict[str, list[tuple[float, float]]] = {kind: [] for kind in loads}
            for number in range(bench.rounds):
                for kind in turns(list(loads), number):
                    signed = bench.platform.signed
                    run = await loads[kind].open(rate=rate, seconds=bench.seconds, seed=number)
                    check(kind, run)
                    bench.check_signed(kind, bench.platform.signed - signed, run.events)
                    p50, p99 = (percentile(run.latencies, percent) * 1000 for percent in (50, 99))
                    found[kind].append((p50, p99))
                    tell(
                        f"(c) round {number + 1}: {kind} at {rate:,}/s: p50 {p50:.2f} ms, p99 {p99:.2f} ms, "
                        f"longest {max(run.latencies) * 1000:.1f} ms "
                        f"(load itself late by p99 {percentile(run.lags, 99) * 1000:.2f} ms)"
                    )
            rows += _rows(rate, found["bare"], found["bot"])
    return rows


def _rows(rate: int, bare: Sequence[tuple[float, float]], bot: Sequence[tuple[float, float]]) -> list[Row]:
    return [
        Row(
            part="c",
            what=f"latency at {rate:,} events/s, {name}",
            unit="ms",
            beside=median(pair[at] for pair in bare),
            bot=median(pair[at] for pair in bot),
            ratio=median(ours[at] / theirs[at] for ours, theirs in zip(bot, bare, strict=True)),
            below=_TARGET.get(rate) if name == "p99" else None,
        )
        for at, name in enumerate(("p50", "p99"))
    ]
