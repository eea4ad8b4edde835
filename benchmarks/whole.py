"""(b) The whole way: from the webhook to the signed API request, 64 events under way."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Final

from benchmarks import events
from benchmarks.bench import Bench, check
from benchmarks.figures import Row
from benchmarks.load import Load
from benchmarks.rotation import rotate
from benchmarks.rounds import Run

_CALLS: Final = 5_000


async def measure(bench: Bench) -> list[Row]:
    """Return the rate at which events turn into API requests, beside bare aiohttp.

    An event is done when it is acknowledged and its API request has arrived; then the next one is sent.

    Raises:
        BenchmarkError: an event was refused, or led to no API request.
    """
    async with AsyncExitStack() as stack:
        contenders = {
            "bare": await stack.enter_async_context(bench.contender("whole-bare", "bare", posts=True)),
            "bot": await stack.enter_async_context(bench.contender("whole-bot", "bot", posts=True)),
        }
        make = events.keys(_CALLS)
        loads = {name: Load(one.webhook, make, bench.platform) for name, one in contenders.items()}

        async def turn(name: str, _number: int) -> Run:
            signed = bench.platform.signed
            run = await loads[name].closed(seconds=bench.seconds, whole=True)
            check(name, run)
            bench.check_signed(name, bench.platform.signed - signed, run.events)
            return run

        rotation = await rotate(bench, contenders, turn, lambda turn: f"{turn.value.rate:,.0f} events/s")
    return [
        Row(
            part="b",
            what="webhook to signed API request",
            unit="events/s",
            beside=rotation.median("bare", lambda turn: turn.value.rate),
            bot=rotation.median("bot", lambda turn: turn.value.rate),
            ratio=rotation.ratio("bot", "bare", lambda turn: turn.value.rate),
            least=0.6,
            calm=rotation.calm,
        ),
        Row(
            part="b",
            what="  CPU per event",
            unit="us",
            beside=rotation.median("bare", lambda turn: turn.cost),
            bot=rotation.median("bot", lambda turn: turn.cost),
            ratio=rotation.ratio("bot", "bare", lambda turn: turn.cost),
            calm=rotation.calm,
        ),
    ]
