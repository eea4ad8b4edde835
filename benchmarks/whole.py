"""(b) The whole way: from the webhook to the signed API request, 64 events under way."""

from __future__ import annotations

from contextlib import AsyncExitStack
from statistics import median

from benchmarks import events
from benchmarks.bench import Bench, check, tell, turns
from benchmarks.figures import Row
from benchmarks.load import Load

_CALLS = 5_000


async def measure(bench: Bench) -> list[Row]:
    """Return the rate at which events turn into API requests, beside bare aiohttp.

    An event is done when it is acknowledged and its API request has arrived; then the next one is sent.

    Raises:
        BenchmarkError: an event was refused, or led to no API request.
    """
    async with AsyncExitStack() as stack:
        loads = {}
        for kind in ("bare", "bot"):
            contender = await stack.enter_async_context(bench.contender(f"whole-{kind}", kind, posts=True))
            loads[kind] = Load(contender.webhook, events.keys(_CALLS), bench.platform)
        rates: dict[str, list[float]] = {kind: [] for kind in loads}
        for number in range(bench.rounds):
            for kind in turns(list(loads), number):
                signed = bench.platform.signed
                run = await loads[kind].closed(seconds=bench.seconds, whole=True)
                check(kind, run)
                bench.check_signed(kind, bench.platform.signed - signed, run.events)
                rates[kind].append(run.rate)
                tell(f"(b) round {number + 1}: {kind} {run.rate:,.0f} events/s")
    ratios = [bot / bare for bot, bare in zip(rates["bot"], rates["bare"], strict=True)]
    return [
        Row(
            part="b",
            what="webhook to signed API request",
            unit="events/s",
            beside=median(rates["bare"]),
            bot=median(rates["bot"]),
            ratio=median(ratios),
            least=0.6,
        )
    ]
